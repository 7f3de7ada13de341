"""Deciding claims: proposed by one, decided by another, and written to the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from child_allowance.models import (
    Claim,
    Decision,
    IncomeAssessment,
    Letter,
    Recipient,
    SupportedChild,
)
from child_allowance.rules.amounts import Child, amounts_for
from child_allowance.rules.explanations import rule_in_words
from child_allowance.rules.income import income_year
from child_allowance.rules.letters import LetterChild, LetterFacts, letter_body, letter_title
from child_allowance.rules.months import Month
from child_allowance.rules.reviews import TaxState, tested_months
from child_allowance.rules.statutes import law_of
from child_allowance.services.entitlements import compute_entitlements
from child_allowance.services.facts import GatheredFacts, gathered_facts, tax_known
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, NotPermitted, Refusal

DECIDED_AT_ONCE = 500
MAY_DECIDE = "child_allowance.decide_claim"
MAY_PROPOSE = "child_allowance.propose_decision"


class ProposedByTheSame(Refusal):
    """Who proposed a decision does not decide it."""

    code = "proposed_by_the_same"
    message = "起案した職員は決定できません。別の職員が決定してください。"


class AlreadyEntitled(Refusal):
    """The claimant or a child has an entitlement that the decision would double."""

    code = "already_entitled"
    message = "請求者または児童に、既に別の支給が決定されています。"


@dataclass(frozen=True)
class Decided:
    """How many claims were decided, and how many went to an examiner instead."""

    decided: int = 0
    left: int = 0


@transaction.atomic
def propose_decision(
    *, claim: Claim, outcome: str, reason: str, article: str, start: Month | None, act: Act
) -> Decision:
    """
    Put an examiner's proposal on a claim; another person decides it.

    :param start: the first month due, for an approval or a raise.
    :raises NotPermitted: the one who acts may not propose.
    :raises NotNow: the claim is decided already, or the proposal says too little.
    """
    staff = _may(act, MAY_PROPOSE)
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if claim.state == Claim.State.DECIDED:
        raise NotNow("この請求は決定済です。")
    if not reason.strip() or not article.strip():
        raise NotNow("理由と根拠条文を記入してください。")
    if start is None and outcome in {Decision.Outcome.APPROVED, Decision.Outcome.INCREASED}:
        raise NotNow("支給開始年月を記入してください。")
    decision, _ = Decision.objects.update_or_create(
        claim=claim,
        defaults={
            "outcome": outcome,
            "start": start.first_day if start else None,
            "until": Month.of(claim.asked_until).plus(1).first_day if claim.asked_until else None,
            "reason": reason.strip(),
            "article": article.strip(),
            "proposed_by": staff,
            "proposed_at": act.at,
        },
    )
    claim.state = Claim.State.PROPOSED
    claim.save(update_fields=["state"])
    base.record_linkage(act, "decision_proposed", subjects=_subjects(claim))
    return decision


@transaction.atomic
def decide_claim(*, claim: Claim, act: Act) -> Decision:
    """
    Decide what was proposed on one claim, and write the letter.

    :raises NotPermitted: the one who acts may not decide.
    :raises ProposedByTheSame: the one who acts proposed it (also a constraint in the database).
    :raises NotNow: nothing is proposed, or it is decided already.
    """
    _may(act, MAY_DECIDE)
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    facts = gathered_facts([claim], act)
    return _decide(claim, facts, act)


@transaction.atomic
def decide_claims(*, act: Act, claim_ids: Iterable[int] | None = None) -> Decided:
    """
    Decide the clear approvals that the system proposed, many at once by one person's act.

    What can't be carried out after all goes to an examiner with the reason.

    :raises NotPermitted: the one who acts may not decide.
    """
    _may(act, MAY_DECIDE)
    claims = Claim.objects.filter(state=Claim.State.READY).order_by("received_on", "pk")
    if claim_ids is not None:
        claims = claims.filter(pk__in=list(claim_ids))
    batch = list(claims.select_for_update(skip_locked=True)[:DECIDED_AT_ONCE])
    if not batch:
        return Decided()
    facts = gathered_facts(batch, act)
    left = 0
    for claim in batch:
        try:
            with transaction.atomic():
                _decide(claim, facts, act)
        except Refusal as refusal:
            left += 1
            claim.state, claim.state_reason = Claim.State.UNDER_EXAMINATION, refusal.message
            claim.save(update_fields=["state", "state_reason"])
    return Decided(decided=len(batch) - left, left=left)


def _decide(claim: Claim, facts: GatheredFacts, act: Act) -> Decision:
    decision = Decision.objects.select_for_update().filter(claim=claim).first()
    if decision is None or claim.state not in {Claim.State.READY, Claim.State.PROPOSED}:
        raise NotNow("起案された決定がありません。")
    if act.staff and decision.proposed_by_id == act.staff.pk:
        raise ProposedByTheSame
    try:
        with transaction.atomic():
            recipient = _carry_out(claim, decision, facts)
    except IntegrityError:
        # The constraint says who stands in the way; its text would name people.
        raise AlreadyEntitled from None
    decision.decided_by, decision.decided_at = act.staff, act.at
    decision.save(update_fields=["decided_by", "decided_at"])
    claim.state, claim.state_reason, claim.recipient = Claim.State.DECIDED, "", recipient
    claim.save(update_fields=["state", "state_reason", "recipient"])
    if recipient:
        _compute_arrears(recipient, decision, act)
    _write_letter(claim, decision, facts, act)
    base.record_linkage(
        act,
        "claim_decided",
        subjects=_subjects(claim),
        detail=f"{decision.get_outcome_display()} {decision.article}",
    )
    return decision


def _carry_out(claim: Claim, decision: Decision, facts: GatheredFacts) -> Recipient | None:
    if decision.outcome == Decision.Outcome.APPROVED:
        return _approve(claim, decision, facts)
    if decision.outcome == Decision.Outcome.INCREASED:
        recipient = _recipient_of(claim)
        _link_children(claim, recipient, decision)
        return recipient
    if decision.outcome == Decision.Outcome.REFUSED:
        return None
    raise NotNow("この決定内容は、この画面では処理できません。")


def _approve(claim: Claim, decision: Decision, facts: GatheredFacts) -> Recipient:
    subject = facts.subjects.get(claim.claimant_number)
    start = _start(decision)
    recipient = Recipient.objects.create(
        approval_number=f"R{claim.claimed_on.year}{claim.pk:08}",
        addressee_number=claim.claimant_number,
        spouse_number=claim.spouse_number,
        ward_code=getattr(subject, "municipality_code", "") or "",
        approved_on=decision.proposed_at.date(),
        entitled_from=start,
        entitled_until=decision.until,
        ended_because=Recipient.EndedBecause.PAST_ONLY if decision.until else "",
    )
    _link_children(claim, recipient, decision)
    _assess_incomes(claim, recipient, decision, facts)
    return recipient


def _compute_arrears(recipient: Recipient, decision: Decision, act: Act) -> None:
    """Compute the months that are past already, so that the next pay day pays them too."""
    start, this_month = Month.of(_start(decision)), Month.of(act.day)
    until = min(Month.of(decision.until), this_month) if decision.until else this_month
    for month in start.until(until):
        compute_entitlements(month=month, act=act, recipient_ids=[recipient.pk])


def _recipient_of(claim: Claim) -> Recipient:
    recipient = Recipient.objects.filter(
        addressee_number=claim.claimant_number, entitled_until=None
    ).first()
    if recipient is None:
        raise NotNow("請求者は現在の受給者ではありません。認定請求が必要です。")
    return recipient


def _start(decision: Decision) -> date:
    if decision.start is None:
        raise NotNow("支給開始年月のない起案です。")
    return decision.start


def _link_children(claim: Claim, recipient: Recipient, decision: Decision) -> None:
    start = _start(decision)
    SupportedChild.objects.bulk_create(
        SupportedChild(
            recipient=recipient,
            child_number=child.child_number,
            born_on=child.born_on,
            relationship=child.relationship,
            living=child.living,
            in_custody=child.in_custody,
            livelihood=child.livelihood,
            studies_abroad=child.studies_abroad,
            in_facility=child.in_facility,
            cared_for=child.cared_for,
            confirmed_on=child.confirmed_on,
            counted_from=_counted_from(child.born_on, start, decision.until),
            counted_until=decision.until,
        )
        for child in claim.children.order_by("order")
    )


def _counted_from(born_on: date | None, start: date, until: date | None) -> date:
    """
    Return the first month that counts for a child: not before the month after its birth, though a claim
    may reach further back (児童手当法第8条第2項; the reform of 2024-10).
    """
    born = max(start, Month.of(born_on).plus(1).first_day) if born_on else start
    return min(born, until) if until else born


def _assess_incomes(
    claim: Claim, recipient: Recipient, decision: Decision, facts: GatheredFacts
) -> None:
    until = Month.of(decision.until) if decision.until else None
    years = {income_year(month) for month in tested_months(Month.of(_start(decision)), until)}
    for year in sorted(years):
        tax = tax_known(claim, facts, claim.claimant_number, year + 1)
        if tax.state is TaxState.KNOWN:
            IncomeAssessment.objects.create(
                recipient=recipient,
                income_year=year,
                income=tax.tested,
                dependants=tax.dependants.number,
                elderly=tax.dependants.elderly,
            )


def _write_letter(claim: Claim, decision: Decision, facts: GatheredFacts, act: Act) -> None:
    number = f"札子支第{act.day:%Y}-{decision.pk:08}号"
    start = Month.of(decision.start) if decision.start else None
    until = Month.of(decision.until) if decision.until else None
    Letter.objects.create(
        decision=decision,
        letter_number=number,
        title=letter_title(decision.outcome),
        dated_on=act.day,
        body=letter_body(
            LetterFacts(
                outcome=decision.outcome,
                letter_number=number,
                dated_on=act.day,
                addressee_name=_name(facts, claim.claimant_number),
                claimed_on=claim.claimed_on,
                claim_words=claim.get_kind_display(),
                reason=decision.reason,
                article=decision.article,
                approval_number=claim.recipient.approval_number if claim.recipient else "",
                start=start,
                until=until,
                children=_letter_children(claim, facts, start) if start else (),
            )
        ),
    )


def _letter_children(claim: Claim, facts: GatheredFacts, start: Month) -> list[LetterChild]:
    links = claim.recipient.children.filter(in_facility=False) if claim.recipient else ()
    if law_of(start).income.tested:
        # What the income leaves differs by month: the pay notice says it.
        return []
    children = [
        (
            link.child_number,
            Child(link.born_on, cared_for=link.cared_for and link.confirmed_on is not None),
        )
        for link in links
        if link.born_on
    ]
    amounts = amounts_for([child for _, child in children], start)
    return [
        LetterChild(_name(facts, number), found.amount, rule_in_words(law_of(start), child, found))
        for (number, child), found in zip(children, amounts, strict=True)
    ]


def _name(facts: GatheredFacts, number: str) -> str:
    return getattr(facts.subjects.get(number), "name", "") or f"宛名番号{number}"


def _subjects(claim: Claim) -> list[tuple[str, str]]:
    return [("social", claim.claimant_number)]


def _may(act: Act, right: str) -> Any:
    if act.staff is None or not act.staff.has_perm(right):
        raise NotPermitted("決定の権限がありません。審査の権限は所属長が付与します。")
    return act.staff
