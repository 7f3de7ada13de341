"""照会結果: into the feed of the system that asked and of no other, and into the record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway.models import Inquiry, InquiryResult
from gateway.rules.codes import with_numbers_replaced
from gateway.services.answers import ToldResult
from integrated_address import selectors as addressee_questions
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.feed import Feed, Place
from sapporo_base.models import BusinessSystem, LinkageRecord

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
    reason_code: str
    reason: str


def end_inquiries(ended: Sequence[Inquiry], results: Mapping[str, ToldResult], act: Act) -> None:
    """Put ended inquiries into the result feed and write their records (番号法第23条)."""
    if not ended:
        return
    InquiryResult.objects.bulk_create(
        [_result_row(inquiry, results.get(inquiry.record_id), act) for inquiry in ended],
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


def _result_row(inquiry: Inquiry, told: ToldResult | None, act: Act) -> InquiryResult:
    return InquiryResult(
        inquiry=inquiry,
        system_id=inquiry.system_id,
        state=inquiry.state,
        provider_code=inquiry.provider_code,
        provided_at=told.provided_at if told else None,
        items=dict(told.items) if told else {},
        reason_code=inquiry.reason_code,
        reason=inquiry.reason,
        arrived_at=act.at,
    )


@transaction.atomic
def inquiry_results(*, system: BusinessSystem, receipt: int, limit: int, act: Act) -> ResultPage:
    """
    Return a system's own results after a receipt, under its own numbers, and record that it got
    them.

    Numbers inside the platform's messages are turned into the system's own; others are masked.
    """
    places: list[Place] = []
    cursor = receipt
    while len(places) < limit:
        page = RESULT_FEED.after(cursor, limit=max(limit, 200))
        if not page:
            break
        cursor = page[-1].receipt
        own = set(
            InquiryResult.objects.filter(
                pk__in=[place.entry_id for place in page], system=system
            ).values_list("pk", flat=True)
        )
        places += [place for place in page if place.entry_id in own]
    has_more = len(places) > limit
    places = places[:limit]
    reached = places[-1].receipt if has_more else cursor
    rows = InquiryResult.objects.select_related("inquiry").in_bulk([p.entry_id for p in places])
    integrated = {row.inquiry.integrated_number for row in rows.values()}
    numbers = addressee_questions.business_numbers_of(system=system, integrated_numbers=integrated)
    results = [_as_told(place.receipt, rows[place.entry_id], numbers) for place in places]
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


def _as_told(receipt: int, row: InquiryResult, numbers: Mapping[str, Sequence[str]]) -> Result:
    inquiry = row.inquiry
    own = numbers.get(inquiry.integrated_number, [inquiry.business_number])
    replaced = {inquiry.integrated_number: inquiry.business_number}
    return Result(
        receipt=receipt,
        inquiry_id=inquiry.pk,
        request_key=inquiry.request_key,
        business_number=inquiry.business_number,
        business_numbers=own,
        state=row.state,
        information_code=inquiry.information_code,
        provider_code=row.provider_code,
        fiscal_year=inquiry.fiscal_year,
        provided_at=row.provided_at,
        items=row.items,
        reason_code=row.reason_code,
        reason=with_numbers_replaced(row.reason, replaced),
    )
