"""One round of the work on claims: answers in, facts judged, questions out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from child_allowance.models import Claim
from child_allowance.rules.reviews import Tax, TaxState
from child_allowance.services.facts import (
    GatheredFacts,
    claim_facts,
    gather_facts,
    gathered_facts,
    inquire_missing_facts,
    receive_inquiry_results,
)
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from sapporo_base.rules.dates import format_date

RESIDENT_STATES = {"1": "住登者", "2": "転出者", "3": "死亡者", "9": "その他消除者"}
TAX_WORDS = {
    TaxState.UNKNOWN: "未確認",
    TaxState.UNDECLARED: "未申告",
    TaxState.NOWHERE: "課税情報なし",
}


@dataclass(frozen=True)
class WorkedOnClaims:
    """What a round did, in claims and in questions; `stopped` says why claims were left waiting."""

    looked_at: int
    ready: int
    under_examination: int
    asked: int
    answered: int
    stopped: str = ""


def work_on_claims(*, act: Act) -> WorkedOnClaims:
    """
    Read the answers that came, judge what can be judged, ask what is missing.

    Each step is a transaction of its own; stopped anywhere, the next round goes on from there.
    """
    answered = 0
    while received := receive_inquiry_results(act=act):
        answered += received
    looked_at = ready = examined = 0
    stopped = ""
    try:
        while (found := gather_facts(act=act)).looked_at:
            looked_at += found.looked_at
            ready += found.ready
            examined += found.under_examination
    except NotPermitted as refusal:
        stopped = refusal.message
    asked = 0
    while (sent := inquire_missing_facts(act=act)).asked + sent.refused:
        asked += sent.asked
    return WorkedOnClaims(looked_at, ready, examined, asked, answered, stopped)


@dataclass(frozen=True)
class KnownPerson:
    """Someone of a claim, in words for the examiner."""

    role: str
    number: str
    name: str
    name_kana: str
    born: str
    place: str
    status: str
    told: str


@dataclass(frozen=True)
class KnownOfClaim:
    """What is known of a claim: its people, and the incomes (year, claimant, spouse) in words."""

    people: Sequence[KnownPerson]
    incomes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class ClaimState:
    """Where one claim stands, for the system that sent it; nothing about the person is in it."""

    claim_number: str
    kind: str
    state: str
    state_words: str
    outcome: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class ClaimStates:
    """The claims that were found, and the 受付番号 that nobody knows."""

    claims: Sequence[ClaimState]
    unknown: Sequence[str]


@transaction.atomic
def disclose_claim_states(*, claim_numbers: Collection[str], act: Act) -> ClaimStates:
    """Return where these claims stand, and record who asked about whom."""
    found = list(
        Claim.objects.filter(claim_number__in=claim_numbers)
        .select_related("decision")
        .order_by("claim_number")
    )
    base.record_linkage(
        act,
        "claim_states_disclosed",
        subjects=[("social", claim.claimant_number) for claim in found],
        items=["受付番号", "請求届出種別", "状態", "決定内容", "決定日時"],
        receiver_code=act.system.code if act.system else "",
    )
    return ClaimStates(
        claims=[_state_of(claim) for claim in found],
        unknown=sorted(set(claim_numbers) - {claim.claim_number for claim in found}),
    )


@transaction.atomic
def known_of_claim(*, claim: Claim, act: Act) -> KnownOfClaim:
    """Return the facts of a claim side by side; the owners of the data record the look."""
    facts = gathered_facts([claim], act)
    found = claim_facts(claim, facts)
    people = [_person("請求者", claim.claimant_number, facts)]
    if claim.spouse_number:
        people.append(_person("配偶者", claim.spouse_number, facts))
    people += [
        _person(
            f"児童{child.order}",
            child.child_number,
            facts,
            told="・".join(
                word
                for word, said in (
                    ("同居" if child.living == "1" else "別居", True),
                    ("監護", child.in_custody),
                    ("留学", child.studies_abroad),
                    ("施設入所等", child.in_facility),
                    ("監護相当", child.cared_for),
                    ("確認書あり", child.confirmed_on is not None),
                )
                if said
            ),
            born_on=child.born_on,
        )
        for child in claim.children.order_by("order")
    ]
    years = sorted(found.claimant.taxes)
    return KnownOfClaim(
        people=people,
        incomes=[
            (
                f"{year}年度",
                _tax_words(found.claimant.tax(year)),
                _tax_words(found.spouse.tax(year)) if found.spouse else "—",
            )
            for year in years
        ],
    )


def _person(
    role: str, number: str, facts: GatheredFacts, told: str = "", born_on: date | None = None
) -> KnownPerson:
    subject = facts.subjects.get(number)
    if subject is None:
        born = format_date(born_on, weekday=False) if born_on else ""
        return KnownPerson(role, number, "社会保障宛名で確認できません", "", born, "", "", told)
    born = format_date(subject.born_on, weekday=False) if subject.born_on else subject.born_text
    place = "非公開(支援措置)" if subject.is_protected else subject.residential_address
    status = RESIDENT_STATES.get(subject.resident_status, "住登外者")
    return KnownPerson(role, number, subject.name, subject.name_kana, born, place, status, told)


def _tax_words(tax: Tax) -> str:
    if tax.state is TaxState.KNOWN:
        return f"合計所得金額 {tax.compared:,}円、控除後 {tax.tested:,}円"
    return TAX_WORDS[tax.state]


def _state_of(claim: Claim) -> ClaimState:
    decision = getattr(claim, "decision", None)
    decided = decision is not None and decision.decided_at is not None
    return ClaimState(
        claim_number=claim.claim_number,
        kind=claim.kind,
        state=claim.state,
        state_words=claim.get_state_display(),
        outcome=decision.outcome if decided and decision else None,
        decided_at=decision.decided_at if decision else None,
    )
