"""Which 課税年度 decides about a month of 児童手当 (児童手当法第5条)."""

from datetime import date
from typing import Final

_JUNE: Final = 6


def tax_year_of(month: date) -> int:
    """
    Return the 課税年度 that counts for the month of this day.

    June to December rest on the income of the year before, January to May on that of the year before
    last; the income of a year is taxed in the 課税年度 that follows it.
    """
    return month.year if month.month >= _JUNE else month.year - 1
