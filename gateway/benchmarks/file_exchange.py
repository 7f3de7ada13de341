"""Inquiries that come as a file, beside the same inquiries handed to the service from memory."""

import csv
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from gateway import services
from gateway.benchmarks import stage
from gateway.models import Lane
from gateway.services.files import FileExchangePlan, folders
from integrated_address.benchmarks.people import number_people
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.layouts import parse_layout
from sapporo_base.measuring import Measure

_SYSTEM = "027-000"
_MOST_PEOPLE = 20_000
_AIM = 0.6
_LAYOUT = "inquiry_file"


def measure(size: int) -> list[Measure]:
    """Measure rows a second through the folder, and what a file five times as long takes in memory."""
    people = min(size, _MOST_PEOPLE)
    number_people(people, codes=(_SYSTEM,))
    act = measuring_act()
    begun = time.perf_counter()
    stage.ask_many(system=_SYSTEM, count=size, people=people, lane=Lane.BATCH, act=act)
    by_service = size / (time.perf_counter() - begun)
    with TemporaryDirectory(prefix="exchange-") as folder:
        settings.EXCHANGE_FOLDER, settings.EXCHANGE_SETTLE_SECONDS = Path(folder), 0
        services.set_up_file_exchange(
            system=base.system(_SYSTEM),
            kind="inquiries",
            prefix="INQ",
            plan=FileExchangePlan(
                layout_code=_LAYOUT, encoding="utf-8", result_layout_code="inquiry_results_file"
            ),
            act=act,
        )
        _left_and_taken("INQ_short.csv", size // 5, people)
        before = _megabytes()
        by_file = size / _left_and_taken("INQ_long.csv", size, people)
        grown = _megabytes() - before
    return [
        Measure(
            "inquiries taken from a file",
            by_file,
            "rows/s",
            "the service, from memory",
            by_service,
            _AIM,
            at_most=False,
        ),
        Measure("memory that a file five times as long takes more", grown, "MB"),
    ]


def _left_and_taken(name: str, rows: int, people: int) -> float:
    """Leave a file as a system does, and take it; return the seconds that taking lasted."""
    act = measuring_act()
    layout = parse_layout(base.layout_definition(_LAYOUT, day=act.day))
    path = folders.folder(base.system(_SYSTEM), folders.IN) / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(layout.labels)
        for serial in range(rows):
            values = {
                "request_key": f"{name}-{serial}",
                "business_number": f"B{serial % people}",
                "procedure_code": "JM99000000000074",
                "step_code": "JT99000000000074",
                "information_code": stage.TAX,
                "provider_code": stage.OTHER_CITY,
                "fiscal_year": "2024",
            }
            writer.writerow([values.get(one, "") for one in layout.names])
        if layout.trailer:
            writer.writerow(("T", rows))
    begun = time.perf_counter()
    done = services.exchange_files(act=measuring_act())
    seconds = time.perf_counter() - begun
    if done.received != 1 or done.refused or done.rejected:
        raise RuntimeError(done)
    return seconds


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
