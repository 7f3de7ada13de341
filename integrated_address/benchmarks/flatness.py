"""
Look-ups in a register that has grown: the same question before and after, one index deeper.

Each beside a bare view in the same minute, so that whatever else the machine does counts for neither.
"""

from itertools import chain

from integrated_address.benchmarks.lookup import CODE, look_ups
from integrated_address.benchmarks.people import MASSES_FROM, grow
from sapporo_base.benchmarks.callers import fill_outbox
from sapporo_base.measuring import Measure

_SMALL = 20_000
_CALLS = 1_000
# Two measurements minutes apart are compared: a slow moment of the disk within one must not count.
_TURNS = 200


def measure(size: int) -> list[Measure]:
    """
    Measure look-ups by business number and by 個人番号 among 20,000 people, and among `size`.

    Ten million take some 15 GB while they are numbered: `make bench ONLY=flatness SIZE=10000000`.
    """
    fewest = min(size, _SMALL)
    asked = set(chain(_asked(fewest), _asked(size)))
    rows = fill_outbox(_CALLS)
    grow(first=0, until=fewest, code=CODE, asked=asked)
    among_few = look_ups(_asked(fewest), rows, first_serial=MASSES_FROM, turns=_TURNS)
    grow(first=fewest, until=size, code=CODE, asked=asked)
    among_all = look_ups(_asked(size), rows, first_serial=MASSES_FROM, turns=_TURNS)
    return [
        Measure(
            f"{large.name}, {size:,} people",
            large.ratio or 0.0,
            "× bare",
            f"the same among {fewest:,}",
            small.ratio or 0.0,
            aim=0.9,
            at_most=False,
        )
        for small, large in zip(among_few, among_all, strict=True)
    ]


def _asked(people: int) -> list[int]:
    """Return whom the calls ask for, all over the register."""
    return [call * 7919 % people for call in range(_CALLS)]
