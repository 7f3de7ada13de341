"""Databases beside the project's own, for what must not touch its data: measurements, drills."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import CommandError

from sapporo_base.database import Cluster

_MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


class SpareDatabases:
    """Makes databases in the embedded cluster, runs commands of the project on them, drops them."""

    def __init__(self) -> None:
        self._cluster = Cluster(settings.VAR_DIR / "postgres")

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return self._cluster.url(name)

    def create(self, name: str, *, template: str) -> None:
        """Make a database anew from a template."""
        self.drop(name)
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop(self, *names: str) -> None:
        """Drop databases, whoever is connected."""
        for name in names:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def tidy(self, name: str) -> None:
        """Do at once what the server's autovacuum does within minutes of a load."""
        with psycopg.connect(self._cluster.url(name), autocommit=True) as owner:
            owner.execute("VACUUM (ANALYZE)")

    def run(self, database: str, *arguments: str, quiet: bool = False, most: int = 0) -> None:
        """
        Run a command of the project on a database.

        :raises CommandError: its exit code is above `most`.
        """
        run = subprocess.run(  # noqa: S603 - our own commands, no shell
            [sys.executable, str(_MANAGE), *arguments],
            env={
                **os.environ,
                "DATABASE_URL": self._cluster.url(database),
                "LOG_LEVEL": "ERROR",
            },
            check=False,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
        )
        if run.returncode > most:
            said = (run.stderr or "")[-500:]
            raise CommandError(f"{arguments[0]}: {run.returncode} {said}", returncode=1)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._cluster.url("postgres"), autocommit=True) as admin:
            admin.execute(statement)
