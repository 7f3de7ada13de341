"""The board of 符号取得状況: how many in which state and how old, failures by cause, who a bulk act takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from integrated_address.models import BasicItems, LinkageCodeStatus
from integrated_address.rules import CodeState
from integrated_address.rules.codes import AGES, Cure, cure_of
from sapporo_base.acts import JAPAN
from sapporo_base.bulk import Staging
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

_SAPPORO = ("北海道札幌市", "札幌市")
_ELSEWHERE = "none"
"""Not a ward: the 住所 is elsewhere, unknown or of a person without one."""

# The protected are few and have an index of their own: nobody else's row is looked up.
_SHOWN = """(%(with_protected)s OR NOT EXISTS (
    SELECT FROM integrated_address_integratedaddressee a
    WHERE a.integrated_number = s.addressee_id AND a.under_support
))"""
_COUNTS = """
SELECT s.state, count(*), min(s.since){ages}
FROM integrated_address_linkagecodestatus s
WHERE s.state <> 'acquired' AND {shown}
GROUP BY s.state
"""
_OF_AGE = """, count(*) FILTER (
    WHERE (%(after{place})s::timestamptz IS NULL OR s.since >= %(after{place})s)
      AND (%(before{place})s::timestamptz IS NULL OR s.since < %(before{place})s)
)"""
_ACQUIRED = """
SELECT count(*), min(since) FROM integrated_address_linkagecodestatus WHERE state = 'acquired'
"""
_CAUSES = f"""
SELECT s.cause, count(*), min(s.since)
FROM integrated_address_linkagecodestatus s
WHERE s.state = 'failed' AND {_SHOWN}
GROUP BY s.cause ORDER BY min(s.since)
"""
# One condition for the preview and for the act: what was counted is what is done.
_LIVES_THERE = """(%(ward)s = '' OR EXISTS (
    SELECT FROM integrated_address_basicitems k
    WHERE k.addressee_id = a.integrated_number
      AND k.valid_until IS NULL AND k.superseded_at IS NULL
      AND (k.residential_address LIKE ANY(%(places)s)) = (%(ward)s <> 'none')
))"""
SELECTED = (
    """s.state = %(state)s AND a.state = 'active' AND (%(any_cause)s OR s.cause = ANY(%(causes)s))
AND (%(begun_after)s::timestamptz IS NULL OR s.since >= %(begun_after)s)
AND (%(begun_before)s::timestamptz IS NULL OR s.since < %(begun_before)s)
AND """
    + _LIVES_THERE
)
_TAKEN = f"""
SELECT count(*) FILTER (WHERE %(with_protected)s OR NOT a.under_support),
    count(*) FILTER (WHERE NOT %(with_protected)s AND a.under_support), min(s.since)
FROM integrated_address_linkagecodestatus s
JOIN integrated_address_integratedaddressee a ON a.integrated_number = s.addressee_id
WHERE {SELECTED}
"""
_WITHOUT_NUMBER = f"""
SELECT count(*) FROM integrated_address_integratedaddressee a
LEFT JOIN integrated_address_linkagecodestatus s ON s.addressee_id = a.integrated_number
WHERE a.state = 'active' AND s.addressee_id IS NULL AND {_LIVES_THERE}
"""
_ADD_BETWEEN = """
INSERT INTO {{staging}} ({number}, {state}, {numbered_at})
SELECT a.integrated_number, coalesce(s.state, ''), a.numbered_at
FROM integrated_address_integratedaddressee a
LEFT JOIN integrated_address_linkagecodestatus s ON s.addressee_id = a.integrated_number
WHERE a.state = 'active' AND a.integrated_number > %(after)s
  AND (%(until)s = '' OR a.integrated_number <= %(until)s)
"""


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many people are in one 符号取得状況, since when the oldest of them, and how many by age."""

    state: str
    people: int
    oldest: datetime | None
    by_age: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class FailureCause:
    """People whose 符号 was not had for one cause, since when the first of them, and what to do."""

    cause: str
    people: int
    oldest: datetime
    cure: Cure


@dataclass(frozen=True, slots=True)
class CodeSelection:
    """
    Whom a bulk request takes: everyone in `state`, narrowed by what else is told.

    `ward` is a municipality code, or "none" for a 住所 outside the ten wards.
    """

    state: CodeState
    with_protected: bool
    causes: Sequence[str] = ()
    ward: str = ""
    begun_after: datetime | None = None
    begun_before: datetime | None = None

    def as_parameters(self) -> dict[str, Any]:
        """Return the values of `SELECTED`."""
        return {
            "state": self.state.value,
            "with_protected": self.with_protected,
            "any_cause": not self.causes,
            "causes": list(self.causes),
            "ward": self.ward,
            "places": [f"{place}%" for place in places_of(self.ward)],
            "begun_after": self.begun_after,
            "begun_before": self.begun_before,
        }

    def in_words(self) -> str:
        """Return it as the record says it."""
        words = [LinkageCodeStatus.State(self.state).label]
        words += [f"理由「{cause}」" for cause in self.causes]
        if self.ward:
            words.append(WARDS_OF_SAPPORO.get(self.ward, "札幌市外・住所不明"))
        if self.begun_before:
            words.append(f"{self.begun_before.astimezone(JAPAN):%Y-%m-%d %H:%M}より前から")
        if self.begun_after:
            words.append(f"{self.begun_after.astimezone(JAPAN):%Y-%m-%d %H:%M}以後から")
        return "、".join(words)


@dataclass(frozen=True, slots=True)
class CodePreview:
    """Who would be taken, and who is left out and why."""

    people: int
    oldest: datetime | None
    protected: int
    without_number: int


def spans_of_ages(at: datetime) -> list[tuple[datetime | None, datetime | None]]:
    """Return, for each of `AGES` at a time, from when (inclusive) to when (exclusive) it began."""
    return [
        (at - age.up_to if age.up_to else None, at - age.longer_than if age.longer_than else None)
        for age in AGES
    ]


def places_of(ward: str) -> list[str]:
    """Return how a 住所 in a ward begins; of "none", how one in any of the wards does."""
    names = WARDS_OF_SAPPORO.values() if ward == _ELSEWHERE else [WARDS_OF_SAPPORO.get(ward, "")]
    return [f"{city}{name}" for city in _SAPPORO for name in names if name]


def living_in(people: QuerySet[LinkageCodeStatus], ward: str) -> QuerySet[LinkageCodeStatus]:
    """Return those of the people whose present 住所 is in the ward."""
    begins = Q()
    for place in places_of(ward):
        begins |= Q(residential_address__startswith=place)
    known = BasicItems.objects.filter(valid_until__isnull=True, superseded_at__isnull=True)
    known = known.exclude(begins) if ward == _ELSEWHERE else known.filter(begins)
    return people.filter(addressee__in=known.values("addressee_id"))


def code_counts(*, at: datetime | None = None, with_protected: bool = True) -> list[CodeCount]:
    """Return each 符号取得状況 with its number of people, the oldest of them, and the ages at `at`."""
    found = {one.state: one for one in open_code_counts(at=at, with_protected=with_protected)}
    with connection.cursor() as cursor:
        cursor.execute(_ACQUIRED)
        found[CodeState.ACQUIRED] = CodeCount(CodeState.ACQUIRED, *cursor.fetchone())
    return [found[state] for state in LinkageCodeStatus.State.values]


def open_code_counts(*, at: datetime | None = None, with_protected: bool = True) -> list[CodeCount]:
    """
    Return the same for all but 取得済: whoever wants nothing more is nearly everybody, and is not
    read. The others have an index of their own.
    """
    filters: list[str] = []
    values: dict[str, Any] = {"with_protected": with_protected}
    for place, (after, before) in enumerate(spans_of_ages(at) if at else ()):
        values |= {f"after{place}": after, f"before{place}": before}
        filters.append(_OF_AGE.format(place=place))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(ages="".join(filters), shown=_SHOWN), values)
        found = {
            state: (people, oldest, ages) for state, people, oldest, *ages in cursor.fetchall()
        }
    nobody = (0, None, [0] * len(filters))
    return [
        CodeCount(state, *found.get(state, nobody))
        for state in LinkageCodeStatus.State.values
        if state != CodeState.ACQUIRED
    ]


def failure_causes(*, with_protected: bool) -> list[FailureCause]:
    """Return why 符号 were not had, people of one cause together, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, {"with_protected": with_protected})
        return [
            FailureCause(cause, people, oldest, cure_of(cause))
            for cause, people, oldest in cursor.fetchall()
        ]


def code_preview(selection: CodeSelection) -> CodePreview:
    """Return whom a bulk request would take and whom it leaves out."""
    values = selection.as_parameters()
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        people, protected, oldest = cursor.fetchone()
        without_number = 0
        if selection.state is CodeState.NOT_REQUESTED:
            cursor.execute(_WITHOUT_NUMBER, values)
            (without_number,) = cursor.fetchone()
    return CodePreview(people, oldest, protected, without_number)


def add_code_states_between(
    staging: Staging, columns: tuple[str, str, str], *, after: str, until: str
) -> int:
    """
    Fill a staging table with the numbers in use in (after, until]; return how many.

    :param columns: which take the number, its 符号取得状況 (empty: 個人番号未登録) and when it was given.
    :param until: empty: to the last one.
    """
    number, state, numbered_at = (connection.ops.quote_name(name) for name in columns)
    statement = _ADD_BETWEEN.format(number=number, state=state, numbered_at=numbered_at)
    return staging.execute(statement, after=after, until=until)
