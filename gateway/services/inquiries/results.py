"""照会結果: into the feed of the system that asked and of no other, and into the record."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from gateway import conversion
from gateway.models import Inquiry
from gateway.rules.codes import with_numbers_replaced
from gateway.services import layouts
from gateway.services.answers import ToldResult
from gateway.services.inquiries.numbers_within import with_own_numbers
from integrated_address import selectors as addressee_questions
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.feed import Feed, ReceiptUnknown
from sapporo_base.models import BusinessSystem, LegalBasis, LinkageRecord
from sapporo_base.rows import prepared_rows

RESULT_FEED = Feed("gateway_inquiryresult")


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Results of one system in feed order."""

    results: Sequence["Result"]
    receipt: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Result:
    """How one inquiry ended, under the number of the system that asked."""

    receipt: int
    inquiry_id: int
    request_key: str
    business_number: str
    business_numbers: Sequence[str]
    state: str
    information_code: str
    provider_code: str
    fiscal_year: int | None
    provided_at: datetime | None
    items: Mapping[str, Any]
    problems: Sequence[Mapping[str, str]]
    """What could not be converted and stands as it came: item, code and words of each."""
    reason_code: str
    reason: str
    disposed_at: datetime | None
    """Since when its values are gone: the time for which its 事務 needs them was over."""


class _Ended(NamedTuple):
    """What the feed and the record need of an inquiry that ended."""

    pk: int
    record_id: str
    state: str
    integrated_number: str
    legal_basis_id: int
    information_code: str
    provider_code: str
    system_id: int
    not_disclosed: bool
    accepted_at: datetime


_INTO_THE_FEED = """
INSERT INTO gateway_inquiryresult (inquiry_id, system_id, state, provider_code, provided_at, items,
    problems, reason_code, reason, arrived_at)
SELECT i.id, i.system_id, i.state, i.provider_code, told.provided_at, told.items, told.problems,
    i.reason_code, i.reason, %(at)s
FROM jsonb_to_recordset(%(told)s) AS told (
    id bigint, provided_at timestamptz, items jsonb, problems jsonb
)
JOIN gateway_inquiry i ON i.id = told.id
ORDER BY i.id
ON CONFLICT (inquiry_id) DO NOTHING
"""


def end_inquiries(ids: Collection[int], results: Mapping[str, ToldResult], act: Act) -> None:
    """
    Put inquiries that have ended into the result feed and write their records (番号法第23条).

    :param results: what came back, by レコード識別番号.
    """
    if not ids:
        return
    rows = Inquiry.objects.filter(pk__in=ids).order_by("pk").values_list(*_Ended._fields)
    ended = [_Ended(*row) for row in rows]
    told = [results.get(one.record_id) for one in ended]
    messages = [conversion.Message(dict(one.items) if one else {}) for one in told]
    layouts.convert_results(
        [(i.information_code, m) for i, m in zip(ended, messages, strict=True) if m.items], act=act
    )
    columns = [
        {
            "id": inquiry.pk,
            "provided_at": one.provided_at if one else None,
            "items": message.items,
            "problems": message.problems,
        }
        for inquiry, one, message in zip(ended, told, messages, strict=True)
    ]
    parameters: dict[str, Any] = {"told": Jsonb(columns, dumps=_as_json), "at": act.at}
    with connection.cursor() as cursor:
        cursor.execute(_INTO_THE_FEED, parameters)
    _record_ends(ended, told, act)


def _as_json(columns: Any) -> bytes:
    return orjson.dumps(columns, default=_as_plain)


def _as_plain(value: object) -> Any:
    if isinstance(value, conversion.Problem):
        return value._asdict()
    raise TypeError


def _record_ends(ended: Sequence[_Ended], results: Sequence[ToldResult | None], act: Act) -> None:
    """Write one record for each ground, provider, system and outcome, with its people."""
    grouped: dict[tuple[Any, ...], list[tuple[_Ended, ToldResult | None]]] = defaultdict(list)
    for one, told in zip(ended, results, strict=True):
        items = tuple(told.items) if told else ()
        key = (one.legal_basis_id, one.provider_code, one.state, one.system_id, one.not_disclosed)
        grouped[*key, items].append((one, told))
    grounds = LegalBasis.objects.in_bulk({one.legal_basis_id for one in ended})
    systems = BusinessSystem.objects.in_bulk({one.system_id for one in ended})
    for (ground, provider, state, system, withheld, items), members in grouped.items():
        first, told = members[0]
        answered = state == Inquiry.State.ANSWERED
        base.record_linkage(
            act,
            "inquiry_ended",
            legal_basis=grounds[ground],
            result=LinkageRecord.Result.DONE if answered else LinkageRecord.Result.FAILED,
            detail=Inquiry.State(state).label,
            subjects=[("integrated", one.integrated_number) for one, _ in members],
            items=sorted(items),
            inquirer="札幌市長",
            provider=provider,
            requested_at=first.accepted_at,
            provided_at=told.provided_at if told else None,
            not_disclosed=withheld,
            receiver_code=systems[system].code,
        )


# One's own results after a receipt, and up to where the feed was looked through, in one moment:
# positions are given in order, so nothing can come to stand before the newest that is seen.
_PAGE = f"""
WITH head AS (SELECT coalesce(max(position), 0) AS position FROM {RESULT_FEED.position_table})
SELECT head.position, page.* FROM head LEFT JOIN LATERAL (
    SELECT p.position AS receipt, i.id, i.request_key, i.business_number, i.integrated_number,
        r.state, i.information_code, r.provider_code, i.fiscal_year, r.provided_at, r.items,
        r.problems, r.reason_code, r.reason, r.disposed_at
    FROM {RESULT_FEED.position_table} p
    JOIN gateway_inquiryresult r ON r.id = p.entry_id
    JOIN gateway_inquiry i ON i.id = r.inquiry_id
    WHERE p.position > %(receipt)s AND r.system_id = %(system)s
    ORDER BY p.position LIMIT %(limit)s + 1
) page ON true
ORDER BY page.receipt
"""


_END = f"""
SELECT max(position) FROM (
    SELECT p.position FROM {RESULT_FEED.position_table} p
    JOIN gateway_inquiryresult r ON r.id = p.entry_id
    WHERE p.position > %(receipt)s AND r.system_id = %(system)s
    ORDER BY p.position LIMIT %(most)s
) own
"""


def results_end(*, system: BusinessSystem, receipt: int, most: int) -> int | None:
    """Return up to which receipt the next results of a system reach; None where it has none."""
    RESULT_FEED.publish()
    asked = {"receipt": receipt, "system": system.pk, "most": most}
    ((until,),) = prepared_rows(_END, asked)
    return None if until is None else int(until)


def inquiry_results(*, system: BusinessSystem, receipt: int, limit: int, act: Act) -> ResultPage:
    """
    Return a system's own results after a receipt, under its own numbers, and record that it got
    them. However many results of others lie between, it is one question.

    Numbers inside the platform's messages are turned into the system's own; others are masked.

    :raises ReceiptUnknown: the receipt lies beyond the newest.
    """
    # Publishing is a transaction of its own: nobody else's must wait for this reader.
    RESULT_FEED.publish()
    return _read(system, receipt, limit, act)


@transaction.atomic
def _read(system: BusinessSystem, receipt: int, limit: int, act: Act) -> ResultPage:
    rows = prepared_rows(_PAGE, {"receipt": receipt, "system": system.pk, "limit": limit})
    found = [row[1:] for row in rows if row[1] is not None]
    if receipt > rows[0][0]:
        raise ReceiptUnknown
    has_more, found = len(found) > limit, found[:limit]
    reached = found[-1][0] if has_more else max(receipt, rows[0][0])
    integrated = {row[4] for row in found}
    numbers = addressee_questions.business_numbers_of(system=system, integrated_numbers=integrated)
    told = [_as_told(numbers, *row) for row in found]
    items = with_own_numbers(
        [
            (one.information_code, one.items, {row[4]: one.business_number})
            for one, row in zip(told, found, strict=True)
        ],
        system=system,
        act=act,
    )
    results = [replace(one, items=own) for one, own in zip(told, items, strict=True)]
    if results:
        base.record_linkage(
            act,
            "inquiry_results_read",
            subjects=[("integrated", number) for number in sorted(integrated)],
            receiver_code=system.code,
            feed=RESULT_FEED.table,
            feed_after=receipt,
            feed_until=reached,
        )
    return ResultPage(results, reached, has_more)


def _as_told(
    numbers: Mapping[str, Sequence[str]],
    receipt: int,
    inquiry_id: int,
    request_key: str,
    business_number: str,
    integrated_number: str,
    state: str,
    information_code: str,
    provider_code: str,
    fiscal_year: int | None,
    provided_at: datetime | None,
    items: str,
    problems: str,
    reason_code: str,
    reason: str,
    disposed_at: datetime | None,
) -> Result:
    return Result(
        receipt=receipt,
        inquiry_id=inquiry_id,
        request_key=request_key,
        business_number=business_number,
        business_numbers=numbers.get(integrated_number, [business_number]),
        state=state,
        information_code=information_code,
        provider_code=provider_code,
        fiscal_year=fiscal_year,
        provided_at=provided_at,
        items=json.loads(items),
        problems=json.loads(problems),
        reason_code=reason_code,
        reason=with_numbers_replaced(reason, {integrated_number: business_number}),
        disposed_at=disposed_at,
    )
