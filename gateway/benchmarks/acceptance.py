"""Inquiry acceptance over the API: rights, legal basis, estimate and record included."""

from itertools import count

from integrated_address.benchmarks.people import number_people
from sapporo_base.benchmarks.callers import Caller, beside_bare_view, token_of
from sapporo_base.measuring import Measure

_INQUIRIES = "/api/v1/gateway/inquiries/"
_MOST_PEOPLE = 20_000


def measure(size: int) -> list[Measure]:
    """Measure inquiries that come one by one."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=("027-000",))
    token = token_of("027-000", ["030:inquiries:write"])
    system, bare_project = Caller(token), Caller(token, bare="sapporo_base.yardsticks")
    serial = count()

    def ours() -> None:
        system.post(_INQUIRIES, {"inquiries": [_question(next(serial), people)]})

    def bare() -> None:
        bare_project.post("/bare/insert/", {"topic": f"t{next(serial)}"})

    return [beside_bare_view("inquiry acceptance over the API", "one insert", ours=ours, bare=bare)]


def _question(serial: int, people: int) -> dict[str, object]:
    return {
        "request_key": f"bench-{serial}",
        "business_number": f"B{serial % people}",
        "procedure_code": "JM99000000000074",
        "step_code": "JT99000000000074",
        "information_code": "TM00000000000002",
        "provider_code": "131016",
        "fiscal_year": 2024,
    }
