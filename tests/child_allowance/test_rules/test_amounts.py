"""Ages, ranks and amounts: boundaries, and the statutory table as a second opinion."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from child_allowance.rules import ages, pay_days
from child_allowance.rules.amounts import Child, Rule, Stage, amounts_for, stage_of
from child_allowance.rules.income import (
    Benefit,
    Dependants,
    benefit_for,
)
from child_allowance.rules.milestones import Milestone, milestones_between
from child_allowance.rules.months import Month, NotAMonth
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
