"""The law of 児童手当: worked cases, boundaries, and the statutory table as a second opinion."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from child_allowance.rules import ages, pay_days, periods
from child_allowance.rules.amounts import Child, Rule, Stage, amounts_for, stage_of
from child_allowance.rules.explanations import explain
from child_allowance.rules.income import (
    Benefit,
    Dependants,
    Income,
    benefit_for,
    income_after_deductions,
    income_year,
    taxed_on,
)
from child_allowance.rules.json_rows import LONGEST_ROW, NotRows, rows_of
from child_allowance.rules.milestones import Milestone, milestones_between
from child_allowance.rules.months import Month, NotAMonth
from child_allowance.rules.open_days import is_open
from child_allowance.rules.statutes import NoLawForMonth, all_laws, law_of


def month(text):
    return Month.parse(text)


def day(text):
    return date.fromisoformat(text)


def monthly(when, *children, benefit=Benefit.CHILD_ALLOWANCE):
    children = [child if isinstance(child, Child) else Child(day(child)) for child in children]
    return sum(item.amount for item in amounts_for(children, month(when), benefit))


def paid_on(pay_day, *children, since="2012-06", until="2100-01", benefit=Benefit.CHILD_ALLOWANCE):
    months = pay_days.months_paid_on(day(pay_day))
    return sum(
        monthly(str(paid), *children, benefit=benefit)
        for paid in months
        if month(since) <= paid < month(until)
    )


class TestWorkedExamples:
    """Cases worked by hand from the law, to the yen."""

    def test_a_birth_claimed_in_fifteen_days_is_paid_from_the_month_after_the_birth(self):
        event = day("2025-05-20")
        assert periods.last_day_to_claim(event) == day("2025-06-04")
        start = periods.first_month(claimed_on=day("2025-06-03"), event_on=event)
        assert start == month("2025-06")
        assert monthly("2025-06", "2025-05-20") == 15_000
        assert paid_on("2025-08-13", "2025-05-20", since=str(start)) == 30_000

    def test_a_day_late_costs_a_month(self):
        start = periods.first_month(claimed_on=day("2025-06-05"), event_on=day("2025-05-20"))
        assert start == month("2025-07")
        assert paid_on("2025-08-13", "2025-05-20", since=str(start)) == 15_000

    def test_the_third_birthday_lowers_the_amount_from_the_next_month(self):
        child = "2022-07-10"
        assert [monthly(m, child) for m in ("2025-06", "2025-07", "2025-08")] == [
            15_000,
            15_000,
            10_000,
        ]
        assert paid_on("2025-08-13", child) == 30_000
        assert paid_on("2025-10-10", child) == 20_000

    def test_a_child_past_eighteen_counts_only_if_cared_for(self):
        younger = ("2011-05-01", "2012-05-01")
        assert monthly("2024-10", Child(day("2005-05-01"), cared_for=True), *younger) == 40_000
        assert monthly("2024-10", Child(day("2005-05-01")), *younger) == 20_000
        with_eldest = (Child(day("2005-05-01"), cared_for=True), *younger)
        assert paid_on("2024-12-13", *with_eldest) == 80_000
        assert paid_on("2024-12-13", Child(day("2005-05-01")), *younger) == 40_000

    def test_the_reform_falls_between_september_and_october_2024(self):
        children = ("2010-05-05", "2018-05-05", "2022-09-09")
        assert monthly("2024-06", *children) == monthly("2024-09", *children) == 35_000
        assert monthly("2024-10", *children) == 50_000
        assert paid_on("2024-10-11", *children) == 140_000
        assert paid_on("2024-12-13", *children) == 100_000

    def test_an_income_over_the_limit_leaves_the_special_benefit(self):
        benefit = benefit_for(law_of(month("2022-10")), 7_400_000, Dependants(3))
        assert benefit is Benefit.SPECIAL_BENEFIT
        assert monthly("2022-10", "2017-05-05", "2013-05-05", benefit=benefit) == 10_000
        children = ("2017-05-05", "2013-05-05")
        assert paid_on("2023-02-13", *children, benefit=benefit) == 40_000

    def test_a_family_that_moves_away_is_paid_through_the_month_of_the_move(self):
        moved_on, children = day("2025-06-10"), ("2016-01-20", "2021-03-03")
        assert periods.last_month(moved_on) == month("2025-06")
        assert periods.first_month(claimed_on=day("2025-06-20"), event_on=moved_on) == month(
            "2025-07"
        )
        assert paid_on("2025-06-13", *children, until="2025-07") == 40_000
        assert paid_on("2025-08-13", *children, until="2025-07") == 20_000

    def test_a_recipient_who_dies_is_owed_the_month_of_the_death(self):
        died_on = day("2025-09-25")
        end = periods.last_month(died_on).plus(1)
        assert paid_on("2025-10-10", "2015-01-20", until=str(end)) == 20_000
        assert periods.first_month(claimed_on=day("2025-10-10"), event_on=died_on) == month(
            "2025-10"
        )


class TestAges:
    """年齢計算ニ関スル法律: an age is attained the day before the birthday."""

    @pytest.mark.parametrize(
        ("birth", "end"),
        [
            ("2007-04-01", "2025-03-31"),
            ("2007-04-02", "2026-03-31"),
            ("2007-03-31", "2025-03-31"),
            ("2008-02-29", "2026-03-31"),
        ],
    )
    def test_the_fiscal_year_of_eighteen_ends_on_the_next_31_march(self, birth, end):
        assert ages.fiscal_year_end_of(day(birth), 18) == day(end)

    @pytest.mark.parametrize(
        ("birth", "last_young", "first_older"),
        [
            ("2022-10-01", "2025-10", "2025-11"),
            ("2022-10-31", "2025-10", "2025-11"),
            ("2020-02-29", "2023-02", "2023-03"),
            ("2020-03-01", "2023-03", "2023-04"),
            ("2021-12-31", "2024-12", "2025-01"),
        ],
    )
    def test_young_lasts_through_the_month_of_the_third_birthday(
        self, birth, last_young, first_older
    ):
        assert stage_of(day(birth), month(last_young)) is Stage.YOUNG
        assert stage_of(day(birth), month(first_older)) is Stage.PRIMARY

    @pytest.mark.parametrize(
        ("birth", "last", "after"),
        [
            ("2007-04-01", Stage.SECONDARY, Stage.COUNTED_IF_CARED_FOR),
            ("2007-04-02", Stage.SECONDARY, Stage.SECONDARY),
            ("2003-04-01", Stage.COUNTED_IF_CARED_FOR, Stage.GROWN),
            ("2003-04-02", Stage.COUNTED_IF_CARED_FOR, Stage.COUNTED_IF_CARED_FOR),
        ],
    )
    def test_a_birth_on_1_april_belongs_to_the_older_year(self, birth, last, after):
        assert stage_of(day(birth), month("2025-03")) is last
        assert stage_of(day(birth), month("2025-04")) is after

    @pytest.mark.parametrize(
        ("birth", "year", "march", "april"),
        [
            ("2008-04-01", 2023, Stage.SECONDARY, Stage.COUNTED_ONLY),
            ("2008-04-02", 2023, Stage.SECONDARY, Stage.SECONDARY),
            ("2011-04-01", 2023, Stage.PRIMARY, Stage.SECONDARY),
            ("2011-04-02", 2023, Stage.PRIMARY, Stage.PRIMARY),
            ("2005-04-01", 2023, Stage.COUNTED_ONLY, Stage.GROWN),
            ("2005-04-02", 2023, Stage.COUNTED_ONLY, Stage.COUNTED_ONLY),
        ],
    )
    def test_before_the_reform_school_years_turn_on_the_same_day(self, birth, year, march, april):
        assert stage_of(day(birth), Month(year, 3)) is march
        assert stage_of(day(birth), Month(year, 4)) is april

    @given(
        birth=st.dates(date(1990, 1, 1), date(2040, 12, 31)),
        age=st.sampled_from([12, 15, 18, 22]),
    )
    def test_a_school_year_is_all_who_are_born_from_2_april_to_1_april(self, birth, age):
        end = ages.fiscal_year_end_of(birth, age)
        assert (end.month, end.day) == (3, 31)
        born_from, born_until = date(end.year - age - 1, 4, 2), date(end.year - age, 4, 1)
        assert born_from <= birth <= born_until


class TestAmountsBeforeTheReform:
    """児童手当法 up to the month 2024-09."""

    @pytest.mark.parametrize("when", ["2012-06", "2019-05", "2024-09"])
    def test_the_third_child_is_raised_until_primary_school_ends(self, when):
        year = month(when).year
        eldest = Child(date(year - 17, 6, 1))
        second = Child(date(year - 14, 6, 1))
        third = Child(date(year - 8, 6, 1))
        amounts = amounts_for([third, eldest, second], month(when))
        assert [item.amount for item in amounts] == [15_000, 0, 10_000]
        assert [item.rule for item in amounts] == [
            Rule.THIRD_OR_LATER,
            Rule.COUNTED_ONLY,
            Rule.FIRST_OR_SECOND,
        ]

    def test_a_third_child_at_junior_high_school_gets_the_ordinary_amount(self):
        assert monthly("2024-09", "2008-05-01", "2009-05-01", "2010-05-01") == 20_000

    def test_nobody_past_eighteen_was_counted_cared_for_or_not(self):
        grown = Child(day("2005-05-01"), cared_for=True)
        assert monthly("2024-09", grown, "2014-05-01", "2016-05-01") == 20_000

    def test_facilities_are_paid_whatever_anybody_earns(self):
        child = Child(day("2014-05-01"), in_facility=True)
        assert monthly("2024-09", child, benefit=Benefit.NOTHING) == 10_000

    def test_before_june_2012_there_is_no_law_to_apply(self):
        with pytest.raises(NoLawForMonth):
            amounts_for([Child(day("2010-01-01"))], month("2012-05"))


def by_the_statutory_table(cared_for, older, young):
    """
    Yen a month by the table of 児童手当法第6条第1項第1号 as it stands since 2024-10.

    It speaks of numbers alone: 第三子以降算定額算定対象者 (none, one, two or more), children of
    three and over, and children under three. No child is ranked.
    """
    ordinary_older, ordinary_young = {
        0: {0: (0, 2), 1: (1, 1)}.get(older, (2, 0)),
        1: {0: (0, 1)}.get(older, (1, 0)),
    }.get(cared_for, (0, 0))
    ordinary_young = min(ordinary_young, young)
    raised = older + young - ordinary_older - ordinary_young
    return 10_000 * ordinary_older + 15_000 * ordinary_young + 30_000 * raised


WHEN = Month(2025, 7)
CARED_FOR = st.dates(date(2003, 4, 2), date(2007, 4, 1))
OLDER = st.dates(date(2007, 4, 2), date(2022, 6, 30))
YOUNG = st.dates(date(2022, 7, 1), date(2025, 6, 30))
NOBODY = st.dates(date(1990, 1, 1), date(2003, 4, 1))


class TestAmountsSinceTheReform:
    """児童手当法 from the month 2024-10 on."""

    @given(
        cared_for=st.lists(CARED_FOR, max_size=4),
        older=st.lists(OLDER, max_size=6),
        young=st.lists(YOUNG, max_size=4),
        uncounted=st.tuples(st.lists(CARED_FOR, max_size=2), st.lists(NOBODY, max_size=2)),
        order=st.randoms(use_true_random=False),
    )
    def test_ranking_gives_what_the_statutory_table_gives(
        self, cared_for, older, young, uncounted, order
    ):
        children = [
            *(Child(birth, cared_for=True) for birth in cared_for),
            *(Child(birth) for birth in older + young + uncounted[0]),
            *(Child(birth, cared_for=True) for birth in uncounted[1]),
        ]
        order.shuffle(children)
        found = sum(item.amount for item in amounts_for(children, WHEN))
        assert found == by_the_statutory_table(len(cared_for), len(older), len(young))

    @given(births=st.lists(st.one_of(OLDER, YOUNG), min_size=1, max_size=6))
    def test_a_child_in_a_facility_changes_nothing_for_the_others(self, births):
        children = [Child(birth) for birth in births]
        inside = Child(date(2008, 5, 1), in_facility=True)
        amounts = amounts_for([inside, *children], WHEN)
        assert amounts[0].amount == 10_000
        assert amounts[1:] == amounts_for(children, WHEN)

    def test_a_facility_gets_no_thirty_thousand(self):
        children = [Child(date(2015, 1, n), in_facility=True) for n in range(1, 6)]
        assert {item.amount for item in amounts_for(children, WHEN)} == {10_000}

    def test_twins_at_the_border_share_the_ranks_in_the_order_given(self):
        twins = ["2012-05-01", "2015-05-01", "2015-05-01"]
        amounts = amounts_for([Child(day(birth)) for birth in twins], WHEN)
        assert [(item.rank, item.amount) for item in amounts] == [
            (1, 10_000),
            (2, 10_000),
            (3, 30_000),
        ]

    def test_the_month_of_birth_is_not_paid(self):
        amounts = amounts_for([Child(day("2025-07-31")), Child(day("2025-08-01"))], WHEN)
        assert [item.rule for item in amounts] == [Rule.BORN_THIS_MONTH, Rule.NOT_BORN]
        assert [item.amount for item in amounts] == [0, 0]

    def test_no_income_is_too_high(self):
        assert benefit_for(law_of(WHEN), 10**9, Dependants()) is Benefit.CHILD_ALLOWANCE


LIMITS = [
    (0, 6_220_000, 8_580_000),
    (1, 6_600_000, 8_960_000),
    (2, 6_980_000, 9_340_000),
    (3, 7_360_000, 9_720_000),
    (4, 7_740_000, 10_100_000),
    (5, 8_120_000, 10_480_000),
    (6, 8_500_000, 10_860_000),
]


class TestIncomeTest:
    """所得制限限度額 and 所得上限限度額: at the limit is over it."""

    @pytest.mark.parametrize(("dependants", "limit", "ceiling"), LIMITS)
    @pytest.mark.parametrize("elderly", [0, 1, 2])
    def test_one_yen_decides(self, dependants, limit, ceiling, elderly):
        if elderly > dependants:
            dependants, limit, ceiling = (
                elderly,
                limit + 380_000 * (elderly - dependants),
                ceiling + 380_000 * (elderly - dependants),
            )
        law, told = law_of(month("2022-10")), Dependants(dependants, elderly)
        limit, ceiling = limit + 60_000 * elderly, ceiling + 60_000 * elderly
        assert [
            benefit_for(law, income, told)
            for income in (limit - 1, limit, ceiling - 1, ceiling, ceiling + 1)
        ] == [
            Benefit.CHILD_ALLOWANCE,
            Benefit.SPECIAL_BENEFIT,
            Benefit.SPECIAL_BENEFIT,
            Benefit.NOTHING,
            Benefit.NOTHING,
        ]

    @pytest.mark.parametrize("when", ["2012-06", "2022-09"])
    def test_there_was_no_ceiling_before_october_2022(self, when):
        assert benefit_for(law_of(month(when)), 10**9, Dependants()) is Benefit.SPECIAL_BENEFIT

    @pytest.mark.parametrize(
        ("when", "year", "taxed"),
        [
            ("2024-05", 2022, "2023-01-01"),
            ("2024-06", 2023, "2024-01-01"),
            ("2024-01", 2022, "2023-01-01"),
            ("2023-12", 2022, "2023-01-01"),
        ],
    )
    def test_the_income_year_turns_in_june(self, when, year, taxed):
        assert income_year(month(when)) == year
        assert taxed_on(month(when)) == day(taxed)

    def test_every_deduction_is_taken(self):
        income = Income(
            total=9_000_000,
            salary_and_pension=7_000_000,
            actual=123_456,
            disabled=2,
            specially_disabled=1,
            single_parent=True,
            working_student=True,
        )
        deductions = law_of(month("2024-01")).deductions
        assert income_after_deductions(income, deductions) == (
            9_000_000 - 80_000 - 100_000 - 123_456 - 540_000 - 400_000 - 350_000 - 270_000
        )

    def test_the_deduction_from_salary_began_in_june_2021(self):
        income = Income(total=1_000_000, salary_and_pension=60_000)
        before = income_after_deductions(income, law_of(month("2021-05")).deductions)
        after = income_after_deductions(income, law_of(month("2021-06")).deductions)
        assert (before, after) == (920_000, 860_000)

    def test_an_income_never_falls_below_nothing(self):
        assert income_after_deductions(Income(total=0), law_of(month("2024-01")).deductions) == 0


class TestPeriods:
    """From which month, until which month (児童手当法第8条, 第9条)."""

    @pytest.mark.parametrize(
        ("event", "last"),
        [
            ("2025-05-20", "2025-06-04"),
            ("2025-05-16", "2025-06-02"),  # 31 May is a Saturday
            ("2024-12-15", "2025-01-06"),  # the year-end, then a week-end
            ("2025-04-18", "2025-05-07"),  # 3 to 6 May are holidays
        ],
    )
    def test_fifteen_days_end_on_an_open_day(self, event, last):
        assert periods.last_day_to_claim(day(event)) == day(last)

    def test_without_an_event_the_month_after_the_claim_is_the_first(self):
        assert periods.first_month(claimed_on=day("2025-12-31")) == month("2026-01")

    def test_a_claim_before_the_event_is_no_late_claim(self):
        assert periods.first_month(
            claimed_on=day("2025-05-01"), event_on=day("2025-07-01")
        ) == month("2025-06")

    @pytest.mark.parametrize(
        ("claimed", "start"), [("2025-03-31", "2024-10"), ("2025-04-01", "2025-05")]
    )
    def test_those_the_reform_entitled_could_claim_until_march_2025(self, claimed, start):
        assert periods.first_month(claimed_on=day(claimed), newly_entitled_by_reform=True) == month(
            start
        )

    def test_a_raise_follows_the_claim_and_a_cut_the_event(self):
        assert periods.first_month_of_increase(
            claimed_on=day("2025-06-03"), event_on=day("2025-05-20")
        ) == month("2025-06")
        assert periods.first_month_of_decrease(day("2025-05-20")) == month("2025-06")


class TestPayDays:
    """札幌市: the 13th, or the last open day before it."""

    @pytest.mark.parametrize(
        ("pay_month", "expected"),
        [
            ("2024-06", "2024-06-13"),
            ("2024-10", "2024-10-11"),
            ("2024-12", "2024-12-13"),
            ("2025-02", "2025-02-13"),
            ("2025-04", "2025-04-11"),
            ("2025-06", "2025-06-13"),
            ("2025-08", "2025-08-13"),
            ("2025-10", "2025-10-10"),
            ("2025-12", "2025-12-12"),
            ("2026-02", "2026-02-13"),
            ("2026-04", "2026-04-13"),
            ("2026-06", "2026-06-12"),
        ],
    )
    def test_the_city_paid_or_will_pay_on(self, pay_month, expected):
        assert pay_days.pay_day(month(pay_month)) == day(expected)
        assert pay_days.months_paid_on(day(expected))

    @pytest.mark.parametrize(
        ("pay_month", "months"),
        [
            ("2012-10", ["2012-06", "2012-07", "2012-08", "2012-09"]),
            ("2024-10", ["2024-06", "2024-07", "2024-08", "2024-09"]),
            ("2024-11", []),
            ("2024-12", ["2024-10", "2024-11"]),
            ("2025-02", ["2024-12", "2025-01"]),
        ],
    )
    def test_each_payment_covers_its_months(self, pay_month, months):
        assert [str(found) for found in pay_days.months_paid_in(month(pay_month))] == months

    def test_every_month_is_paid_once(self):
        paid = [
            covered
            for pay_month in month("2012-10").until(month("2030-01"))
            for covered in pay_days.months_paid_in(pay_month)
        ]
        assert paid == list(month("2012-06").until(month("2029-12")))

    @pytest.mark.parametrize("other", ["2025-08-12", "2025-07-11"])
    def test_any_other_day_is_no_pay_day(self, other):
        with pytest.raises(pay_days.NotAPayDay):
            pay_days.months_paid_on(day(other))

    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            ("2025-12-26", True),
            ("2025-12-29", False),
            ("2026-01-02", False),
            ("2026-01-05", True),
            ("2025-05-06", False),
            ("2025-11-22", False),
            ("2025-11-24", False),
        ],
    )
    def test_the_city_is_closed_on_holidays_and_at_the_turn_of_the_year(self, when, expected):
        assert is_open(day(when)) is expected


def test_age_alone_brings_these_changes():
    found = milestones_between(day("2022-07-10"), month("2025-01"), month("2045-06"))
    assert found == [
        Milestone(month("2025-08"), Stage.YOUNG, Stage.PRIMARY),
        Milestone(month("2035-04"), Stage.PRIMARY, Stage.SECONDARY),
        Milestone(month("2041-04"), Stage.SECONDARY, Stage.COUNTED_IF_CARED_FOR),
        Milestone(month("2045-04"), Stage.COUNTED_IF_CARED_FOR, Stage.GROWN),
    ]


def test_each_change_of_the_law_is_laid_over_what_was_before():
    assert [str(law.from_month) for law in all_laws()] == [
        "2012-06",
        "2021-06",
        "2022-10",
        "2024-10",
    ]
    assert law_of(month("2024-09")).primary.third_and_later == 15_000
    assert law_of(month("2024-10")).primary.third_and_later == 30_000
    assert law_of(month("2024-10")).primary.in_facility == 10_000


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024-1", "24-01", "２０２４-01", ""])
def test_a_month_is_read_strictly(text):
    with pytest.raises(NotAMonth):
        Month.parse(text)


def row(**changes):
    ordinary = {
        "id": "a",
        "month": "2024-09",
        "recipient": {"income_after_deductions": 0, "dependants": 2, "elderly_dependants": 0},
        "children": [{"birth": "2022-10-01", "cared_for": True, "in_facility": False}],
    }
    return {**ordinary, **changes}


def recipient(**changes):
    return row(recipient={"income_after_deductions": 0, "dependants": 0, **changes})


def child(**changes):
    return row(children=[{"birth": "2022-10-01", **changes}])


class TestExplanations:
    """Rows in, the same rows out with what they get and why, or with what is wrong with them."""

    def test_a_row_comes_back_with_what_it_gets_and_why(self):
        (answer,) = explain([row(month="2024-11")])
        assert answer["id"] == "a"
        assert answer["monthly"] == 15_000
        (said,) = answer["children"]
        assert said["birth"] == "2022-10-01"
        assert said["amount"] == 15_000
        assert said["rule"] == "3歳未満(3歳の誕生月まで)の第1子: 月額15,000円"
        assert said["article"] == "児童手当法第6条第1項第1号"

    def test_the_months_without_an_income_test_need_no_income(self):
        (answer,) = explain([{"month": "2024-10", "children": [{"birth": "2022-10-01"}]}])
        assert answer["monthly"] == 15_000

    @pytest.mark.parametrize(
        ("told", "field", "code"),
        [
            (5, "row", "wrong_type"),
            (None, "row", "wrong_type"),
            ({}, "month", "missing"),
            (row(id=[]), "id", "wrong_type"),
            (row(id=True), "id", "wrong_type"),
            (row(id="x" * 201), "id", "too_long"),
            (row(month=202411), "month", "wrong_type"),
            (row(month="2024-13"), "month", "not_a_month"),
            (row(month="2012-05"), "month", "before_first_law"),
            (row(month="9999-12"), "month", "too_late"),
            (row(recipient=[]), "recipient", "wrong_type"),
            (row(recipient={}), "recipient.income_after_deductions", "missing"),
            (
                row(recipient={"income_after_deductions": 0}),
                "recipient.dependants",
                "missing",
            ),
            (
                recipient(income_after_deductions=-1),
                "recipient.income_after_deductions",
                "negative",
            ),
            (
                recipient(income_after_deductions=1.5),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=float("nan")),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=True),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions="0"),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=10**13),
                "recipient.income_after_deductions",
                "too_large",
            ),
            (recipient(dependants=100), "recipient.dependants", "too_large"),
            (
                recipient(elderly_dependants=1),
                "recipient.elderly_dependants",
                "more_than_dependants",
            ),
            (row(children={}), "children", "wrong_type"),
            (row(children=[]), "children", "empty"),
            (row(children=[{}] * 1001), "children", "too_many"),
            (row(children=["2022-10-01"]), "children[0]", "wrong_type"),
            (row(children=[{}]), "children[0].birth", "missing"),
            (child(birth=20221001), "children[0].birth", "wrong_type"),
            (child(birth="2023-02-29"), "children[0].birth", "not_a_date"),
            (child(birth="20221001"), "children[0].birth", "not_a_date"),
            (child(birth="2022-10-00"), "children[0].birth", "unknown_birth"),
            (child(birth="令和4年10月頃"), "children[0].birth", "unknown_birth"),
            (child(birth_unknown=True), "children[0].birth", "unknown_birth"),
            (child(cared_for="yes"), "children[0].cared_for", "wrong_type"),
            (child(in_facility=None), "children[0].in_facility", "wrong_type"),
        ],
    )
    def test_a_row_that_cannot_be_computed_names_the_field(self, told, field, code):
        (answer,) = explain([told])
        assert answer["error"].startswith(f"{field}: ")
        assert (answer["error_field"], answer["error_code"]) == (field, code)
        assert "monthly" not in answer

    def test_an_unknown_birth_date_is_never_computed_even_beside_known_ones(self):
        (answer,) = explain([row(children=[{"birth": "2020-01-01"}, {"birth": "不詳"}])])
        assert answer["error_field"] == "children[1].birth"
        assert "職員が審査" in answer["error"]

    def test_one_bad_row_does_not_stop_the_others(self):
        answers = list(explain([row(), row(id="b", month="?"), row(id="c")]))
        assert ["error" in answer for answer in answers] == [False, True, False]

    def test_the_same_household_and_month_twice_is_refused_the_second_time(self):
        answers = list(explain([row(), row(month="2024-10"), row()]))
        assert ["error" in answer for answer in answers] == [False, False, True]
        assert answers[2]["error_code"] == "repeated"

    def test_a_misspelt_field_is_named_and_not_used(self):
        (answer,) = explain([recipient(eldery_dependants=2)])
        assert answer["not_used"] == ["recipient.eldery_dependants"]

    def test_the_income_test_is_put_into_words(self):
        told = recipient(income_after_deductions=7_400_000, dependants=3)
        (answer,) = explain([{**told, "month": "2023-01"}])
        assert answer["benefit"] == "特例給付"
        assert "7,360,000円以上" in answer["income_test"]
        assert "9,720,000円未満" in answer["income_test"]

    def test_money_for_a_facility_is_told_apart(self):
        told = row(children=[{"birth": "2015-01-01", "in_facility": True}, {"birth": "2016-01-01"}])
        (answer,) = explain([told])
        assert (answer["monthly"], answer["monthly_to_facility"]) == (20_000, 10_000)
        assert [said["paid_to"] for said in answer["children"]] == ["facility", "recipient"]


class TestJsonRows:
    """Rows are read one by one, whatever the chunks are."""

    @given(
        rows=st.lists(
            st.recursive(
                st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            )
        ),
        size=st.integers(min_value=1, max_value=40),
    )
    def test_rows_do_not_depend_on_where_the_text_is_cut(self, rows, size):
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        assert list(rows_of(chunks)) == rows

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "空のファイル"),
            ("  \n", "空のファイル"),
            ("{}", "JSONの配列"),
            ("<html>", "JSONの配列"),
            ("[", "途中で終わって"),
            ("[1,", "途中で終わって"),
            ('[{"id": "a', "途中で終わって"),
            ("[1 2]", ", か ]"),
            ("[1] 2", "余分な文字"),
            ("[tru]", "1件目がJSONとして読めません"),
            ("[" * 100_000, "深すぎます"),
            ('["' + "x" * (2 * LONGEST_ROW), "長すぎます"),
        ],
    )
    def test_what_is_no_array_is_refused_with_the_reason(self, text, said):
        with pytest.raises(NotRows, match=said):
            list(rows_of(text[at : at + 9999] for at in range(0, len(text), 9999)))

    def test_a_name_given_twice_is_remembered(self):
        (found,) = rows_of(['[{"month": 1, "id": 2, "month": 3}]'])
        assert found.repeated == ("month",)
        (answer,) = explain([found])
        assert (answer["error_field"], answer["error_code"]) == ("month", "repeated")

    def test_a_number_of_a_million_digits_names_its_field(self):
        text = f'[{{"month": "2024-09", "recipient": {{"income_after_deductions": {"9" * 1000}}}}}]'
        (answer,) = explain(rows_of([text]))
        assert answer["error_field"] == "recipient.income_after_deductions"
        assert answer["error_code"] == "too_large"
