"""An installation of the system of its own, with processes that can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from sapporo_base.database import Cluster
from sapporo_base.environment import ROOT
from sapporo_base.processes import simulator_process, system_processes
from sapporo_base.rehearsal import wait_until

POPULATION = 500
# What a reception leaves behind, without the numbers that are drawn by lot and the hours.
OUTCOME = {
    "residents": "SELECT resident_number FROM resident_basic_resident ORDER BY 1",
    "versions": "SELECT event_id, change_reason FROM resident_basic_residentversion ORDER BY 1",
    "feed": "SELECT kind, resident_number FROM resident_basic_residentchange ORDER BY 2, 1",
    "protected": "SELECT resident_number, kind FROM resident_basic_supportmeasure ORDER BY 1, 2",
    "numbered": "SELECT number FROM integrated_address_businessnumber ORDER BY 1",
    "addressees": "SELECT count(*) FROM integrated_address_integratedaddressee",
    "individual numbers": "SELECT count(*) FROM integrated_address_individualnumber",
    "code states": "SELECT state, count(*) FROM integrated_address_linkagecodestatus GROUP BY 1",
}


class Installation:
    """A city's installation of its own: folder, cluster, ports and the processes of one test."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.city = folder / "city"
        self.port = unused_port()
        platform_port = unused_port()
        self.platform = f"http://127.0.0.1:{platform_port}"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        } | {"SAPPORO_VAR": str(self.var), "PLATFORM_URL": self.platform}
        self.cluster = Cluster(self.var / "postgres")
        self.commands = {
            "platform": simulator_process(
                port=platform_port,
                state=self.var / "simulator",
                citizens=self.city / "platform_citizens.json",
            ),
            **system_processes(port=self.port, web_workers=1),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    # Commands and processes

    def prepare(self) -> None:
        """Make the environment, the database with its reference data, and a city."""
        self.run("-m", "sapporo_base.environment")
        for line in (self.var / "sapporo.env").read_text().splitlines():
            # What the tests' own environment holds must not win over that of this installation.
            self.environment.pop(line.split("=", 1)[0], None)
        self.manage("database", "start")
        self.manage("migrate", "-v0")
        self.manage("load_reference_data")
        self.manage("prepare_demo_staff")
        self.manage("prepare_demo_applications")
        self.manage(
            *("generate_city", "--population", POPULATION, "--seed", 5),
            *("--days", 1, "--out", self.city),
        )
        self.full = self.city / "juki_full_20261101.csv"
        self.expected: dict[str, Any] = json.loads((self.city / "expected.json").read_text())
        self.days = sorted(name for name in self.expected["files"] if name.startswith("juki_daily"))

    def run(self, *arguments: object, code: int = 0, url: str = "") -> str:
        """Run Python to its end, and insist on its exit code."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment | ({"DATABASE_URL": url} if url else {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, (arguments, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def manage(self, *arguments: object, code: int = 0, url: str = "") -> str:
        """Run a management command."""
        return self.run("manage.py", *arguments, code=code, url=url)

    def start(self, name: str, command: list[str] | None = None) -> None:
        """Start a process in a group of its own, logged beside the others."""
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command or self.commands[name],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process and its children as a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_database(self) -> None:
        """End PostgreSQL and its children as a power cut would."""
        server = psutil.Process(self.cluster.pid())
        for process in (server, *server.children(recursive=True)):
            process.kill()

    def log(self, name: str) -> str:
        """Return what a process said."""
        return (self.var / "log" / f"{name}.log").read_text(encoding="utf-8")

    def end(self) -> None:
        """Leave nothing running."""
        for name in list(self.running):
            self.kill(name)
        self.cluster.stop()

    # The database, as somebody beside the system sees it

    def ask(self, query: str, *, database: str = "sapporo") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        url = self.cluster.url(database)
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def outcome(self, *, database: str = "sapporo") -> dict[str, list[tuple[Any, ...]]]:
        """Return what a reception left behind."""
        return {name: self.ask(query, database=database) for name, query in OUTCOME.items()}

    def stop_at(self, table: str, act: Callable[[], None], kill: Callable[[], None]) -> None:
        """Let an act run until it wants to write into a table, and kill somebody there."""
        holder = psycopg.connect(self.cluster.url(), autocommit=False)
        try:
            holder.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            act()
            waiting = f"SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
            wait_until(f"somebody writes {table}", lambda: bool(self.ask(waiting)), seconds=40)
            kill()
        finally:
            # Closed, not committed: it may be the database that was killed.
            holder.close()


def unused_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
