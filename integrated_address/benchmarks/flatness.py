"""
Look-ups in a register that has grown: the same question before and after, one index deeper.

Each beside a bare view in the same minute, so that whatever else the machine does counts for neither; asked
once before, for the rows of a small register are still in memory from when it was made.
"""

from itertools import chain, count

from integrated_address.benchmarks.people import MASSES_FROM, grow
from sapporo_base.benchmarks.callers import Caller, beside_bare_view, fill_outbox, token_of
from sapporo_base.measuring import Measure
from sapporo_base.sample_city import fictitious_individual_number

_SEARCH = "/api/v1/integrated-address/search/"
_CODE = "024-000"
_SMALL = 20_000
_CALLS = 1_000


def measure(size: int) -> list[Measure]:
    """
    Measure look-ups by business number and by 個人番号 among 20,000 people, and among `size`.

    Ten million take some 15 GB while they are numbered: `make bench ONLY=flatness SIZE=10000000`.
    """
    fewest = min(size, _SMALL)
    asked = set(chain(_asked(fewest), _asked(size)))
    rows = fill_outbox(_CALLS)
    grow(first=0, until=fewest, code=_CODE, asked=asked)
    small = _rates(fewest, rows)
    grow(first=fewest, until=size, code=_CODE, asked=asked)
    large = _rates(size, rows)
    return [
        Measure(
            f"look-up by {name} among {size:,} people",
            large[name],
            "× bare",
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


def _rates(people: int, rows: list[int]) -> dict[str, float]:
    """Return look-ups in the time of one call of a bare view, by what is asked for."""
    whom = _asked(people)
    # A token of before the register grew may have run out meanwhile.
    token = token_of(_CODE, ["032:search:read"])
    system, bare_project = Caller(token), Caller(token, bare="sapporo_base.yardsticks")
    turn = count()

    def by_business_number() -> None:
        number = f"B{whom[next(turn) % _CALLS]}"
        system.post(_SEARCH, {"business_number": number, "procedure": "測定"})

    def by_individual_number() -> None:
        number = fictitious_individual_number(MASSES_FROM + whom[next(turn) % _CALLS])
        body: dict[str, object] = {
            "individual_number": number,
            "procedure": "測定",
            "reason": "測定",
        }
        system.post(_SEARCH, body)

    def bare() -> None:
        bare_project.post("/bare/read/", {"id": rows[next(turn) % _CALLS]})

    works = {"業務番号": by_business_number, "個人番号": by_individual_number}
    for work in works.values():
        for _ in range(_CALLS):
            work()
    return {
        name: beside_bare_view(name, "one indexed read", ours=work, bare=bare).ratio or 0.0
        for name, work in works.items()
    }
