"""What people wait for, while five copies for each person of `--size` wait in the other lane."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import quantiles

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from gateway.benchmarks import stage
from gateway.models import Copy, Inquiry, Lane
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure
from sapporo_base.spare_databases import SpareDatabases

_SYSTEM = "027-000"
_COPIES_A_PERSON = 5
_PEOPLE = 5_000
_ACCEPTED = 20_000
"""So many copies come by the gateway's door; the others are the same rows under further keys."""
_ASKED = 40
_AIM_SECONDS = 2.0


def measure(size: int) -> list[Measure]:
    """Measure from acceptance to answer, one after the other, with a bulk worker beside it."""
    people = min(max(size // 10, 100), _PEOPLE)
    waiting = size * _COPIES_A_PERSON
    work = import_string("gateway.tasks.work_interactive")
    with stage.far_end(people) as end:
        stage.people_with_codes(people, codes=(_SYSTEM,), act=measuring_act())
        stage.forward_many(
            system=_SYSTEM, count=min(waiting, _ACCEPTED), people=people, act=measuring_act()
        )
        stage.let_copies_wait(waiting)
        bulk = _bulk_worker(end.url)
        try:
            time.sleep(2)
            took = [_one(number, people, work) for number in range(_ASKED)]
            still_waiting = Copy.objects.filter(state=Copy.State.WAITING).count()
        finally:
            bulk.terminate()
            bulk.wait(timeout=30)
    worst = quantiles(took, n=20)[-1]
    return [
        Measure(
            "interactive answer while copies wait (p95)",
            worst,
            "s",
            aim=_AIM_SECONDS,
        ),
        Measure("copies that still waited then", still_waiting, ""),
    ]


def _bulk_worker(url: str) -> "subprocess.Popen[bytes]":
    """Start a worker for the masses on this database, as it runs beside the one for people."""
    name = connection.settings_dict["NAME"]
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "drain_gateway", "--until-empty"],
        env={
            **os.environ,
            "DATABASE_URL": SpareDatabases().url(name),
            "PLATFORM_URL": url,
            "LOG_LEVEL": "ERROR",
        },
        stdout=subprocess.DEVNULL,
    )


def _one(number: int, people: int, work: Callable[[], int]) -> float:
    begun = time.perf_counter()
    (asked,) = stage.ask_many(
        system=_SYSTEM,
        count=1,
        people=people,
        lane=Lane.INTERACTIVE,
        act=measuring_act(),
        first=number,
    )
    while not Inquiry.objects.filter(pk=asked, state__in=Inquiry.FINAL).exists():
        work()
    return time.perf_counter() - begun
