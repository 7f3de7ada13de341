"""照会結果: into the feed of the system that asked and of no other, and into the record."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway import conversion
from gateway.models import Inquiry, InquiryResult
from gateway.rules.codes import with_numbers_replaced
from gateway.services import layouts
from gateway.services.answers import ToldResult
from gateway.services.inquiries.numbers_within import with_own_numbers
from integrated_address import selectors as addressee_questions
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.feed import Feed
from sapporo_base.models import BusinessSystem, LinkageRecord
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


def end_inquiries(ended: Sequence[Inquiry], results: Mapping[str, ToldResult], act: Act) -> None:
    """Put ended inquiries into the result feed and write their records (番号法第23条)."""
    if not ended:
        return
    messages = [
        conversion.Message(dict(told.items) if told else {})
        for told in (results.get(inquiry.record_id) for inquiry in ended)
    ]
    layouts.convert_results(
        [(i.information_code, m) for i, m in zip(ended, messages, strict=True) if m.items], act=act
    )
    InquiryResult.objects.bulk_create(
        [
            _result_row(inquiry, results.get(inquiry.record_id), message, act)
            for inquiry, message in zip(ended, messages, strict=True)
        ],
        ignore_conflicts=True,
    )
    grouped: dict[tuple[int, str, str], list[Inquiry]] = defaultdict(list)
    for inquiry in ended:
        grouped[inquiry.legal_basis_id, inquiry.provider_code, inquiry.state].append(inquiry)
    for (_, provider, state), members in grouped.items():
        first = members[0]
        told = results.get(first.record_id)
        answered = state == Inquiry.State.ANSWERED
        base.record_linkage(
            act,
            "inquiry_ended",
            legal_basis=first.legal_basis,
            result=LinkageRecord.Result.DONE if answered else LinkageRecord.Result.FAILED,
            detail=first.get_state_display(),
            subjects=[("integrated", inquiry.integrated_number) for inquiry in members],
            items=sorted(told.items) if told else (),
            inquirer="札幌市長",
            provider=provider,
            requested_at=first.accepted_at,
            provided_at=told.provided_at if told else None,
            not_disclosed=first.not_disclosed,
            receiver_code=first.system.code,
        )


def _result_row(
    inquiry: Inquiry, told: ToldResult | None, message: conversion.Message, act: Act
) -> InquiryResult:
    return InquiryResult(
        inquiry=inquiry,
        system_id=inquiry.system_id,
        state=inquiry.state,
        provider_code=inquiry.provider_code,
        provided_at=told.provided_at if told else None,
        items=message.items,
        problems=[one._asdict() for one in message.problems],
        reason_code=inquiry.reason_code,
        reason=inquiry.reason,
        arrived_at=act.at,
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
    """
    # Publishing is a transaction of its own: nobody else's must wait for this reader.
    RESULT_FEED.publish()
    return _read(system, receipt, limit, act)


@transaction.atomic
def _read(system: BusinessSystem, receipt: int, limit: int, act: Act) -> ResultPage:
    rows = prepared_rows(_PAGE, {"receipt": receipt, "system": system.pk, "limit": limit})
    found = [row[1:] for row in rows if row[1] is not None]
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
