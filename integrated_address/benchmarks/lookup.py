"""Number look-up over the API, rights and record included."""

from collections.abc import Sequence
from itertools import count

from integrated_address.benchmarks.people import FIRST_SERIAL, number_people
from sapporo_base.benchmarks.callers import TURNS, Caller, beside_bare_view, fill_outbox, token_of
from sapporo_base.measuring import Measure
from sapporo_base.sample_city import fictitious_individual_number

CODE = "024-000"
_SEARCH = "/api/v1/integrated-address/search/"
_MOST_PEOPLE = 20_000


def measure(size: int) -> list[Measure]:
    """Measure look-ups by business number, and by 個人番号, which is counted and watched too."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=(CODE,))
    return look_ups(range(people), fill_outbox(people), first_serial=FIRST_SERIAL)


def look_ups(
    whom: Sequence[int], rows: Sequence[int], *, first_serial: int, turns: int = TURNS
) -> list[Measure]:
    """
    Measure a system that asks for one person after the other, by 業務番号 and by 個人番号.

    :param whom: serials of the people. :param rows: what the bare view reads.
    :param first_serial: of the 個人番号, where the serial of the person is nought.
    """
    token = token_of(CODE, ["032:search:read"])
    system, bare_project = Caller(token), Caller(token, bare="sapporo_base.yardsticks")
    turn = count()

    def by_business_number() -> None:
        number = f"B{whom[next(turn) % len(whom)]}"
        system.post(_SEARCH, {"business_number": number, "procedure": "測定"})

    def by_individual_number() -> None:
        number = fictitious_individual_number(first_serial + whom[next(turn) % len(whom)])
        body = {"individual_number": number, "procedure": "測定", "reason": "測定"}
        system.post(_SEARCH, body)

    def bare() -> None:
        bare_project.post("/bare/read/", {"id": rows[next(turn) % len(rows)]})

    works = {"業務番号": by_business_number, "個人番号": by_individual_number}
    # Rows of a small register are still in memory from when it was made, those of a large one are not.
    for work in works.values():
        for _ in range(min(len(whom), 1_000)):
            work()
    return [
        beside_bare_view(
            f"look-up by {name} over the API",
            "one indexed read",
            ours=work,
            bare=bare,
            turns=turns,
        )
        for name, work in works.items()
    ]
