"""The full intake of a city into an empty register, everything included (flow A)."""

import time
from pathlib import Path

from django.db import connection, transaction

from sapporo_base.benchmarks import cities
from sapporo_base.measuring import Measure


def measure(size: int) -> list[Measure]:
    """Measure the intake against COPY of the same file."""
    file = cities.full_set(size)
    copied = _seconds_to_copy(file)
    run = cities.run_command("receive_residents", str(file))
    return [
        Measure(
            f"intake of {size:,} residents, numbered",
            run.seconds,
            "s",
            "COPY of the file, key and three indexes",
            copied,
            aim=6,
        ),
        Measure("intake: peak memory", run.peak_mib, "MiB", aim=1536),
    ]


def _seconds_to_copy(file: Path) -> float:
    """COPY the file into one table with its key and three indexes: the yardstick of an intake."""
    with file.open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\r\n").split(",")
    columns = ", ".join(f"c{place} text" for place in range(len(header)))
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare_copy (id bigserial PRIMARY KEY, {columns})")
        for place in (1, 2, 3):
            cursor.execute(f"CREATE INDEX ON bare_copy (c{place})")
        names = ", ".join(f"c{place}" for place in range(len(header)))
        statement = f"COPY bare_copy ({names}) FROM STDIN WITH (FORMAT csv)"
        width = len(header) - 1
        with cursor.copy(statement) as copy, file.open("rb") as stream:
            stream.readline()
            for line in stream:
                # Rows of another width and the trailer would end the whole COPY.
                if line.count(b",") == width:
                    copy.write(line)
        cursor.execute("DROP TABLE bare_copy")
    return time.perf_counter() - started
