"""
How things are written on pages: states with a word and a shape, dates of both calendars, grouped numbers.

All return safe HTML; all take values, never a request. Drawings are in `drawings`.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sapporo_base.rules import dates

NOTHING = SafeString('<span class="sb-nothing">なし</span>')

_ONE_LINE = 16

# Level → shape. The shape and the word say the same as the colour.
SHAPES = {
    "done": "✓",
    "info": "●",
    "waiting": "◷",
    "warned": "▲",
    "stopped": "■",
    "plain": "○",
}


def badge(word: str, level: str = "plain") -> SafeString:
    """Return a state as a word with its shape; `level`: done, info, waiting, warned, stopped or plain."""
    return format_html(
        '<span class="sb-badge sb-{}"><span aria-hidden="true">{}</span>{}</span>',
        level,
        SHAPES[level],
        word,
    )


def day(value: date | None, *, weekday: bool = True, words: str = "") -> SafeString:
    """
    Return 令和8年11月23日(月), with the western date on hover.

    :param words: 不詳表記, which takes the place of the date where there is one.
    """
    if words:
        return format_html('<span class="sb-unknown-date">{}</span>', words)
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    try:
        text = dates.format_date(value, weekday=weekday)
    except dates.NotADate:
        text = f"{value.year}年{value.month}月{value.day}日"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        f"西暦{value.year}年{value.month}月{value.day}日",
        text,
    )


def month(value: date | None) -> SafeString:
    """Return 令和8年11月 for any day of that month, with the western month on hover."""
    if value is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="西暦{}年{}月">{}</time>',
        f"{value:%Y-%m}",
        value.year,
        value.month,
        dates.format_month(value),
    )


def moment(value: datetime | None, *, seconds: bool = False) -> SafeString:
    """Return 令和8年11月23日(月) 9:05 in Japan time, with the western time on hover."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    clock = f"{local.hour}:{local:%M:%S}" if seconds else f"{local.hour}:{local:%M}"
    return format_html(
        '<time datetime="{}" title="{}">{} {}</time>',
        local.isoformat(timespec="seconds"),
        f"西暦{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}(日本時間)",
        dates.format_date(local.date()),
        clock,
    )


def age_on(born_on: date, on: date) -> int:
    """Return the age in years as people say it on a day (the birthday counts)."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _clock(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{local.hour}:{local:%M}"


def waited(since: datetime, *, at: datetime) -> str:
    """Return how long something has waited: 3日, 5時間, 12分, 1分未満."""
    minutes = int((at - since).total_seconds() // 60)
    if minutes < 1:
        return "1分未満"
    hours, days = minutes // 60, minutes // 1440
    return f"{days}日" if days else f"{hours}時間" if hours else f"{minutes}分"


def money(yen: int | None) -> SafeString:
    """Return 12,345円."""
    if yen is None:
        return NOTHING
    return format_html('<span class="sb-number">{}円</span>', f"{yen:,}")


def count(number: int, unit: str = "件") -> SafeString:
    """Return 12,345件."""
    return format_html('<span class="sb-number">{}{}</span>', f"{number:,}", unit)


def grouped(number: str, size: int = 5) -> SafeString:
    """Return a number in groups, as people read it aloud; copying it gives the plain number."""
    parts = [number[i : i + size] for i in range(0, len(number), size)]
    spans = format_html_join("", "<span>{}</span>", ((part,) for part in parts))
    return format_html('<span class="sb-grouped">{}</span>', spans)


def name_and_kana(name: str, kana: str, *, url: str = "") -> SafeString:
    """Return a name over its kana; long ones may break, others stay on their line."""
    lines = [
        format_html(
            '<span class="{}">{}</span>', "" if len(line) > _ONE_LINE else "whitespace-nowrap", line
        )
        for line in (name, kana)
        if line
    ]
    if url and lines:
        lines[0] = format_html('<a href="{}">{}</a>', url, lines[0])
    # One box: in a row of a tablet the parts of a cell would stand beside one another.
    inside = format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
    return format_html("<div>{}</div>", inside)


def roomy(words: str) -> SafeString:
    """Return words, such as a 住所, that keep some room in a narrow column."""
    return format_html('<span class="sb-roomy">{}</span>', words)


def snug(words: str) -> SafeString:
    """Return words, such as a state or a 事務, that keep a little room in a narrow column."""
    return format_html('<span class="sb-snug">{}</span>', words)


def lines(words: Sequence[str]) -> SafeString:
    """Return each on a line of its own."""
    # One box: in a row of a tablet the parts of a cell would stand beside one another.
    return format_html(
        "<div>{}</div>", format_html_join(SafeString("<br>"), "{}", ((one,) for one in words))
    )


def items(words: Sequence[str]) -> SafeString:
    """Return a list of item names."""
    if not words:
        return NOTHING
    return format_html(
        '<ul class="sb-items">{}</ul>', format_html_join("", "<li>{}</li>", ((w,) for w in words))
    )


# Differences between two versions ----------------------------------------------------------------


def _marked(before: str, after: str, marks: tuple[str, str]) -> tuple[SafeString, SafeString]:
    old, new = [], []
    gone, come = marks
    for kind, a1, a2, b1, b2 in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            old.append(format_html("{}", before[a1:a2]))
            new.append(format_html("{}", after[b1:b2]))
            continue
        if a2 > a1:
            old.append(format_html(f"<{gone}>{{}}</{gone}>", before[a1:a2]))
        if b2 > b1:
            new.append(format_html(f"<{come}>{{}}</{come}>", after[b1:b2]))
    return SafeString("".join(old)), SafeString("".join(new))


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    caption: str,
    only_changed: bool = True,
    headings: tuple[str, str] = ("変更前", "変更後"),
    word: str = "変更",
    marks: tuple[str, str] = ("del", "ins"),
) -> SafeString:
    """
    Return two versions ({label: value}) as a table, the difference marked in place.

    :param word: said of a row that differs. :param marks: elements of what went and what came; of two
    people nothing went or came: both are `mark`.
    """
    rows = []
    for label in dict.fromkeys([*before, *after]):
        old, new = (
            str(v) if v not in {None, ""} else "" for v in (before.get(label), after.get(label))
        )
        if old == new:
            if not only_changed:
                rows.append(
                    format_html("<tr><th scope=row>{}</th><td colspan=2>{}</td></tr>", label, old)
                )
            continue
        old_marked, new_marked = _marked(old, new, marks)
        rows.append(
            format_html(
                '<tr class="sb-changed"><th scope="row">{}<span class="sb-word">{}</span></th>'
                "<td>{}</td><td>{}</td></tr>",
                label,
                word,
                old_marked or NOTHING,
                new_marked or NOTHING,
            )
        )
    if not rows:
        return format_html("<p>{}: 変更はありません。</p>", caption)
    return format_html(
        '<table class="sb-table sb-differences"><caption>{}</caption><thead><tr><th scope="col">項目</th>'
        '<th scope="col">{}</th><th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>',
        caption,
        *headings,
        SafeString("".join(rows)),
    )


# Time-line ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """
    One thing that happened: when, what (a word), the rest of the sentence, by whom, and where to read on.

    Of several alike on one day `first` is when the first of them was, `at` when the last.
    """

    at: datetime | date
    what: str
    text: str = ""
    who: str = ""
    url: str = ""
    level: str = "plain"
    first: datetime | None = None


def timeline(moments: Sequence[Moment], *, empty: str = "記録はありません。") -> SafeString:
    """Return what happened, in the order given, as a list."""
    if not moments:
        return format_html('<p class="sb-empty">{}</p>', empty)
    entries = []
    for one in moments:
        when = moment(one.at) if isinstance(one.at, datetime) else day(one.at)
        if isinstance(one.at, datetime) and one.first and _clock(one.first) != _clock(one.at):
            last = format_html('<time datetime="{}">{}</time>', one.at.isoformat(), _clock(one.at))
            when = format_html("{}~{}", moment(one.first), last)
        what = badge(one.what, one.level)
        text = (
            format_html('<a href="{}">{}</a>', one.url, one.text or "内容を表示")
            if one.url
            else one.text
        )
        entries.append(
            format_html(
                '<li><span class="sb-when">{}</span><span class="sb-what">{} {}</span>'
                '<span class="sb-who">{}</span></li>',
                when,
                what,
                text,
                one.who,
            )
        )
    return format_html('<ol class="sb-timeline">{}</ol>', SafeString("".join(entries)))


def facts(pairs: Sequence[tuple[str, Any]]) -> SafeString:
    """Return labels and values as a list of facts."""
    return format_html(
        '<dl class="sb-facts">{}</dl>',
        format_html_join(
            "",
            "<div><dt>{}</dt><dd>{}</dd></div>",
            ((label, NOTHING if value in {None, ""} else value) for label, value in pairs),
        ),
    )


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    caption: str,
    empty: str = "該当するものはありません。",
) -> SafeString:
    """Return a plain table; numbers (int) stand on the right."""
    if not rows:
        return format_html('<p class="sb-empty"><b>{}</b>: {}</p>', caption, empty)
    head = format_html_join("", '<th scope="col">{}</th>', ((h,) for h in headings))
    body = []
    for row in rows:
        cells = [
            format_html('<td class="sb-number">{}</td>', f"{cell:,}")
            if isinstance(cell, int) and not isinstance(cell, bool)
            else format_html("<td>{}</td>", NOTHING if cell in {None, ""} else cell)
            for cell in row
        ]
        body.append(format_html("<tr>{}</tr>", SafeString("".join(cells))))
    return format_html(
        '<div class="sb-scroll" tabindex="0" role="region" aria-label="{}"><table class="sb-table">'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        caption,
        caption,
        head,
        SafeString("".join(body)),
    )
