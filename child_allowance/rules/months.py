"""Calendar months: 児童手当 is paid by the month (児童手当法第6条第1項)."""

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Self

MONTHS_OF_A_YEAR = 12
FORM = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class NotAMonth(ValueError):
    """The text is no month in the form YYYY-MM."""


class Month(NamedTuple):
    """A calendar month; months are ordered and can be counted on."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read `YYYY-MM`.

        :raises NotAMonth: another form, or no such month.
        """
        found = FORM.fullmatch(text)
        if not found or not 1 <= int(found[2]) <= MONTHS_OF_A_YEAR or int(found[1]) < 1:
            raise NotAMonth(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        """Return the month so many months later (earlier if negative)."""
        years, index = divmod(
            self.year * MONTHS_OF_A_YEAR + self.number - 1 + months, MONTHS_OF_A_YEAR
        )
        return Month(years, index + 1)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def until(self, end: "Month") -> Iterator["Month"]:
        """Return the months from this one up to, and without, `end`."""
        month = self
        while month < end:
            yield month
            month = month.plus(1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
