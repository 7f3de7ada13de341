"""Days: ISO texts by the million, ages, working days, school years, eras and the words of unknown dates."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

import holidays
import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_FIRST: Final = date(1900, 1, 1)
_LAST: Final = date(2069, 12, 31)
_ERAS: Final = (("令和", 2019), ("平成", 1989), ("昭和", 1926), ("大正", 1912), ("明治", 1868))
SATURDAY: Final = 5
SCHOOL_YEAR_MONTH: Final = 4


@cache
def iso_texts() -> list[str]:
    """List the ISO texts of all days from 1900 on; a day is its position in this list."""
    return [(_FIRST + timedelta(days=n)).isoformat() for n in range((_LAST - _FIRST).days + 1)]


def number_of(day: date) -> int:
    """Return the position of a day in `iso_texts`."""
    return (day - _FIRST).days


def day_of(number: int) -> date:
    """Return the day at a position of `iso_texts`."""
    return _FIRST + timedelta(days=number)


def texts(numbers: Integers, *, absent: npt.NDArray[np.bool_] | None = None) -> list[str]:
    """Write many days as ISO texts; where `absent` is true the text is empty."""
    iso = iso_texts()
    if absent is None:
        return [iso[n] for n in numbers.tolist()]
    return [
        "" if gone else iso[n] for n, gone in zip(numbers.tolist(), absent.tolist(), strict=True)
    ]


def working_days_after(day: date, count: int) -> list[date]:
    """List the next working days of the city hall: no weekend, holiday or turn of the year."""
    closed = holidays.country_holidays("JP", years=range(day.year, day.year + count // 200 + 2))
    found: list[date] = []
    while len(found) < count:
        day += timedelta(days=1)
        turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        if day.weekday() < SATURDAY and day not in closed and not turn_of_year:
            found.append(day)
    return found


def school_year(day: date) -> int:
    """Return the 年度 (April to March) a day lies in."""
    return day.year if day.month >= SCHOOL_YEAR_MONTH else day.year - 1


def school_year_of_age(birth: date, age: int) -> int:
    """
    Return the 年度 whose 31 March is the 年度末 of an age.

    An age is reached on the eve of the birthday (年齢計算ニ関する法律), so a child
    of 1 April belongs to the older class.
    """
    reached = birth.year + age
    older_class = (birth.month, birth.day) <= (SCHOOL_YEAR_MONTH, 1)
    return reached - 1 if older_class else reached


def month_text(year: int, month: int) -> str:
    """Write a month, also one given as a number of months past the year (13 = January of the next)."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return f"{year:04d}-{month:02d}"


def next_month(day: date) -> str:
    """Write the month after the one a day lies in."""
    return month_text(day.year, day.month + 1)


def unknown_words(day: date, choice: int) -> str:
    """Write a day as a register does that does not know it exactly (不詳表記)."""
    era, first = next((era, first) for era, first in _ERAS if day.year >= first)
    number = day.year - first + 1
    year = f"{era}{_full_width(number) if number > 1 else '元'}年"
    month = f"{_full_width(day.month)}月"
    return (
        f"{year}頃",
        f"{year}{month}頃",
        f"{year}{month}日不詳",
        f"推定{year}{month}",
        f"{year}春",
        f"{year}{month}上旬",
        f"{year}{month}中旬頃",
        "年月日不詳",
        f"{year}月日不詳",
    )[choice % 9]


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + n: "０１２３４５６７８９"[n] for n in range(10)})


full_width_number = _full_width
