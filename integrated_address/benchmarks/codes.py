"""符号: requested for masses in one act, one UPDATE of the same rows beside it."""

import time
from collections.abc import Callable

from django.db import connection, transaction

from integrated_address import selectors, services
from integrated_address.benchmarks.people import number_people
from integrated_address.rules import CodeState
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

_CODE = "024-000"
_MOST_PEOPLE = 200_000
_TOUCH = "UPDATE integrated_address_linkagecodestatus SET since = since"


def measure(size: int) -> list[Measure]:
    """Measure a bulk request, its steps, feed and record included."""
    number_people(min(size, _MOST_PEOPLE), codes=(_CODE,), have_codes=False)
    bare = _seconds(_touched)
    act = measuring_act().for_purpose(reason="測定")
    selection = selectors.CodeSelection(CodeState.NOT_REQUESTED, with_protected=True)
    asked = _seconds(lambda: services.request_selected_codes(selection=selection, act=act))
    return [
        Measure(
            "符号 requested for all who have none",
            asked,
            "s",
            "one UPDATE of the same rows, not recorded",
            bare,
            aim=10,
        )
    ]


def _touched() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TOUCH)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
