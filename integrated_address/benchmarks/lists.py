"""Bulk look-up: a list of business numbers over the API and by the service, one index look-up beside it."""

import statistics
import time
from collections.abc import Callable

from django.db import connection

from integrated_address import services
from integrated_address.benchmarks.people import number_people
from integrated_address.services import MOST_ITEMS, Item
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.benchmarks.callers import Caller, measuring_act, token_of
from sapporo_base.measuring import Measure

_LIST = "/api/v1/integrated-address/search/list/"
_CODE = "024-000"
_MOST_PEOPLE = 100_000
_TURNS = 7
_AIM = 20_000


def measure(size: int) -> list[Measure]:
    """Measure the numbers a second that a list finds, rights and record included."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=(_CODE,))
    asked = [f"B{serial * people // MOST_ITEMS}" for serial in range(MOST_ITEMS)]
    caller = Caller(token_of(_CODE, ["032:search:read"]))
    act = _act()

    def over_http() -> None:
        items = [{"business_number": number} for number in asked]
        caller.post(_LIST, {"items": items, "procedure": "測定"})

    def by_service() -> None:
        found = services.search_list(items=[Item(business_number=one) for one in asked], act=act)
        assert all(one.result == "found" for one in found)  # noqa: S101 - a measure of nothing else

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, addressee_id FROM integrated_address_businessnumber"
                " WHERE system_id = %s AND number = ANY(%s)"
                " AND valid_until IS NULL AND superseded_at IS NULL",
                [base.system(_CODE).pk, asked],
            )
            cursor.fetchall()

    yardstick = _per_second(bare)
    return [
        Measure(
            name,
            _per_second(work),
            "numbers/s",
            "one indexed SELECT of the same list, nothing recorded",
            yardstick,
            aim=_AIM / yardstick,
            at_most=False,
        )
        for name, work in (
            ("bulk number look-up over the API", over_http),
            ("bulk number look-up by the service", by_service),
        )
    ]


def _per_second(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(_TURNS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return MOST_ITEMS / statistics.median(taken)


def _act() -> Act:
    act = measuring_act()
    return Act(at=act.at, path=act.path, system=base.system(_CODE), reason=act.reason)
