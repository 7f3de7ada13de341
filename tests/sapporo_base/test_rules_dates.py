"""Japanese dates: every writing, both eras of a boundary day, and dates that nobody knows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapporo_base.rules import dates

DAYS = st.dates(min_value=date(1868, 1, 25), max_value=date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2025-04-01",
        "2025/4/1",
        "20250401",
        "２０２５－０４－０１",
        "2025年4月1日",
        "西暦2025年4月1日",
        "令和7年4月1日",
        "令和７年４月１日",
        "令和7年4月1日(火)",
        "令和 7年 4月 1日",
        "R07.04.01",
        "R7.4.1",
        "r7/4/1",
        "Ｒ０７．０４．０１",
        "令7.4.1",
        "5070401",
        "R070401",
    ],
)
def test_one_day_in_all_its_writings(text):
    assert dates.parse_date(text) == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("明治45年7月30日", date(1912, 7, 30)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("昭和3年2月29日", date(1928, 2, 29)),
    ],
)
def test_boundary_days_are_right_in_the_eras_they_belong_to(text, day):
    assert dates.parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "明治45年7月31日",
        "大正元年7月29日",
        "大正15年12月26日",
        "昭和64年1月8日",
        "平成元年1月7日",
        "平成31年5月1日",
        "令和元年4月30日",
        "令和0年5月1日",
        "昭和2年2月29日",
        "2025-02-29",
        "2025-13-01",
        "慶応3年1月1日",
        "6010101",
        "2025-04",
        "",
        "不明",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(dates.NotADate):
        dates.parse_date(text)


@pytest.mark.parametrize(
    ("day", "words", "points", "code"),
    [
        (date(2026, 11, 23), "令和8年11月23日(月)", "R08.11.23", "5081123"),
        (date(2019, 5, 1), "令和元年5月1日(水)", "R01.05.01", "5010501"),
        (date(1912, 7, 30), "大正元年7月30日(火)", "T01.07.30", "2010730"),
        (date(1926, 12, 25), "昭和元年12月25日(土)", "S01.12.25", "3011225"),
        (date(1989, 1, 7), "昭和64年1月7日(土)", "S64.01.07", "3640107"),
    ],
)
def test_a_day_is_written_in_the_era_that_begins_on_it(day, words, points, code):
    assert dates.format_date(day) == words
    assert dates.format_points(day) == points
    assert dates.format_gyymmdd(day) == code


def test_days_before_meiji_have_no_era():
    with pytest.raises(dates.NotADate):
        dates.format_date(date(1868, 1, 24))


@given(DAYS)
def test_every_day_survives_every_writing(day):
    for write in (
        dates.format_date,
        dates.format_points,
        dates.format_gyymmdd,
        date.isoformat,
        lambda one: dates.format_date(one, weekday=False),
        lambda one: one.strftime("%Y%m%d"),
    ):
        assert dates.parse_date(write(day)) == day


def test_month_and_fiscal_year():
    assert dates.format_month(date(2019, 5, 31)) == "令和元年5月"
    assert dates.fiscal_year(date(2025, 3, 31)) == 2024
    assert dates.fiscal_year(date(2025, 4, 1)) == 2025


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("昭和20年頃", date(1945, 1, 1), date(1945, 12, 31)),
        ("令和5年4月頃", date(2023, 4, 1), date(2023, 4, 30)),
        ("令和5年4月3日頃", date(2023, 4, 3), date(2023, 4, 3)),
        ("推定昭和20年", date(1945, 1, 1), date(1945, 12, 31)),
        ("昭和20年春", date(1945, 3, 1), date(1945, 5, 31)),
        ("昭和20年冬", date(1945, 1, 1), date(1945, 12, 31)),
        ("平成2年3月上旬", date(1990, 3, 1), date(1990, 3, 10)),
        ("平成2年3月中旬頃", date(1990, 3, 11), date(1990, 3, 20)),
        ("平成2年2月下旬", date(1990, 2, 21), date(1990, 2, 28)),
        ("令和5年　月日不詳", date(2023, 1, 1), date(2023, 12, 31)),
        ("令和5年4月 日不詳", date(2023, 4, 1), date(2023, 4, 30)),
        ("平成25年2月29日", date(2013, 2, 28), date(2013, 2, 28)),
        ("昭和20年から昭和22年まで", date(1945, 1, 1), date(1947, 12, 31)),
        ("昭和20年～昭和22年", date(1945, 1, 1), date(1947, 12, 31)),
        ("1945年頃", date(1945, 1, 1), date(1945, 12, 31)),
    ],
)
def test_an_unknown_date_keeps_its_words_and_says_what_they_leave_possible(words, earliest, latest):
    unknown = dates.unknown_date(words)

    assert unknown.words == words
    assert (unknown.earliest, unknown.latest) == (earliest, latest)
    assert unknown.sort_on == earliest


@pytest.mark.parametrize("words", ["年月日不詳", "不詳", "平成99年頃"])
def test_an_unknown_date_of_which_nothing_is_known_sorts_first(words):
    unknown = dates.unknown_date(words)

    assert (unknown.words, unknown.earliest, unknown.latest) == (words, None, None)
    assert unknown.sort_on == date.min


def test_an_unknown_date_needs_words():
    with pytest.raises(dates.NotADate):
        dates.unknown_date(" 　")


@given(st.text(min_size=1))
def test_whatever_is_said_is_kept(words):
    try:
        assert str(dates.unknown_date(words)) == words
    except dates.NotADate:
        assert not words.strip()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1945-00-00", date(1945, 1, 1)),
        ("19450400", date(1945, 4, 1)),
        ("2013-02-29", date(2013, 2, 28)),
        ("0000-00-00", date.min),
        ("1945-08-15", date(1945, 8, 15)),
    ],
)
def test_a_date_cell_marked_unknown_still_sorts(text, day):
    assert dates.sort_date(text) == day


@pytest.mark.parametrize("text", ["1945-13-00", "1945-01-32", "不詳", ""])
def test_a_date_cell_of_another_form_does_not_sort(text):
    with pytest.raises(dates.NotADate):
        dates.sort_date(text)


@pytest.mark.parametrize(
    ("birth", "years", "reached"),
    [
        (date(2007, 4, 1), 18, date(2025, 3, 31)),
        (date(2007, 4, 2), 18, date(2025, 4, 1)),
        (date(2004, 2, 29), 18, date(2022, 2, 28)),
        (date(2004, 2, 29), 20, date(2024, 2, 28)),
        (date(2000, 1, 1), 20, date(2019, 12, 31)),
    ],
)
def test_an_age_is_reached_the_day_before_the_birthday(birth, years, reached):
    assert dates.birthday_eve(birth, years) == reached
