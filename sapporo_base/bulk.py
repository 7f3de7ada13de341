"""What every bulk job needs: COPY, staging tables, set-based statements and a progress display."""

import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from django.core.management.base import OutputWrapper
from django.db import connection
from psycopg import sql
from tqdm import tqdm

_LINE_EVERY_SECONDS = 10.0
_HASH_CHUNK = 1 << 20
_MANY_ROWS = 1000
_MASSES = 10_000
_SHARE_THAT_CHANGES_PLANS = 0.05


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table inside the present transaction; return how many."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class Staging:
    """
    A staging table: rows on their way, already decoded, with every 個人番号 sealed.

    Handed by name from app to app, so that a join happens inside the app that owns the other table.
    In statements `{staging}` stands for its name.
    """

    name: str

    def execute(self, statement: str, **parameters: Any) -> int:
        """Run a set-based statement; return how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(self.filled(statement), parameters)
            return int(cursor.rowcount)

    def select(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.filled(statement), parameters)
            return list(cursor.fetchall())

    def filled(self, statement: str) -> str:
        """Return the statement with this table's quoted name in place of `{staging}`."""
        return statement.replace("{staging}", connection.ops.quote_name(self.name))

    def create(self, columns: Mapping[str, str], *, temporary: bool = False) -> None:
        """
        Create the table from `{column: SQL type}`.

        A temporary one ends with the transaction; the other (unlogged) outlives a killed process,
        so
        that a job resumes.
        """
        kind = "TEMPORARY" if temporary else "UNLOGGED"
        body = ", ".join(
            f"{connection.ops.quote_name(name)} {type_}" for name, type_ in columns.items()
        )
        self.execute(
            f"CREATE {kind} TABLE {{staging}} ({body}){' ON COMMIT DROP' if temporary else ''}"
        )

    def exists(self) -> bool:
        """Say whether the table is there (left by a job that was killed)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_regclass(%s) IS NOT NULL", [connection.ops.quote_name(self.name)]
            )
            return bool(cursor.fetchone()[0])

    def drop(self) -> None:
        """Drop the table if it is there."""
        self.execute("DROP TABLE IF EXISTS {staging}")

    def copy(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """COPY rows into the table; return how many."""
        return copy_rows(self.name, columns, rows)

    def count(self, where: str = "true") -> int:
        """Return the number of rows under a condition written in code."""
        return int(self.select(f"SELECT count(*) FROM {{staging}} WHERE {where}")[0][0])


@contextmanager
def temporary_staging(name: str, columns: Mapping[str, str]) -> Iterator[Staging]:
    """Make a staging table that lives in the present transaction."""
    staging = Staging(name)
    staging.drop()
    staging.create(columns, temporary=True)
    yield staging
    staging.drop()


@contextmanager
def indexes_last(*tables: str, added: int, keep: Sequence[str] = ()) -> Iterator[frozenset[str]]:
    """
    Build the keys and indexes of tables that are empty after the load within, in one transaction.

    Nobody else can use such a table until the transaction ends; it is given these tables. Tables
    with rows keep their indexes and stay open to everybody: building anew would cost more than
    adding; so do all for a few rows.

    :param added: about how many rows the load brings.
    :param keep: names of indexes that the load itself reads, or that take none of its rows: to be
        told so by each row costs less than to read the table once more.
    """
    built_last: list[str] = []
    alone: set[str] = set()
    with connection.cursor() as cursor:
        for table in tables if added >= _MASSES else ():
            if _has_rows(table):
                continue
            cursor.execute(
                f"LOCK TABLE {connection.ops.quote_name(table)} IN ACCESS EXCLUSIVE MODE"
            )
            if _has_rows(table):
                continue
            alone.add(table)
            cursor.execute(_INDEXES, [table])
            for name, without, again in cursor.fetchall():
                if name not in keep:
                    cursor.execute(without)
                    built_last.append(again)
    yield frozenset(alone)
    with connection.cursor() as cursor:
        if built_last:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in built_last:
            cursor.execute(statement)


# A key that a foreign key points to stays: it can't be taken away from under it.
_INDEXES = """
SELECT c.relname,
       CASE WHEN k.oid IS NULL THEN format('DROP INDEX %%I', c.relname)
            ELSE format('ALTER TABLE %%I DROP CONSTRAINT %%I', t.relname, k.conname) END,
       CASE WHEN k.oid IS NULL THEN pg_get_indexdef(c.oid)
            ELSE format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', t.relname, k.conname,
                        pg_get_constraintdef(k.oid)) END
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.conrelid = t.oid
WHERE t.oid = to_regclass(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conindid = c.oid AND f.contype = 'f')
ORDER BY k.oid IS NULL, c.relname
"""


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)})")
        return bool(cursor.fetchone()[0])


def analyze_grown(added: int, first: str, *others: str, many: int = _MANY_ROWS) -> None:
    """
    Renew the statistics where a load has added many rows to `first`, and to the others with it.

    What comes next must not be planned for the tables of before; a daily file changes no plan. Only
    the columns by which rows are looked for are read here: the server's own autovacuum reads all.

    :param many: below so many added rows nothing is read.
    """
    if added < many:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [first])
        known = cursor.fetchone()[0]
        if added > known * _SHARE_THAT_CHANGES_PLANS:
            cursor.execute(_LOOKED_FOR_BY, {"tables": [first, *others]})
            cursor.execute(f"ANALYZE {', '.join(told for (told,) in cursor.fetchall())}")


# Keys, further columns, expressions and conditions of every index of a table.
_LOOKED_FOR_BY = """
SELECT format('%%s (%%s)', indrelid::regclass, string_agg(DISTINCT quote_ident(attname), ', '))
FROM (
    SELECT x.indrelid, unnest(x.indkey::int2[]) AS attnum FROM pg_index x
    UNION ALL
    SELECT x.indrelid, d.refobjsubid FROM pg_index x
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid
) looked
JOIN pg_attribute a ON a.attrelid = looked.indrelid AND a.attnum = looked.attnum AND a.attnum > 0
WHERE looked.indrelid = ANY (SELECT to_regclass(t) FROM unnest(%(tables)s::text[]) t)
GROUP BY indrelid
"""


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Progress:
    """
    A progress bar on a terminal; a line now and then where nobody watches.

    `seconds` are those of each step that has ended, by its label.
    """

    def __init__(
        self, stream: TextIO | OutputWrapper | None = None, *, tells_seconds: bool = False
    ) -> None:
        """:param tells_seconds: write a line for each step that ends, with what it took."""
        self.seconds: dict[str, float] = {}
        self._stream: Any = stream or sys.stderr
        self._tells_seconds = tells_seconds
        self._bar: Any = None
        self._label = ""
        self._done = self._total = 0
        self._began = self._last_line = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def begin(self, label: str, total: int = 0) -> None:
        """Begin a step of the job; `total` is 0 where nobody knows."""
        self.end()
        self._label, self._done, self._total = label, 0, total
        self._began = self._last_line = time.monotonic()
        self._show()

    def advance(self, count: int) -> None:
        """Say that so many more are done."""
        self._done += count
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            share = f" / {self._total:,}" if self._total else ""
            self._stream.write(f"{self._label}: {self._done:,}{share}\n")

    def end(self) -> None:
        """End the step that was begun."""
        if not self._label:
            return
        seconds = time.monotonic() - self._began
        self.seconds[self._label] = self.seconds.get(self._label, 0.0) + seconds
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._tells_seconds:
            self._stream.write(f"{seconds:9.2f}秒  {self._label}\n")
        self._label = ""

    def _show(self) -> None:
        if self._stream.isatty():
            self._bar = tqdm(
                desc=self._label, total=self._total or None, file=self._stream, leave=True
            )


class SilentProgress(Progress):
    """Shows nothing: for tasks and tests."""

    def advance(self, count: int) -> None:
        """Show nothing."""

    def _show(self) -> None:
        """Show nothing."""
