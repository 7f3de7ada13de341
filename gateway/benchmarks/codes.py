"""符号: requested for masses in one act, and compared with the platform range by range."""

import time
from collections.abc import Callable

from django.db import connection, transaction

from gateway.services import code_differences
from gateway.services.code_differences import ToldCode
from gateway.services.numbers import read_feeds
from integrated_address import selectors, services
from integrated_address.benchmarks.people import number_people
from integrated_address.rules import CodeState
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

_CODE = "024-000"
_MOST_PEOPLE = 200_000
_RANGE = 10_000
_NEVER_MIND = "UPDATE integrated_address_linkagecodestatus SET since = since"


def measure(size: int) -> list[Measure]:
    """Measure a bulk request against one UPDATE of its rows, and the numbers a second compared."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=(_CODE,), have_codes=False)
    numbers = selectors.integrated_numbers_of(
        system=base.system(_CODE), business_numbers=[f"B{serial}" for serial in range(people)]
    )
    bare = _seconds(_touched)
    act = measuring_act().for_purpose(reason="測定")
    selection = selectors.CodeSelection(CodeState.NOT_REQUESTED, with_protected=True)
    asked = _seconds(lambda: services.request_selected_codes(selection=selection, act=act))
    while read_feeds(act=measuring_act()):
        pass
    compared = _seconds(lambda: _compare(sorted(numbers.values())))
    return [
        Measure(
            "符号 requested for all who have none",
            asked,
            "s",
            "one UPDATE of the same rows, not recorded",
            bare,
            aim=10,
        ),
        Measure("numbers compared with the platform's", people / compared, "numbers/s"),
    ]


def _touched() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEVER_MIND)


def _compare(numbers: list[str]) -> None:
    act = measuring_act()
    run = code_differences.begin_code_reconciliation(act=act)
    after, step = "", _RANGE
    for start in range(0, len(numbers), step):
        told = [ToldCode(number, "requested") for number in numbers[start : start + step]]
        until = told[-1].integrated_number if start + step < len(numbers) else ""
        code_differences.compare_codes(run, told, after=after, until=until, act=act)
        after = until
    code_differences.end_code_reconciliation(run, act=act)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
