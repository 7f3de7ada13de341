"""Number look-up over the API, rights and record included."""

from itertools import count

from integrated_address.benchmarks.people import number_people
from sapporo_base.benchmarks.callers import Caller, beside_bare_view, fill_outbox, token_of
from sapporo_base.measuring import Measure

_SEARCH = "/api/v1/integrated-address/search/"
_MOST_PEOPLE = 20_000


def measure(size: int) -> list[Measure]:
    """Measure look-ups by business number."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=("024-000",))
    token = token_of("024-000", ["032:search:read"])
    system, bare_project = Caller(token), Caller(token, bare="sapporo_base.yardsticks")
    rows = fill_outbox(people)
    serial = count()

    def ours() -> None:
        number = f"B{next(serial) % people}"
        system.post(_SEARCH, {"business_number": number, "procedure": "測定"})

    def bare() -> None:
        bare_project.post("/bare/read/", {"id": rows[next(serial) % people]})

    return [
        beside_bare_view("number look-up over the API", "one indexed read", ours=ours, bare=bare)
    ]
