"""全件 of the approved items for one system, beside COPY of the same columns; and the hashes of all."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db import connection

from resident_basic import selectors, services
from resident_basic.rules.applications import SNAPSHOT
from resident_basic.selectors.disclosure import PROTECTION, columns_for
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.benchmarks import cities
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

ON_A_CITY: Final = True
_RECEIVER: Final = "024-000"
_ROUNDS: Final = 3


def measure(size: int) -> list[Measure]:
    """Measure both side by side; rounds take turns, the best of each counts."""
    system = base.system(_RECEIVER)
    act = Act(at=measuring_act().at, path="command", system=system)
    approval = selectors.approved_items(system=system, day=act.day, form=SNAPSHOT)
    bare = (
        f"COPY (SELECT v.resident_number, v.history_number{columns_for(approval).sql}"
        f" FROM resident_basic_residentversion v {PROTECTION} WHERE v.is_latest) TO STDOUT"
    )
    works: dict[str, Callable[[], None]] = {
        "bare": lambda: _copy(bare),
        "snapshot": lambda: _read(services.open_snapshot(act=act, individual_numbers=False)),
        "hashes": lambda: _read(services.open_hashes(act=act)),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(_ROUNDS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - started)
    yardstick = "COPY (SELECT those columns) TO STDOUT"
    return [
        Measure(
            f"snapshot of {size:,} residents", best["snapshot"], "s", yardstick, best["bare"], aim=3
        ),
        Measure(f"hashes of {size:,} residents", best["hashes"], "s", yardstick, best["bare"]),
        Measure("snapshot: peak memory", _peak_of_a_file(), "MiB", aim=1536),
    ]


def _copy(statement: str) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while copy.read():
            pass


def _read(delivery: services.MassDelivery) -> None:
    for _ in delivery:
        pass


def _peak_of_a_file() -> float:
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"all-{os.getpid()}.ndjson.gz"
        run = cities.run_command("deliver_snapshot", "--system", _RECEIVER, "--out", str(out))
        return float(run.peak_mib)
