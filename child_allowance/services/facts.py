"""Finding out what a claim needs to know: here first, then elsewhere through 市中間サーバ."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from child_allowance.models import (
    Claim,
    ClaimChild,
    Decision,
    FactInquiry,
    FeedPosition,
    Recipient,
    SupportedChild,
)
from child_allowance.rules.months import Month
from child_allowance.rules.reviews import (
    UNKNOWN_TAX,
    ClaimedChild,
    ClaimFacts,
    Item,
    Outcome,
    Parent,
    Review,
    Tax,
    TaxState,
    review,
    start_of,
    tax_years_for,
)
from child_allowance.rules.statutes import all_laws, law_of
from child_allowance.rules.taxes import tax_of
from child_allowance.services.systems import asking, own_system
from gateway import services as gateway
from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act
from sapporo_base.bulk import temporary_staging
from sapporo_base.layouts import load_layout
from sapporo_base.rules.check_digits import city_of_ward
from social_address import services as social_address

OWN_CITY = "011002"
PENSION_SERVICE = "9900000000000075"
"""日本年金機構, as the platform profile codes it."""
INFORMATION = {Item.TAX: "TM00000000000002", Item.PENSION: "TM99000000000075"}
EMPLOYED, PUBLIC_SERVANT = "1", "2"
RESIDENT = "1"
MEMBER = "1"
PENSION_ITEMS = ("membership", "被用者年金の加入状況")
ASSESSED_AT_ONCE = 500
READ_AT_ONCE = 500
RESULTS_FEED = "gateway.inquiry_results"


@dataclass(frozen=True)
class Gathered:
    """How many claims a round looked at, and where each was left."""

    looked_at: int = 0
    ready: int = 0
    asked_elsewhere: int = 0
    under_examination: int = 0


@dataclass(frozen=True)
class Asked:
    """How many questions went to 市中間サーバ, and how many it refused."""

    asked: int = 0
    refused: int = 0


@dataclass
class GatheredFacts:
    """What 社会保障宛名 and the answers from elsewhere say about the people of some claims."""

    subjects: Mapping[str, Any]
    taxes: Mapping[tuple[str, int], Mapping[str, Any]]
    accounts: frozenset[str]
    answers: Mapping[int, list[FactInquiry]] = field(default_factory=dict)


@transaction.atomic
def gather_facts(*, act: Act, claim_ids: Iterable[int] | None = None) -> Gathered:
    """
    Judge claims whose facts may be complete: fresh ones, and those whose answers have all come.

    Clear ones get an automatic proposal, others are asked about elsewhere or left to an examiner.
    """
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
    accepted = gateway.accept_inquiries(
        system=system, requests=[_request(fact, system, act) for fact in wanted], act=asking(act)
    )
    refused = 0
    for fact, answer in zip(wanted, accepted, strict=True):
        if answer.id is None:
            refused += 1
            fact.state = FactInquiry.State.FAILED
            _leave_to_examiner(fact.claim, f"照会を受け付けられませんでした: {answer.why}")
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
    if _taxed_in(claim, number, year) == OWN_CITY:
        # The city itself would know: there was nothing to tax.
        return Tax(TaxState.NOWHERE)
    return UNKNOWN_TAX


def _settle(claim: Claim, facts: GatheredFacts, act: Act) -> str:
    if claim.kind not in {Claim.Kind.APPROVAL, Claim.Kind.INCREASE}:
        return _leave_to_examiner(claim, "職員が内容を確認して処理する届出です。")
    found = review(claim_facts(claim, facts))
    if found.outcome is Outcome.APPROVE:
        return _propose(claim, found, act)
    if found.outcome is Outcome.ASK_ELSEWHERE:
        return _want(claim, found)
    return _leave_to_examiner(
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
            else _taxed_in(claim, number, missing.tax_year or 0)
        )
        if not provider:
            return _leave_to_examiner(
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


def _leave_to_examiner(claim: Claim, reason: str) -> str:
    claim.state, claim.state_reason = Claim.State.UNDER_EXAMINATION, reason
    claim.save(update_fields=["state", "state_reason"])
    return claim.state


def _request(fact: FactInquiry, system: Any, act: Act) -> gateway.InquiryRequest:
    information = INFORMATION[Item(fact.item)]
    basis = base_selectors.legal_basis_for(
        kind="inquire", day=act.day, system=system, information_code=information
    )
    return gateway.InquiryRequest(
        business_number=fact.subject_number,
        procedure_code=basis.procedure_code if basis else "",
        step_code=basis.step_code if basis else "",
        information_code=information,
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
        _leave_to_examiner(fact.claim, f"照会の回答を得られませんでした: {result.reason}")
    fact.save(update_fields=["state", "answer", "answered_at"])


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


def _taxed_in(claim: Claim, number: str, year: int) -> str:
    """Return the city (never a ward) that taxes someone in a year, "" if the claim is silent."""
    who = "claimant" if number == claim.claimant_number else "spouse"
    back = claim.claimed_on.year - year
    if back not in {0, 1}:
        return ""
    code = getattr(claim, f"{who}_taxed_{'last' if back else 'this'}_year_in")
    return city_of_ward(code) if code else ""


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


_ACCOUNT = (
    "bank_code",
    "bank_name_kana",
    "branch_code",
    "branch_name_kana",
    "deposit_type",
    "account_number",
    "holder_kana",
)


def _by_name(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items of an answer under the names of the layout `tax`."""
    names = {one.label: one.name for one in load_layout("tax").fields}
    return {names.get(name, name): value for name, value in answer.items()}
