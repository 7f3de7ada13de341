"""
Japanese dates: five eras in every usual writing, and 不詳日, which keep their own words.

Why no library: docs/decisions (dates are ours). The traps are the two days that belong to two
eras, the code form GYYMMDD, and dates that nobody knows.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final


@dataclass(frozen=True)
class Era:
    """元号: its code in interfaces, name, letter, first and last day (both inclusive)."""

    code: int
    name: str
    letter: str
    first: date
    last: date


# 明治 is counted from its first Gregorian day in documents (1868-01-25); the change was decreed
# on 1868-10-23. The first days of 大正 and 昭和 belong to both eras, those of 平成 and 令和 do not.
ERAS: Final = (
    Era(1, "明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
    Era(2, "大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era(3, "昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era(4, "平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era(5, "令和", "R", date(2019, 5, 1), date.max),
)
_BY_NAME: Final = {
    key: era
    for era in ERAS
    for key in (era.name, era.letter, era.letter.lower(), era.name[0], str(era.code))
}
_WEEKDAYS: Final = "月火水木金土日"

_ERA_WORDS: Final = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])(元|\d{1,2})年(\d{1,2})月(\d{1,2})日\Z"
)
_ERA_POINTS: Final = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])(元|\d{1,2})[./-](\d{1,2})[./-](\d{1,2})\Z"
)
_ERA_CODE: Final = re.compile(r"([1-5MTSHRmtshr])(\d{2})(\d{2})(\d{2})\Z")
_WESTERN: Final = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})\Z")
_WESTERN_WORDS: Final = re.compile(r"(?:西暦)?(\d{4})年(\d{1,2})月(\d{1,2})日\Z")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_WEEKDAY_TAIL: Final = re.compile(r"\([月火水木金土日]\)\Z")
_SPACE: Final = re.compile(r"\s+")
_MARKS: Final = str.maketrans("。、・−‐―ー", "..." + "-" * 4)


class NotADate(ValueError):
    """The text is no date in any form that is known here. The message never repeats the text."""

    def __init__(self, reason: str = "日付として読めない。") -> None:
        super().__init__(reason)


def _plain(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).translate(_MARKS)


def _in_era(name: str, year: str, month: str, day: str) -> date:
    era = _BY_NAME[name]
    number = 1 if year == "元" else int(year)
    if number < 1:
        raise NotADate("元号の年は1年(元年)から。")
    try:
        found = date(era.first.year + number - 1, int(month), int(day))
    except ValueError:
        raise NotADate("暦にない日。") from None
    if not era.first <= found <= era.last:
        raise NotADate(f"{era.name}にない日。")
    return found


def _western(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise NotADate("暦にない日。") from None


@lru_cache(maxsize=65_536)
def parse_date(text: str) -> date:
    """
    Return the day that `text` names, in any usual writing, full- or half-width.

    Read are 2025-04-01, 2025/4/1, 20250401, 令和7年4月1日, 令和元年5月1日, R07.04.01, 5070401
    (GYYMMDD), each with or without a weekday in brackets behind it. Boundary days are right in
    both eras (明治45年7月30日 and 大正元年7月30日), a day outside its era is refused.

    :raises NotADate: no such form, or no such day.
    """
    plain = _WEEKDAY_TAIL.sub("", _plain(text))
    for pattern in (_WESTERN, _COMPACT, _WESTERN_WORDS):
        if found := pattern.match(plain):
            return _western(*found.groups())
    for pattern in (_ERA_WORDS, _ERA_POINTS, _ERA_CODE):
        if found := pattern.match(plain):
            name, year, month, day = found.groups()
            return _in_era(name, year, month, day)
    raise NotADate


def era_of(day: date) -> Era:
    """
    Return the era of a day; a boundary day is given to the era that begins on it.

    :raises NotADate: the day is before 明治.
    """
    for era in reversed(ERAS):
        if era.first <= day:
            return era
    raise NotADate("明治より前の日。")


def _era_year(day: date) -> tuple[Era, int]:
    era = era_of(day)
    return era, day.year - era.first.year + 1


def format_date(day: date, *, weekday: bool = True) -> str:
    """Return 令和8年11月23日(月), or without the weekday; the first year is 元年."""
    era, year = _era_year(day)
    number = "元" if year == 1 else str(year)
    tail = f"({_WEEKDAYS[day.weekday()]})" if weekday else ""
    return f"{era.name}{number}年{day.month}月{day.day}日{tail}"


def format_month(day: date) -> str:
    """Return 令和8年11月 for any day of that month."""
    era, year = _era_year(day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月"


def format_points(day: date) -> str:
    """Return R08.11.23."""
    era, year = _era_year(day)
    return f"{era.letter}{year:02d}.{day.month:02d}.{day.day:02d}"


def format_gyymmdd(day: date) -> str:
    """Return 5081123: code of the era, then year, month and day in two digits each."""
    era, year = _era_year(day)
    return f"{era.code}{year:02d}{day.month:02d}{day.day:02d}"


def fiscal_year(day: date) -> int:
    """Return the 年度 of a day: April to March."""
    return day.year if day.month >= 4 else day.year - 1  # noqa: PLR2004 - April


# 不詳日 --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnknownDate:
    """
    不詳日: a date that nobody knows exactly, in the words of the register (不詳表記).

    `sort_on` puts the row in a list and serves nothing else: no age, no right and no みなし生年月日
    follows from it. `earliest` and `latest` are what the words leave possible, both inclusive, and
    None where the words say nothing.
    """

    words: str
    sort_on: date
    earliest: date | None
    latest: date | None

    def __str__(self) -> str:
        return self.words


_NOTHING_KNOWN: Final = date.min
_UNKNOWN_PARTS: Final = re.compile(
    r"(?:推定)?"
    r"(?:(?:西暦)?(?P<western>\d{4})年|(?P<era>明治|大正|昭和|平成|令和)(?P<year>元|\d{1,2})年)?"
    r"(?P<year_about>頃)?"
    r"(?:(?P<season>春|夏|秋|冬)|(?P<month>\d{1,2})月)?"
    r"(?:(?P<third>上旬|中旬|下旬)|(?P<day>\d{1,2})日)?"
)
_SEASONS: Final = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11)}
_THIRDS: Final = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_RANGE: Final = re.compile(r"から|[~〜]")


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _year(found: re.Match[str]) -> int | None:
    if found["western"]:
        return int(found["western"]) or None
    if not found["era"]:
        return None
    era = _BY_NAME[found["era"]]
    number = 1 if found["year"] == "元" else int(found["year"])
    year = era.first.year + number - 1
    return year if era.first.year <= year <= era.last.year else None


def _possible(words: str) -> tuple[date, date] | None:
    """Return the first and last day that the words leave possible, None if not even a year."""
    found = _UNKNOWN_PARTS.match(words)
    year = _year(found) if found else None
    if found is None or year is None:
        return None
    first_month, last_month = _SEASONS.get(found["season"], (1, 12))
    first_day, last_day = 1, 31
    if found["month"] and 1 <= int(found["month"]) <= 12:  # noqa: PLR2004 - months of a year
        first_month = last_month = int(found["month"])
        if found["third"]:
            first_day, last_day = _THIRDS[found["third"]]
        elif found["day"]:
            # A day that the calendar lacks (2月29日 of a common year) is the end of its month here.
            last_day = min(max(int(found["day"]), 1), _last_of(year, first_month))
            first_day = last_day
    return (
        date(year, first_month, first_day),
        date(year, last_month, min(last_day, _last_of(year, last_month))),
    )


def unknown_date(words: str) -> UnknownDate:
    """
    Return the 不詳日 that these words name; the words are kept as they are.

    Understood are the expressions of 住民記録システム標準仕様書: 「昭和20年頃」「…年4月頃」
    「…月3日頃」「推定…」「…年春」「…上旬」「…中旬頃」「年月日不詳」「…年月日不詳」
    「…年4月日不詳」 and ranges (「昭和20年から昭和22年まで」). Whatever else is said is kept too
    and sorts first.

    :raises NotADate: there are no words.
    """
    plain = _plain(words)
    if not plain:
        raise NotADate("不詳日の表記がない。")
    parts = [_possible(part) for part in _RANGE.split(plain) if part]
    known = [part for part in parts if part is not None]
    if not known:
        return UnknownDate(words, _NOTHING_KNOWN, None, None)
    return UnknownDate(words, known[0][0], known[0][0], max(last for _, last in known))


def sort_date(text: str) -> date:
    """
    Return the day to sort by for a date cell that is marked 不詳.

    YYYY-MM-DD or YYYYMMDD, whose month or day may be 00 or may not exist in the calendar.

    :raises NotADate: not even the form is right.
    """
    found = _WESTERN.match(text) or _COMPACT.match(text)
    if not found:
        raise NotADate
    year, month, day = (int(part) for part in found.groups())
    if year == 0:
        return _NOTHING_KNOWN
    if not 0 <= month <= 12 or not 0 <= day <= 31:  # noqa: PLR2004 - months, days
        raise NotADate("暦にない日。")
    month = month or 1
    return date(year, month, min(day or 1, _last_of(year, month)))


# Ages ----------------------------------------------------------------------------------------


def birthday_eve(birth: date, years: int) -> date:
    """
    Return the day on which someone reaches an age in law: the day before the birthday.

    年齢計算ニ関スル法律, 民法第143条: born on 29 February, the age is reached on 28 February.
    """
    try:
        birthday = birth.replace(year=birth.year + years)
    except ValueError:
        birthday = date(birth.year + years, 3, 1)
    return birthday - timedelta(days=1)
