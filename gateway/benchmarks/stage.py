"""
The stage for measurements and drills: the far end as a process, people with 符号, inquiries, copies.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from gateway import services
from gateway.models import Copy, PlatformNumber
from integrated_address import services as addressees
from integrated_address.benchmarks.people import FIRST_SERIAL, number_people
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.sample_city import fictitious_individual_number

_ROOT = Path(__file__).resolve().parents[2]
OTHER_CITY = "131016"
TAX, HOUSEHOLD = "TM00000000000002", "TM99000000000001"
ALLOWANCE_COPY = "TM99000000000027"
_AT_ONCE = 1000
_YEARS = tuple(range(2015, 2026))


class FarEnd:
    """The simulator as it is run, on a free port, answering at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, people: int) -> None:
        """Start it with people who are known elsewhere; this process speaks to it from now on."""
        citizens = self._folder / "platform_citizens.json"
        citizens.write_text(json.dumps({"version": 1, "citizens": _citizens(people)}), "utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [
                *(sys.executable, "-m", "gateway.simulator", "--port", "0"),
                *("--citizens", str(citizens), "--code-delay", "0", "--answer-delay", "0"),
                *("--codes-busy-one-in", "0", "--codes-nobody-one-in", "0"),
            ],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None:
            raise RuntimeError
        self.url = self._process.stdout.readline().split()[-1].rstrip("/")
        settings.PLATFORM_URL = self.url
        import_string("gateway.tasks.line.client").cache_clear()

    def control(self, command: str, **told: Any) -> dict[str, Any]:
        """Give the far end a command; return how it stands."""
        request = urllib.request.Request(  # noqa: S310 - our own process on the loopback interface
            f"{self.url}/control/{command}",
            data=json.dumps(told).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return dict(json.load(answer))

    def state(self) -> dict[str, Any]:
        """Return how the far end stands."""
        with urllib.request.urlopen(f"{self.url}/control/state", timeout=60) as answer:  # noqa: S310
            return dict(json.load(answer))

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)


@contextmanager
def far_end(people: int) -> Iterator[FarEnd]:
    """Run the far end for a while."""
    with TemporaryDirectory(prefix="far-end-") as folder:
        end = FarEnd(Path(folder))
        end.start(people)
        try:
            yield end
        finally:
            end.stop()


def _citizens(people: int) -> list[dict[str, Any]]:
    tax = [
        {
            "municipality_code": OTHER_CITY,
            "tax_year": year,
            "items": {"課税年度": str(year), "総所得金額等": "4100000"},
        }
        for year in _YEARS
    ]
    return [
        {
            "individual_number": fictitious_individual_number(FIRST_SERIAL + serial),
            "residence": [
                {
                    "municipality_code": OTHER_CITY,
                    "from": "2010-04-01",
                    "until": "2026-03-28",
                    "items": {"続柄": "世帯主"},
                }
            ],
            "tax": tax,
        }
        for serial in range(people)
    ]


def people_with_codes(people: int, *, codes: tuple[str, ...], act: Act) -> None:
    """Number people as B0 … of each system and walk the whole way of 符号取得 for them."""
    number_people(people, codes=codes, have_codes=False)
    addressees.request_linkage_codes(act=act)
    work = import_string("gateway.tasks.work_bulk")
    while True:
        work()
        waiting = PlatformNumber.objects.exclude(code_state=PlatformNumber.CodeState.ACQUIRED)
        if not waiting.exists():
            return
        waiting.update(due_at=act.at)


def ask_many(
    *, system: str, count: int, people: int, lane: str, act: Act, first: int = 0
) -> list[int]:
    """Have a system ask so many things; return the numbers of its inquiries."""
    accepted: list[int] = []
    asking = base.system(system)
    for begin in range(0, count, _AT_ONCE):
        requests = [
            services.InquiryRequest(
                request_key=f"{lane}-{first + serial}",
                business_number=f"B{(first + serial) % people}",
                procedure_code="JM99000000000074",
                step_code="JT99000000000074",
                information_code=TAX,
                provider_code=OTHER_CITY,
                fiscal_year=_YEARS[(first + serial) // people % len(_YEARS)],
                lane=lane,
            )
            for serial in range(begin, min(begin + _AT_ONCE, count))
        ]
        answers = services.accept_inquiries(system=asking, requests=requests, act=act)
        accepted += [one.id for one in answers if one.id is not None]
    return accepted


def forward_many(*, system: str, count: int, people: int, act: Act) -> int:
    """Have a system forward so many copies; return how many were taken."""
    taken = 0
    step = 20_000
    for begin in range(0, count, step):
        copies: Sequence[services.CopyData] = [
            services.CopyData(
                business_number=f"B{serial % people}",
                dataset="0001",
                key=f"{serial // people:06d}",
                items={"支給額": "10000", "支給年月": "2026-12"},
                published_from=date(2026, 12, 1),
                published_until=date(9999, 12, 31),
            )
            for serial in range(begin, min(begin + step, count))
        ]
        counts = services.accept_copies(
            system=base.system(system),
            information_code=ALLOWANCE_COPY,
            copies=copies,
            act=act,
        )
        taken += counts.changed
    return taken


def let_copies_wait(count: int) -> None:
    """Make so many copies wait as rows: those that were accepted, again under further keys."""
    there = Copy.objects.count()
    columns = [field.column for field in Copy._meta.concrete_fields if not field.primary_key]
    taken = ["key || '-' || n" if column == "key" else f'"{column}"' for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO gateway_copy ({", ".join(f'"{column}"' for column in columns)})
            SELECT {", ".join(taken)} FROM generate_series(1, %(times)s) n, gateway_copy
            LIMIT %(more)s
            """,
            {"times": count // there, "more": max(count - there, 0)},
        )
        cursor.execute("ANALYZE")
