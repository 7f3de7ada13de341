"""Claims judged by what is known: a clear one is proposed, another asked about, or left to people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from child_allowance.models import Claim, Decision, FactInquiry
from child_allowance.rules.months import Month
from child_allowance.rules.reviews import Item, Outcome, Review, review
from child_allowance.selectors import JUDGED_BY
from child_allowance.services.facts.known import (
    GatheredFacts,
    claim_facts,
    gathered_facts,
    taxed_in,
)
from child_allowance.services.systems import asking
from sapporo_base.acts import Act
from social_address import services as social_address

PENSION_SERVICE = "9900000000000075"
"""日本年金機構, as the platform profile codes it."""
ASSESSED_AT_ONCE = 500


@dataclass(frozen=True)
class Gathered:
    """How many claims a round looked at, and where each was left."""

    looked_at: int = 0
    ready: int = 0
    asked_elsewhere: int = 0
    under_examination: int = 0


@transaction.atomic
def gather_facts(*, act: Act, claim_ids: Iterable[int] | None = None) -> Gathered:
    """
    Judge claims whose facts may be complete: fresh ones, and those whose answers have all come.

    Clear ones get an automatic proposal, others are asked about elsewhere or left to an examiner.

    :raises NotPermitted: 児童手当 is not given what it judges by; the claims wait as they are.
    """
    social_address.permit_resident_items(items=JUDGED_BY, act=asking(act))
    waiting = FactInquiry.State.WANTED, FactInquiry.State.ASKED
    claims = Claim.objects.filter(
        Q(state=Claim.State.RECEIVED)
        | (
            Q(state=Claim.State.ASKED_ELSEWHERE)
            & ~Q(pk__in=FactInquiry.objects.filter(state__in=waiting).values("claim_id"))
        )
    ).order_by("received_on", "pk")
    if claim_ids is not None:
        claims = claims.filter(pk__in=list(claim_ids))
    batch = list(claims.select_for_update(skip_locked=True)[:ASSESSED_AT_ONCE])
    if not batch:
        return Gathered()
    facts = gathered_facts(batch, act)
    counts: dict[str, int] = defaultdict(int)
    for claim in batch:
        counts[_settle(claim, facts, act)] += 1
    return Gathered(
        looked_at=len(batch),
        ready=counts[Claim.State.READY],
        asked_elsewhere=counts[Claim.State.ASKED_ELSEWHERE],
        under_examination=counts[Claim.State.UNDER_EXAMINATION],
    )


def _settle(claim: Claim, facts: GatheredFacts, act: Act) -> str:
    if claim.kind not in {Claim.Kind.APPROVAL, Claim.Kind.INCREASE}:
        return leave_to_examiner(claim, "職員が内容を確認して処理する届出です。")
    found = review(claim_facts(claim, facts))
    if found.outcome is Outcome.APPROVE:
        return _propose(claim, found, act)
    if found.outcome is Outcome.ASK_ELSEWHERE:
        return _want(claim, found)
    return leave_to_examiner(
        claim, "\n".join(f"{finding.words}({finding.article})" for finding in found.findings)
    )


def _propose(claim: Claim, found: Review, act: Act) -> str:
    """Propose a clear approval; a person decides it, alone or among many."""
    until = Month.of(claim.asked_until).plus(1).first_day if claim.asked_until else None
    is_increase = claim.kind == Claim.Kind.INCREASE
    Decision.objects.update_or_create(
        claim=claim,
        defaults={
            "outcome": (Decision.Outcome.INCREASED if is_increase else Decision.Outcome.APPROVED),
            "start": found.start.first_day,
            "until": until,
            "reason": (
                "新たに児童を監護し、生計を同じくしていることを確認したため。"
                if is_increase
                else "支給要件に該当することを公簿等により確認したため。"
            ),
            "article": (
                "児童手当法第9条第1項" if is_increase else "児童手当法第4条第1項、第7条第1項"
            ),
            "proposed_by": None,
            "proposed_at": act.at,
        },
    )
    claim.state, claim.state_reason = Claim.State.READY, ""
    claim.save(update_fields=["state", "state_reason"])
    return claim.state


def _want(claim: Claim, found: Review) -> str:
    wanted = []
    for missing in found.missing:
        number = claim.claimant_number if missing.whom == "claimant" else claim.spouse_number
        provider = (
            PENSION_SERVICE
            if missing.item is Item.PENSION
            else taxed_in(claim, number, missing.tax_year or 0)
        )
        if not provider:
            return leave_to_examiner(
                claim,
                f"{missing.tax_year}年度の課税地(1月1日の住所地)が請求書に記載されていません。",
            )
        wanted.append(
            FactInquiry(
                claim=claim,
                subject_number=number,
                item=missing.item.value,
                tax_year=missing.tax_year,
                provider_code=provider,
            )
        )
    FactInquiry.objects.bulk_create(wanted, ignore_conflicts=True)
    claim.state = Claim.State.ASKED_ELSEWHERE
    claim.state_reason = f"他の機関に{len(wanted)}件を照会します。"
    claim.save(update_fields=["state", "state_reason"])
    return claim.state


def leave_to_examiner(claim: Claim, reason: str) -> str:
    """Leave a claim to an examiner, with the reason in words; return its state."""
    claim.state, claim.state_reason = Claim.State.UNDER_EXAMINATION, reason
    claim.save(update_fields=["state", "state_reason"])
    return claim.state
