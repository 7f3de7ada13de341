"""符号照合: numbers and 符号取得状況 compared range by range with what the platform told."""

import time

from gateway.services import code_differences
from gateway.services.code_differences import ToldCode
from gateway.services.numbers import read_feeds
from integrated_address import selectors, services
from integrated_address.benchmarks.people import number_people
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

_CODE = "024-000"
_MOST_PEOPLE = 200_000
_RANGE = 10_000


def measure(size: int) -> list[Measure]:
    """Measure the numbers a second that are compared, the way over the line not included."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=(_CODE,), have_codes=False)
    services.request_linkage_codes(act=measuring_act())
    while read_feeds(act=measuring_act()):
        pass
    numbers = selectors.integrated_numbers_of(
        system=base.system(_CODE), business_numbers=[f"B{serial}" for serial in range(people)]
    )
    begun = time.perf_counter()
    _compare(sorted(numbers.values()))
    seconds = time.perf_counter() - begun
    return [Measure("numbers compared with the platform's", people / seconds, "numbers/s")]


def _compare(numbers: list[str]) -> None:
    act = measuring_act()
    run = code_differences.begin_code_reconciliation(act=act)
    after = ""
    for start in range(0, len(numbers), _RANGE):
        told = [ToldCode(number, "requested") for number in numbers[start : start + _RANGE]]
        until = told[-1].integrated_number if start + _RANGE < len(numbers) else ""
        code_differences.compare_codes(run, told, after=after, until=until, act=act)
        after = until
    code_differences.end_code_reconciliation(run, act=act)
