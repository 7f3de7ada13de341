"""Rows of files as inquiries and copies: what each becomes, and which can't be taken and why."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gateway.models import CopyError, Lane
from gateway.rules.stray_numbers import holds_individual_number
from gateway.services.copies import CopyData, accept_copies
from gateway.services.copies.accepting import OPEN_END
from gateway.services.inquiries import InquiryRequest, accept_inquiries
from sapporo_base.acts import Act
from sapporo_base.layouts import LayoutSpecification, Source, mask
from sapporo_base.models import BusinessSystem

Finding = tuple[int, str, str]
"""Row (from 1), item and reason of what was not taken; never a value."""
Row = dict[str, str]

INQUIRY_ITEMS: Final = (
    *("request_key", "business_number", "procedure_code", "step_code"),
    *("information_code", "provider_code"),
)
COPY_ITEMS: Final = ("business_number", "dataset", "key", "published_from")
_COPY_HEAD: Final = frozenset({*COPY_ITEMS, "published_until", "is_withdrawn"})
_WIDTHS: Final = {"request_key": 64, "business_number": 20, "dataset": 20, "key": 60}
KEPT_FINDINGS: Final = 10_000
"""So many errors of a file are told; how many rows they are in is counted beyond."""
_AT_ONCE: Final = 1_000
# Which item of the row a refusal is about.
_ITEM_OF: Final = {
    "no_ground": "procedure_code",
    "not_permitted": "provider_code",
    "provider": "provider_code",
    "not_numbered": "business_number",
    "no_individual_number": "business_number",
    "key_in_use": "request_key",
}
_YES: Final = frozenset({"1", "true"})


@dataclass
class Taken:
    """What became of the rows of a file, whose findings may be more than are kept."""

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    findings: list[Finding] = field(default_factory=list)

    def note(self, findings: Iterable[Finding]) -> None:
        """Note what is wrong in rows of which nothing was noted before."""
        found = sorted(findings)
        self.rejected += len({row for row, _, _ in found})
        self.findings += found[: KEPT_FINDINGS - len(self.findings)]


class _Wrong(Exception):
    """A row can't be taken: the item and why."""

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(item)
        self.item, self.reason = item, reason


def take_inquiries(source: Source, *, system: BusinessSystem, act: Act) -> Taken:
    """Accept the inquiries of a file, row by row; what can't be is told by row and item."""
    taken, layout = Taken(), source.layout
    asked = _asked(source, taken)
    while several := list(itertools.islice(asked, _AT_ONCE)):
        answers = accept_inquiries(
            system=system, requests=[request for _, request in several], act=act
        )
        refused = [
            (row, _label(layout, _ITEM_OF[answer.code]), answer.why)
            for (row, _), answer in zip(several, answers, strict=True)
            if answer.id is None
        ]
        taken.accepted += len(several) - len(refused)
        taken.note(refused)
    taken.findings.sort()
    return taken


def _asked(source: Source, taken: Taken) -> Iterator[tuple[int, InquiryRequest]]:
    """Give the inquiries of a file by row; a file of a million rows is never held as a whole."""
    seen: dict[int, int] = {}
    for row, values in _good_rows(source, taken):
        try:
            request = _as_inquiry(values)
            first = seen.setdefault(hash(request.request_key), row)
            if first != row:
                raise _Wrong("request_key", f"{first}行目と同じ要求キーです。")
        except _Wrong as wrong:
            taken.note([(row, _label(source.layout, wrong.item), wrong.reason)])
        else:
            yield row, request


def take_copies(
    source: Source, *, system: BusinessSystem, information_code: str, act: Act
) -> Taken:
    """
    Accept the copies of a file; what can't be converted is told by row and item, the rest goes.

    :raises NotPermitted: the system has no ground to provide this 特定個人情報.
    """
    taken = Taken()
    rows: dict[int, int] = {}
    counts = accept_copies(
        system=system,
        information_code=information_code,
        copies=_copied(source, taken, rows),
        act=act,
    )
    taken.accepted, taken.unchanged = counts.changed, counts.unchanged
    errors = CopyError.objects.filter(
        system=system, information_code=information_code, correlation_id=act.correlation_id
    )
    taken.note(
        (rows[name], one.item, one.reason)
        for one in errors.iterator()
        if (name := hash((one.business_number, one.key))) in rows
    )
    taken.findings.sort()
    return taken


def _copied(source: Source, taken: Taken, rows: dict[int, int]) -> Iterator[CopyData]:
    """
    Give the copies of a file; it is never held as a whole.

    :param rows: gets the row of each by what errors name it by.
    """
    seen: dict[int, int] = {}
    for row, values in _good_rows(source, taken):
        try:
            copy = _as_copy(values, source.layout)
            first = seen.setdefault(hash((copy.business_number, copy.dataset, copy.key)), row)
            if first != row:
                raise _Wrong("key", f"{first}行目と同じ業務番号・データセット・キーです。")
        except _Wrong as wrong:
            taken.note([(row, _label(source.layout, wrong.item), wrong.reason)])
        else:
            rows[hash((copy.business_number, copy.key))] = row
            yield copy


def _good_rows(source: Source, taken: Taken) -> Iterator[tuple[int, Row]]:
    """Return the rows that the layout takes; a 個人番号 that it seals is left out of them."""
    layout = source.layout
    names = [one.name for one in layout.fields if not one.sealed]
    for chunk in source.chunks(seal=mask):
        taken.rows += len(chunk.rows) + len(chunk.rejects)
        taken.note((one.row, one.label or "行全体", one.reason) for one in chunk.rejects)
        columns = [chunk.columns[name] for name in names]
        for row, cells in zip(chunk.rows, zip(*columns, strict=True), strict=True):
            yield row, dict(zip(names, cells, strict=True))


def _as_inquiry(values: Row) -> InquiryRequest:
    _check_head(values, INQUIRY_ITEMS)
    lane = values.get("lane") or Lane.BATCH
    if lane not in {Lane.INTERACTIVE, Lane.BATCH}:
        raise _Wrong("lane", "interactive か batch を指定してください。")
    period = _day(values, "period_from"), _day(values, "period_until")
    if period[0] and period[1] and period[1] < period[0]:
        raise _Wrong("period_until", "照会開始日より前の日付です。")
    return InquiryRequest(
        **{name: values[name] for name in INQUIRY_ITEMS},
        fiscal_year=_year(values),
        period_from=period[0],
        period_until=period[1],
        lane=lane,
        not_disclosed=values.get("not_disclosed", "") in _YES,
    )


def _as_copy(values: Row, layout: LayoutSpecification) -> CopyData:
    _check_head(values, COPY_ITEMS)
    published_from = _day(values, "published_from")
    if published_from is None:
        raise _Wrong("published_from", "公開開始日がありません。")
    items: dict[str, Any] = {}
    for one in layout.fields:
        if one.name in _COPY_HEAD or one.sealed:
            continue
        value = values[one.name]
        if one.type != "DATE" and holds_individual_number(value):
            raise _Wrong(one.name, "個人番号と読める値があります。副本に個人番号は含められません。")
        items[one.label] = value or None
    return CopyData(
        business_number=values["business_number"],
        dataset=values["dataset"],
        key=values["key"],
        items=items,
        published_from=published_from,
        published_until=_day(values, "published_until") or OPEN_END,
        is_withdrawn=values.get("is_withdrawn", "") in _YES,
    )


def _check_head(values: Mapping[str, str], names: tuple[str, ...]) -> None:
    for name in names:
        value = values[name]
        if not value:
            raise _Wrong(name, "値がありません。")
        if len(value) > _WIDTHS.get(name, 16):
            raise _Wrong(name, f"{_WIDTHS.get(name, 16)}文字を超えています。")


def _day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _Wrong(name, "日付として読めません。") from None


def _year(values: Mapping[str, str]) -> int | None:
    text = values.get("fiscal_year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):  # noqa: PLR2004 - a year
        raise _Wrong("fiscal_year", "西暦4桁で入力してください。")
    return int(text)


def _label(layout: LayoutSpecification, name: str) -> str:
    found = layout.by_name.get(name)
    return found.label if found else name
