"""
One prepared database is the template of every test database of a day.

Migrations and reference data take longer than most of what is tested; a copy of a database that has them
takes a second. It is made anew when a migration, a data file or what prepares it changes, and every day.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

_PREFIX: Final = "sapporo_prepared_"
_MADE_OF: Final = (
    "*/migrations/**/*.py",
    "sapporo_base/feed.py",
    "sapporo_base/migrating.py",
    "*/data/**/*.*",
    "*/services/reference.py",
    "tests/prepared.py",
    "tests/conftest.py",
    "tests/resident_basic/approvals.py",
)
_LOCK: Final = "sapporo prepared test database"


class PreparedDatabase:
    """The template; whoever finds none makes it, and others wait for that instead of making their own."""

    def __init__(self) -> None:
        self.is_copied = False
        self.name = _PREFIX + _fingerprint()
        self._server: psycopg.Connection[Any] | None = None

    def copy_to(self, name: str) -> bool:
        """Make the test database a copy; False where there is nothing to copy yet: then call `keep`."""
        server = self._connected()
        server.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", [self.name]).fetchone()
        if found is not None:
            self._copy(self.name, name)
            self._release()
            self.is_copied = True
        return self.is_copied

    def keep(self, name: str) -> None:
        """Keep what was prepared in a test database as the template, and drop those of before."""
        server = self._connected()
        stale = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX]
        ).fetchall()
        for (one,) in stale:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(one)))
        connection.close()
        self._copy(name, self.name)
        self._release()

    def _copy(self, source: str, target: str) -> None:
        server = self._connected()
        names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {target} WITH (FORCE)").format(**names))
        # Copied as files where that is quicker than through the log: nobody writes to it meanwhile.
        server.execute(
            sql.SQL("CREATE DATABASE {target} TEMPLATE {source} STRATEGY file_copy").format(**names)
        )

    def _connected(self) -> psycopg.Connection[Any]:
        if self._server is None:
            told = connection.get_connection_params()
            wanted = {
                key: told[key] for key in ("user", "password", "host", "port") if told.get(key)
            }
            self._server = psycopg.connect(dbname="postgres", autocommit=True, **wanted)
        return self._server

    def _release(self) -> None:
        """Closing ends the lock too."""
        if self._server is not None:
            self._server.close()
            self._server = None


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m-%d}".encode())
    base = Path(settings.BASE_DIR)
    for path in sorted({path for made_of in _MADE_OF for path in base.glob(made_of)}):
        digest.update(str(path.relative_to(base)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
