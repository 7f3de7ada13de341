"""Missing facts asked of other bodies through 市中間サーバ under 項74 and 75, and their answers."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from child_allowance.models import FactInquiry, FeedPosition
from child_allowance.rules.reviews import Item
from child_allowance.services.facts.gathering import leave_to_examiner
from child_allowance.services.systems import asking, own_system
from gateway import services as gateway
from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act
from sapporo_base.models import LegalBasis

INFORMATION = {Item.TAX: "TM00000000000002", Item.PENSION: "TM99000000000075"}
READ_AT_ONCE = 500
RESULTS_FEED = "gateway.inquiry_results"


@dataclass(frozen=True)
class Asked:
    """How many questions went to 市中間サーバ, and how many it refused."""

    asked: int = 0
    refused: int = 0


@transaction.atomic
def inquire_missing_facts(*, act: Act) -> Asked:
    """
    Hand the wanted facts to 市中間サーバ as inquiries under 項74 and 75; asking twice asks once.

    What it does not permit is written to the claim, which goes to an examiner.
    """
    wanted = list(
        FactInquiry.objects.filter(state=FactInquiry.State.WANTED)
        .select_for_update(skip_locked=True)
        .order_by("pk")[:READ_AT_ONCE]
    )
    if not wanted:
        return Asked()
    system = own_system()
    grounds = {
        item: base_selectors.legal_basis_for(
            kind="inquire", day=act.day, system=system, information_code=information
        )
        for item, information in INFORMATION.items()
    }
    accepted = gateway.accept_inquiries(
        system=system,
        requests=[_request(fact, grounds[Item(fact.item)]) for fact in wanted],
        act=asking(act),
    )
    refused = 0
    for fact, answer in zip(wanted, accepted, strict=True):
        if answer.id is None:
            refused += 1
            fact.state = FactInquiry.State.FAILED
            leave_to_examiner(fact.claim, f"照会を受け付けられませんでした: {answer.why}")
        else:
            fact.state, fact.inquiry_number = FactInquiry.State.ASKED, str(answer.id)
    FactInquiry.objects.bulk_update(wanted, ["state", "inquiry_number"])
    return Asked(asked=len(wanted) - refused, refused=refused)


def receive_inquiry_results(*, act: Act) -> int:
    """
    Read our results from 市中間サーバ by receipt; each serves the claim that asked alone.

    :return: how many questions were answered, in whatever way.
    """
    position, _ = FeedPosition.objects.get_or_create(feed=RESULTS_FEED)
    # A feed is published before it is read, each in a transaction of its own.
    page = gateway.inquiry_results(
        system=own_system(),
        receipt=position.receipt,
        limit=READ_AT_ONCE,
        act=asking(act),
    )
    with transaction.atomic():
        current = FeedPosition.objects.select_for_update().get(pk=position.pk)
        if current.receipt != position.receipt:
            return 0
        settled = sum(_settle_result(result, act) for result in page.results)
        current.receipt = page.receipt
        current.save(update_fields=["receipt"])
    return settled


def _settle_result(result: gateway.Result, act: Act) -> bool:
    fact = (
        FactInquiry.objects.select_for_update()
        .filter(inquiry_number=str(result.inquiry_id), state=FactInquiry.State.ASKED)
        .select_related("claim")
        .first()
    )
    if fact is None:
        return False
    _write_answer(fact, result, act)
    return True


def _request(fact: FactInquiry, basis: LegalBasis | None) -> gateway.InquiryRequest:
    return gateway.InquiryRequest(
        business_number=fact.subject_number,
        procedure_code=basis.procedure_code if basis else "",
        step_code=basis.step_code if basis else "",
        information_code=INFORMATION[Item(fact.item)],
        provider_code=fact.provider_code,
        fiscal_year=fact.tax_year,
        request_key=f"child-allowance-fact-{fact.pk}",
        lane="batch",
    )


def _write_answer(fact: FactInquiry, result: Any, act: Act) -> None:
    fact.answered_at = act.at
    if result.state == "answered":
        fact.state, fact.answer = FactInquiry.State.ANSWERED, dict(result.items)
    elif result.state == "no_record":
        fact.state = FactInquiry.State.NOTHING_THERE
    else:
        fact.state = FactInquiry.State.FAILED
        leave_to_examiner(fact.claim, f"照会の回答を得られませんでした: {result.reason}")
    fact.save(update_fields=["state", "answer", "answered_at"])
