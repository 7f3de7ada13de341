"""Look-ups in a register that has grown: the same question before and after, one index deeper."""

import statistics
import time
from collections.abc import Callable
from itertools import chain

from integrated_address.benchmarks.people import MASSES_FROM, grow
from sapporo_base.benchmarks.callers import Caller, token_of
from sapporo_base.measuring import Measure
from sapporo_base.sample_city import fictitious_individual_number

_SEARCH = "/api/v1/integrated-address/search/"
_CODE = "024-000"
_SMALL = 20_000
_CALLS = 400


def measure(size: int) -> list[Measure]:
    """
    Measure look-ups by business number and by 個人番号 among 20,000 people, and among `size`.

    Ten million take some 20 GB while they are numbered: `make bench ONLY=flatness SIZE=10000000`.
    """
    token = token_of(_CODE, ["032:search:read"])
    fewest = min(size, _SMALL)
    asked = set(chain(_asked(fewest), _asked(size)))
    grow(first=0, until=fewest, code=_CODE, asked=asked)
    small = _rates(Caller(token), fewest)
    grow(first=fewest, until=size, code=_CODE, asked=asked)
    large = _rates(Caller(token), size)
    return [
        Measure(
            f"look-up by {name} among {size:,} people",
            large[name],
            "req/s",
            f"the same among {fewest:,}",
            small[name],
            aim=0.9,
            at_most=False,
        )
        for name in large
    ]


def _asked(people: int) -> list[int]:
    """Return whom the calls ask for, all over the register."""
    return [call * 7919 % people for call in range(_CALLS)]


def _rates(caller: Caller, people: int) -> dict[str, float]:
    whom = _asked(people)

    def by_business_number(serial: int) -> None:
        caller.post(_SEARCH, {"business_number": f"B{serial}", "procedure": "測定"})

    def by_individual_number(serial: int) -> None:
        number = fictitious_individual_number(MASSES_FROM + serial)
        body: dict[str, object] = {
            "individual_number": number,
            "procedure": "測定",
            "reason": "測定",
        }
        caller.post(_SEARCH, body)

    return {
        "業務番号": _per_second(by_business_number, whom),
        "個人番号": _per_second(by_individual_number, whom),
    }


def _per_second(work: Callable[[int], object], whom: list[int]) -> float:
    taken = []
    for serial in whom:
        started = time.perf_counter()
        work(serial)
        taken.append(time.perf_counter() - started)
    return 1 / statistics.median(taken)
