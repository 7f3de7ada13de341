"""
What the facts of a claim lead to: approve, ask elsewhere first, or leave it to an examiner.

No claim is refused here. Where the facts speak against it, the review says so with the article,
and two people decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from child_allowance.rules.amounts import PAID_STAGES, Child, stage_of
from child_allowance.rules.income import Dependants, income_year, taxed_on
from child_allowance.rules.months import Month
from child_allowance.rules.periods import first_month
from child_allowance.rules.statutes import all_laws, law_of


class Outcome(StrEnum):
    """Where a review leaves the claim."""

    APPROVE = "approve"
    ASK_ELSEWHERE = "ask_elsewhere"
    LEAVE_TO_EXAMINER = "leave_to_examiner"


class Item(StrEnum):
    """What is asked elsewhere, by the item of 番号法別表第二 (numbering of the source text)."""

    TAX = "74"
    PENSION = "75"


class TaxState(StrEnum):
    """What is known of someone's tax of a year."""

    UNKNOWN = "unknown"
    KNOWN = "known"
    UNDECLARED = "undeclared"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Tax:
    """地方税関係情報 of a 課税年度, yen: `compared` 合計所得金額, `tested` after deductions."""

    state: TaxState
    compared: int = 0
    tested: int = 0
    dependants: Dependants = field(default_factory=Dependants)


UNKNOWN_TAX = Tax(TaxState.UNKNOWN)


@dataclass(frozen=True)
class Parent:
    """The claimant or the other parent, as far as the decision depends on it."""

    lives_in_city: bool
    taxes: Mapping[int, Tax] = field(default_factory=dict)
    is_public_servant: bool = False
    says_employed: bool = False
    pension_confirmed: bool | None = None

    def tax(self, year: int) -> Tax:
        """Return what is known of a 課税年度."""
        return self.taxes.get(year, UNKNOWN_TAX)


@dataclass(frozen=True)
class ClaimedChild:
    """A child as claimed; `birth` is None where the register says 不詳."""

    birth: date | None
    lives_together: bool = True
    in_custody: bool = True
    shares_livelihood: bool = True
    studies_abroad: bool = False
    in_facility: bool = False
    cared_for: bool = False
    confirmed_on_paper: bool = False
    is_paid_to_another: bool = False

    def as_counted(self) -> Child | None:
        """Return the child as the amounts see it, None where the birth is unknown."""
        if self.birth is None:
            return None
        return Child(self.birth, cared_for=self.cared_for and self.confirmed_on_paper)


@dataclass(frozen=True)
class ClaimFacts:
    """Everything a review looks at."""

    claimed_on: date
    claimant: Parent
    children: tuple[ClaimedChild, ...]
    event_on: date | None = None
    spouse: Parent | None = None
    newly_entitled_by_reform: bool = False
    asked_until: Month | None = None
    asked_from: Month | None = None
    has_account: bool = True
    entitled_already: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing the review found: a stable code, words for staff and letter, and the article."""

    code: str
    words: str
    article: str


@dataclass(frozen=True)
class Missing:
    """A fact to be asked elsewhere: about whom (`claimant` or `spouse`), what, of which year."""

    whom: str
    item: Item
    tax_year: int | None = None


@dataclass(frozen=True)
class Review:
    """The result: `start` is the first month due, findings say why it is not simply approved."""

    outcome: Outcome
    start: Month
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()


def review(facts: ClaimFacts) -> Review:
    """Judge a claim (児童手当法第4条, 第5条, 第7条, 第17条) by what is known of it."""
    start = start_of(facts)
    findings = tuple(_findings(facts, start))
    if findings:
        return Review(Outcome.LEAVE_TO_EXAMINER, start, findings)
    missing = tuple(_missing(facts, start))
    if missing:
        return Review(Outcome.ASK_ELSEWHERE, start, (), missing)
    findings = tuple(_findings_of_incomes(facts, start))
    outcome = Outcome.LEAVE_TO_EXAMINER if findings else Outcome.APPROVE
    return Review(outcome, start, findings)


def start_of(facts: ClaimFacts) -> Month:
    """Return the first month the claim can be paid for, whatever the claimant wrote."""
    start = first_month(
        claimed_on=facts.claimed_on,
        event_on=facts.event_on,
        newly_entitled_by_reform=facts.newly_entitled_by_reform,
    )
    # A closed past (months up to 2024-09 of a claim made in time then) is named by the claim.
    if facts.asked_from and facts.asked_until:
        return facts.asked_from
    return start


def tax_years_for(facts: ClaimFacts, start: Month) -> tuple[set[int], set[int]]:
    """
    Return the 課税年度 whose income is tested, and those by which two parents are compared.

    Tested are those of the months up to 2024-09; two parents are compared once, by the year that
    counts in the month of the claim (児童手当法第4条第3項).
    """
    until = facts.asked_until.plus(1) if facts.asked_until else None
    tested = {taxed_on(month).year for month in tested_months(start, until)}
    compared = {income_year(Month.of(facts.claimed_on)) + 1} if facts.spouse else set()
    return tested, compared


def tested_months(start: Month, until: Month | None) -> list[Month]:
    """
    Return the months of [start, until) whose law tests the income; `until` None: open.

    A recipient whom the former system hands over may have begun under the law before 2012-06.
    """
    first = max(start, all_laws()[0].from_month)
    first_untested = min(law.from_month for law in all_laws() if not law.income.tested)
    end = min(until, first_untested) if until else first_untested
    return [month for month in first.until(end) if law_of(month).income.tested]


def _findings(facts: ClaimFacts, start: Month) -> Iterator[Finding]:
    if facts.entitled_already:
        yield Finding(
            "entitled_already", "請求者は既に受給者として認定されています。", "児童手当法第7条第1項"
        )
    if not facts.claimant.lives_in_city:
        yield Finding("not_in_city", "請求者が市内に住所を有していません。", "児童手当法第7条第1項")
    if facts.claimant.is_public_servant:
        yield Finding(
            "public_servant",
            "請求者が公務員のため、所属庁に請求することになります。",
            "児童手当法第17条第1項",
        )
    if not facts.has_account:
        yield Finding(
            "no_account",
            "請求者本人名義の有効な振込口座が登録されていません。",
            "児童手当法第8条第1項",
        )
    for place, child in enumerate(facts.children, start=1):
        yield from _findings_of_child(f"{place}人目の児童", child)
    payable = [
        child
        for child in facts.children
        if child.birth is None
        or stage_of(child.birth, max(start, Month.of(child.birth).plus(1))) in PAID_STAGES
    ]
    if not payable:
        yield Finding(
            "nobody_payable", "支給の対象となる年齢の児童がいません。", "児童手当法第4条第1項"
        )


def _findings_of_child(who: str, child: ClaimedChild) -> Iterator[Finding]:
    if child.birth is None:
        yield Finding(
            "unknown_birth",
            f"{who}の生年月日が不詳です。戸籍等で確認が必要です。",
            "年齢計算ニ関スル法律",
        )
    if child.in_facility:
        yield Finding(
            "in_facility",
            f"{who}が施設等に入所しています。施設等の設置者に支給されます。",
            "児童手当法第4条第1項第4号",
        )
    if child.studies_abroad:
        yield Finding(
            "studies_abroad",
            f"{who}が留学しています。留学の要件の確認が必要です。",
            "児童手当法第3条第1項",
        )
    if not child.lives_together and not child.cared_for:
        yield Finding(
            "lives_apart",
            f"{who}が別居しています。監護と生計の関係の申立ての確認が必要です。",
            "児童手当法第4条第1項第1号",
        )
    if not child.in_custody and not child.cared_for:
        yield Finding(
            "no_custody", f"請求者が{who}を監護していません。", "児童手当法第4条第1項第1号"
        )
    if not child.shares_livelihood:
        yield Finding(
            "no_livelihood",
            f"{who}と生計が同一でなく、生計の維持もありません。",
            "児童手当法第4条第1項第1号",
        )
    if child.cared_for and not child.confirmed_on_paper:
        yield Finding(
            "confirmation_missing",
            f"{who}の監護相当・生計費の負担についての確認書が提出されていません。",
            "児童手当法第6条第1項第1号",
        )
    if child.is_paid_to_another:
        yield Finding(
            "paid_to_another",
            f"{who}の児童手当が別の受給者に支給されています。",
            "児童手当法第4条第3項",
        )


def _missing(facts: ClaimFacts, start: Month) -> Iterator[Missing]:
    tested, compared = tax_years_for(facts, start)
    for year in sorted(tested | compared):
        if facts.claimant.tax(year).state is TaxState.UNKNOWN:
            yield Missing("claimant", Item.TAX, year)
    for year in sorted(compared if facts.spouse else ()):
        if facts.spouse and facts.spouse.tax(year).state is TaxState.UNKNOWN:
            yield Missing("spouse", Item.TAX, year)
    if facts.claimant.says_employed and facts.claimant.pension_confirmed is None:
        yield Missing("claimant", Item.PENSION)


def _findings_of_incomes(facts: ClaimFacts, start: Month) -> Iterator[Finding]:
    tested, compared = tax_years_for(facts, start)
    for year in sorted(tested):
        if facts.claimant.tax(year).state is not TaxState.KNOWN:
            yield Finding(
                "income_not_declared",
                f"請求者の{year}年度の所得を確認できません。申告が必要です。",
                "児童手当法第5条第1項",
            )
    for year in sorted(compared):
        claimant, spouse = facts.claimant.tax(year), facts.spouse and facts.spouse.tax(year)
        if spouse and spouse.state is TaxState.KNOWN and spouse.compared > claimant.compared:
            yield Finding(
                "spouse_earns_more",
                f"{year}年度の所得が配偶者の方が高いため、"
                "生計を維持する程度の高い者が配偶者である可能性があります。",
                "児童手当法第4条第3項",
            )
    if facts.claimant.says_employed and facts.claimant.pension_confirmed is False:
        yield Finding(
            "pension_differs",
            "申告された被用者年金の加入が確認できません。",
            "児童手当法第20条",
        )
