"""Drawings (SVG) for those who would rather look than read: a household, bars; each with its words or table."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base.admin import display

_BOX, _GAP, _HIGH = 168, 28, 84
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Member:
    """
    One person of a household: name (or 非公開), 続柄 in words, age in words, state words, page.

    `generation` counts from the head's (0): parents -1, children 1, grandchildren 2.
    """

    name: str
    relationship: str
    generation: int
    age: str = ""
    state: str = ""
    url: str = ""
    is_head: bool = False
    is_self: bool = False


def _fitted(text: str, longest: int) -> str:
    return escape(text if len(text) <= longest else text[: longest - 1] + "…")


def _box(member: Member, x: int, y: int) -> str:
    classes = (
        "sb-member" + (" sb-self" if member.is_self else "") + (" sb-gone" if member.state else "")
    )
    below = "・".join(part for part in (member.age, member.state) if part)
    inside = (
        f'<rect class="{classes}" x="{x}" y="{y}" width="{_BOX}" height="{_HIGH}" rx="8"/>'
        f'<text class="sb-relationship" x="{x + _BOX / 2}" y="{y + 22}">'
        f"{_fitted(member.relationship + ('(世帯主)' if member.is_head else ''), 14)}</text>"
        f'<text class="sb-name" x="{x + _BOX / 2}" y="{y + 46}">{_fitted(member.name, 10)}</text>'
        f'<text class="sb-age" x="{x + _BOX / 2}" y="{y + 68}">{_fitted(below, 14)}</text>'
        f"<title>{escape(member.relationship)} {escape(member.name)} {escape(below)}</title>"
    )
    if member.url:
        return f'<a href="{escape(member.url)}">{inside}</a>'
    return f"<g>{inside}</g>"


def household(members: Sequence[Member], *, title: str = "世帯の構成") -> SafeString:
    """Return who is what to whom: a row for each generation, the head's line joined to the others'."""
    if not members:
        return format_html('<p class="sb-empty">{}</p>', "世帯の情報はありません。")
    rows: dict[int, list[Member]] = {}
    for member in members:
        rows.setdefault(member.generation, []).append(member)
    generations = sorted(rows)
    widest = max(len(row) for row in rows.values())
    width = 2 * _MARGIN + widest * _BOX + (widest - 1) * _GAP
    step = _HIGH + 44
    height = 2 * _MARGIN + len(generations) * step - 44
    lines, boxes = [], []
    for level, generation in enumerate(generations):
        row = sorted(rows[generation], key=lambda one: not one.is_head)
        left = (width - (len(row) * _BOX + (len(row) - 1) * _GAP)) // 2
        y = _MARGIN + level * step
        for place, member in enumerate(row):
            x = left + place * (_BOX + _GAP)
            boxes.append(_box(member, x, y))
            if level:
                rail = y - 22
                lines.append(f'<path d="M{x + _BOX // 2} {y}V{rail}H{width // 2}V{rail - 22}"/>')
            if place:
                lines.append(f'<path d="M{x - _GAP} {y + _HIGH // 2}H{x}"/>')
    listed = "、".join(f"{one.relationship} {one.name}" for one in members)
    return format_html(
        '<figure class="sb-drawing"><figcaption>{}({}人)</figcaption>'
        '<div class="sb-scroll" tabindex="0" role="region" aria-label="{}">'
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="{}">{}</svg></div></figure>',
        title,
        len(members),
        title,
        width,
        height,
        width,
        height,
        f"{title}: {listed}",
        SafeString(f'<g class="sb-lines">{"".join(lines)}</g>{"".join(boxes)}'),
    )


def bars(
    rows: Sequence[tuple[str, int]],
    *,
    finding: str,
    unit: str,
    heading: str = "区分",
    yardstick: int | None = None,
    below: Sequence[str] = (),
) -> SafeString:
    """
    Return upright bars with the table behind them.

    :param finding: what the picture shows, as a sentence: it is the title.
    :param yardstick: a line to compare with, such as a limit.
    :param below: what stands below each bar, where the labels of the rows are too long for it.
    """
    if not rows:
        return format_html('<p class="sb-empty"><b>{}</b>: データはまだありません。</p>', finding)
    top = max([value for _, value in rows] + [yardstick or 0, 1])
    step = max(28, min(72, 900 // len(rows)))
    left, high, base = 72, 180, 200
    width = left + step * len(rows) + 12
    parts = []
    # Half of a single one is no number of things.
    for share in (0, 0.5, 1) if top > 1 else (0, 1):
        y = base - high * share
        parts.append(
            f'<path class="sb-grid" d="M{left} {y:.0f}H{width}"/>'
            f'<text class="sb-axis" x="{left - 8}" y="{y + 5:.0f}">{round(top * share):,}</text>'
        )
    every = 1 if step >= 48 else 2 if len(rows) <= 31 else 4  # noqa: PLR2004 - room for the words below
    for place, (label, value) in enumerate(rows):
        tall = round(high * value / top, 1)
        x = left + place * step
        parts.append(
            f'<rect class="sb-bar" x="{x + 4}" y="{base - tall}" width="{step - 8}" height="{tall}">'
            f"<title>{escape(label)}: {value:,}{escape(unit)}</title></rect>"
        )
        if place % every == 0:
            parts.append(
                f'<text class="sb-label" x="{x + step / 2}" y="{base + 20}">'
                f"{_fitted(below[place] if below else label, 6)}</text>"
            )
    if yardstick is not None:
        y = base - high * yardstick / top
        parts.append(f'<path class="sb-yardstick" d="M{left} {y:.0f}H{width}"/>')
    behind = display.table([heading, f"値({unit})"], [list(row) for row in rows], caption=finding)
    return format_html(
        '<figure class="sb-drawing"><figcaption>{}<span class="sb-unit">単位: {}</span></figcaption>'
        '<div class="sb-scroll" tabindex="0" role="region" aria-label="{}">'
        '<svg viewBox="0 0 {} 232" width="{}" height="232" role="img" aria-label="{}">{}</svg></div>'
        "<details><summary>数値の表を表示</summary>{}</details></figure>",
        finding,
        unit,
        finding,
        width,
        width,
        finding,
        SafeString("".join(parts)),
        behind,
    )
