"""The city's open days: no Saturdays, Sundays, 国民の祝日, nor 29 December to 3 January."""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

YEAR_END = (12, 29)
NEW_YEAR = (1, 3)
SATURDAY = 5


@cache
def is_open(day: date) -> bool:
    """Say whether offices and banks are open (札幌市の休日を定める条例の休日でない)."""
    if day.weekday() >= SATURDAY:
        return False
    if (day.month, day.day) >= YEAR_END or (day.month, day.day) <= NEW_YEAR:
        return False
    return day not in country_holidays("JP", years=day.year)


def open_day_on_or_before(day: date) -> date:
    """Return the day itself if it is open, or the last open day before it."""
    while not is_open(day):
        day -= timedelta(days=1)
    return day


def open_day_on_or_after(day: date) -> date:
    """Return the day itself if it is open, or the next open day."""
    while not is_open(day):
        day += timedelta(days=1)
    return day
