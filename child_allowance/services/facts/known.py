"""What is known of a claim: our own registers, then what other bodies answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from child_allowance.models import (
    Claim,
    ClaimChild,
    FactInquiry,
    Recipient,
    SupportedChild,
)
from child_allowance.rules.months import Month
from child_allowance.rules.reviews import (
    UNKNOWN_TAX,
    ClaimedChild,
    ClaimFacts,
    Item,
    Parent,
    Tax,
    TaxState,
    start_of,
    tax_years_for,
)
from child_allowance.rules.statutes import all_laws, law_of
from child_allowance.rules.taxes import tax_of
from child_allowance.services.systems import asking, own_system
from sapporo_base.acts import Act
from sapporo_base.bulk import temporary_staging
from sapporo_base.layouts import load_layout
from sapporo_base.rules.check_digits import city_of_ward
from social_address import services as social_address

OWN_CITY = "011002"
EMPLOYED, PUBLIC_SERVANT = "1", "2"
RESIDENT = "1"
MEMBER = "1"
PENSION_ITEMS = ("membership", "被用者年金の加入状況")


@dataclass
class GatheredFacts:
    """What 社会保障宛名 and the answers from elsewhere say about the people of some claims."""

    subjects: Mapping[str, Any]
    taxes: Mapping[tuple[str, int], Mapping[str, Any]]
    accounts: frozenset[str]
    answers: Mapping[int, list[FactInquiry]] = field(default_factory=dict)


def gathered_facts(claims: list[Claim], act: Act) -> GatheredFacts:
    """Return what is known of the people of these claims; the look is recorded by its owners."""
    parents = {claim.claimant_number for claim in claims}
    parents |= {claim.spouse_number for claim in claims if claim.spouse_number}
    children = set(
        ClaimChild.objects.filter(claim__in=claims).values_list("child_number", flat=True)
    )
    years = {year for claim in claims for year in _tax_years(claim)}
    answers = defaultdict(list)
    for fact in FactInquiry.objects.filter(claim__in=claims):
        answers[fact.claim_id].append(fact)
    return GatheredFacts(
        subjects={
            row.addressee_number: row
            for row in social_address.disclose_subjects(numbers=parents | children, act=asking(act))
        },
        taxes={
            (row.addressee_number, row.tax_year): row.items
            for row in social_address.disclose_taxes(
                numbers=parents, tax_years=years, act=asking(act)
            )
        },
        accounts=_with_account(parents, act),
        answers=answers,
    )


def claim_facts(claim: Claim, facts: GatheredFacts) -> ClaimFacts:
    """Return the facts of one claim as the rules take them."""
    return ClaimFacts(
        claimed_on=claim.claimed_on,
        event_on=claim.cause_on,
        newly_entitled_by_reform=claim.cause == Claim.Cause.REFORM,
        asked_from=Month.of(claim.asked_from) if claim.asked_from else None,
        asked_until=Month.of(claim.asked_until) if claim.asked_until else None,
        claimant=_parent(claim, facts, claim.claimant_number, "claimant"),
        spouse=(
            _parent(claim, facts, claim.spouse_number, "spouse")
            if claim.has_spouse and claim.spouse_number
            else None
        ),
        children=tuple(_child(child, claim, facts) for child in claim.children.order_by("order")),
        has_account=claim.claimant_number in facts.accounts,
        entitled_already=_is_entitled_already(claim),
    )


def tax_known(claim: Claim, facts: GatheredFacts, number: str, year: int) -> Tax:
    """Return what is known of someone's tax of a year: our own register first, then the answers."""
    # Who began under the law before 2012-06 is compared by the deductions of the first one we hold.
    deductions = law_of(max(Month(year, 6), all_laws()[0].from_month)).deductions
    own = facts.taxes.get((number, year))
    if own is not None:
        return tax_of(own, deductions)
    for fact in facts.answers.get(claim.pk, ()):
        if (fact.subject_number, fact.item, fact.tax_year) == (number, Item.TAX, year):
            if fact.state == FactInquiry.State.ANSWERED:
                return tax_of(_by_name(fact.answer or {}), deductions)
            if fact.state == FactInquiry.State.NOTHING_THERE:
                return Tax(TaxState.NOWHERE)
    if taxed_in(claim, number, year) == OWN_CITY:
        # The city itself would know: there was nothing to tax.
        return Tax(TaxState.NOWHERE)
    return UNKNOWN_TAX


def _tax_years(claim: Claim) -> set[int]:
    spouse = Parent(lives_in_city=False) if claim.has_spouse else None
    bare = ClaimFacts(
        claimed_on=claim.claimed_on,
        event_on=claim.cause_on,
        claimant=Parent(lives_in_city=True),
        spouse=spouse,
        children=(),
        asked_from=Month.of(claim.asked_from) if claim.asked_from else None,
        asked_until=Month.of(claim.asked_until) if claim.asked_until else None,
        newly_entitled_by_reform=claim.cause == Claim.Cause.REFORM,
    )
    tested, compared = tax_years_for(bare, start_of(bare))
    return tested | compared


def _parent(claim: Claim, facts: GatheredFacts, number: str, who: str) -> Parent:
    subject = facts.subjects.get(number)
    is_claimant = who == "claimant"
    return Parent(
        lives_in_city=subject is not None and subject.resident_status == RESIDENT,
        taxes={year: tax_known(claim, facts, number, year) for year in _tax_years(claim)},
        is_public_servant=is_claimant and claim.claimant_occupation == PUBLIC_SERVANT,
        says_employed=is_claimant and claim.claimant_occupation == EMPLOYED,
        pension_confirmed=_pension_confirmed(facts.answers.get(claim.pk, ()), number),
    )


def _child(child: ClaimChild, claim: Claim, facts: GatheredFacts) -> ClaimedChild:
    subject = facts.subjects.get(child.child_number)
    return ClaimedChild(
        # The register is the proof; what the claim says of a birth is only believed without one.
        birth=subject.born_on if subject is not None else child.born_on,
        lives_together=child.living == SupportedChild.Living.TOGETHER,
        in_custody=child.in_custody,
        shares_livelihood=child.livelihood != SupportedChild.Livelihood.NONE,
        studies_abroad=child.studies_abroad,
        in_facility=child.in_facility,
        cared_for=child.cared_for,
        confirmed_on_paper=child.confirmed_on is not None,
        is_paid_to_another=_is_paid_to_another(child, claim),
    )


def _is_entitled_already(claim: Claim) -> bool:
    if claim.kind == Claim.Kind.INCREASE:
        return False
    recipients = Recipient.objects.filter(addressee_number=claim.claimant_number)
    if claim.asked_from and claim.asked_until:
        return (
            recipients.filter(entitled_from__lte=claim.asked_until)
            .filter(Q(entitled_until=None) | Q(entitled_until__gt=claim.asked_from))
            .exists()
        )
    return recipients.filter(entitled_until=None).exists()


def _is_paid_to_another(child: ClaimChild, claim: Claim) -> bool:
    links = SupportedChild.objects.filter(
        child_number=child.child_number, in_facility=False, cared_for=False
    ).exclude(recipient__addressee_number=claim.claimant_number)
    if claim.asked_from and claim.asked_until:
        links = links.filter(counted_from__lte=claim.asked_until).filter(
            Q(counted_until=None) | Q(counted_until__gt=claim.asked_from)
        )
    else:
        links = links.filter(counted_until=None)
    return not child.cared_for and links.exists()


def _pension_confirmed(answers: Iterable[FactInquiry], number: str) -> bool | None:
    for fact in answers:
        if (fact.subject_number, fact.item) != (number, Item.PENSION):
            continue
        if fact.state == FactInquiry.State.ANSWERED:
            items = fact.answer or {}
            return any(str(items.get(name)) == MEMBER for name in PENSION_ITEMS)
        if fact.state == FactInquiry.State.NOTHING_THERE:
            return False
    return None


def taxed_in(claim: Claim, number: str, year: int) -> str:
    """Return the city (never a ward) that taxes someone in a year, "" if the claim is silent."""
    who = "claimant" if number == claim.claimant_number else "spouse"
    back = claim.claimed_on.year - year
    if back not in {0, 1}:
        return ""
    code = getattr(claim, f"{who}_taxed_{'last' if back else 'this'}_year_in")
    return city_of_ward(code) if code else ""


_ACCOUNT = (
    "bank_code",
    "bank_name_kana",
    "branch_code",
    "branch_name_kana",
    "deposit_type",
    "account_number",
    "holder_kana",
)


def _with_account(numbers: set[str], act: Act) -> frozenset[str]:
    columns = {"addressee_number": "text", **dict.fromkeys(_ACCOUNT, "text")}
    with temporary_staging("child_allowance_with_account", columns) as staging:
        staging.copy(["addressee_number"], ((number,) for number in sorted(numbers)))
        social_address.fill_accounts(
            staging=staging, system=own_system(), purpose="01", act=asking(act)
        )
        return frozenset(
            number
            for (number,) in staging.select(
                "SELECT addressee_number FROM {staging} WHERE account_number IS NOT NULL"
            )
        )


def _by_name(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items of an answer under the names of the layout `tax`."""
    names = {one.label: one.name for one in load_layout("tax").fields}
    return {names.get(name, name): value for name, value in answer.items()}
