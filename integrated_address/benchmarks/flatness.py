"""Look-ups in a register that has grown: the same question before and after, one index deeper."""

import statistics
import time
from collections.abc import Callable
from itertools import count

from integrated_address.benchmarks.people import number_people
from sapporo_base.benchmarks.callers import Caller, token_of
from sapporo_base.measuring import Measure
from sapporo_base.sample_city import fictitious_individual_number

_SEARCH = "/api/v1/integrated-address/search/"
_CODE = "024-000"
_SMALL = 20_000
_CALLS = 400


def measure(size: int) -> list[Measure]:
    """Measure look-ups by business number and by 個人番号 among 20,000 people, and among `size`."""
    token = token_of(_CODE, ["032:search:read"])
    number_people(min(size, _SMALL), codes=(_CODE,))
    small = _rates(Caller(token), min(size, _SMALL))
    number_people(size, codes=(_CODE,))
    large = _rates(Caller(token), size)
    return [
        Measure(
            f"look-up by {name} among {size:,} people",
            large[name],
            "req/s",
            f"the same among {min(size, _SMALL):,}",
            small[name],
            aim=0.9,
            at_most=False,
        )
        for name in large
    ]


def _rates(caller: Caller, people: int) -> dict[str, float]:
    serial = count()

    def by_business_number() -> None:
        number = f"B{next(serial) * 7919 % people}"
        caller.post(_SEARCH, {"business_number": number, "procedure": "測定"})

    def by_individual_number() -> None:
        number = fictitious_individual_number(95_000_000 + next(serial) * 7919 % people)
        body: dict[str, object] = {
            "individual_number": number,
            "procedure": "測定",
            "reason": "測定",
        }
        caller.post(_SEARCH, body)

    return {
        "業務番号": _per_second(by_business_number),
        "個人番号": _per_second(by_individual_number),
    }


def _per_second(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return 1 / statistics.median(taken)
