"""Legal age (年齢計算ニ関スル法律、民法第143条): attained the day before the birthday."""

from datetime import date

from child_allowance.rules.months import Month
from sapporo_base.rules.dates import birthday_eve


def fiscal_year_end_of(birth: date, age: int) -> date:
    """Return the first 31 March on or after the day an age is attained (最初の3月31日)."""
    attained = birthday_eve(birth, age)
    end = date(attained.year, 3, 31)
    return end if attained <= end else date(attained.year + 1, 3, 31)


def is_young(birth: date, month: Month, age: int) -> bool:
    """
    Say whether the amount of 三歳未満 is due for a month: through the month of the birthday.

    A child born on the first attains the age on the last day of the month before; 児童手当法
    第6条第1項 (月の初日に生まれた児童) gives it the month of the birthday all the same.
    """
    return month <= Month(birth.year + age, birth.month)
