"""The embedded PostgreSQL: shared, stopped cleanly, recovers after a kill, closed to others."""

import os
import signal
import stat
import subprocess
import sys

import psutil
import psycopg
import pytest

from sapporo_base import database
from sapporo_base.database import Cluster, DatabaseDown
from sapporo_base.rehearsal import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path):
    """A cluster of this test's own."""
    one = Cluster(tmp_path / "postgres", {"shared_buffers": "16MB", "fsync": "off"})
    one.start()
    yield one
    one.stop()


def test_starts_once_and_stops_cleanly(cluster):
    assert cluster.answers()
    assert cluster.start() is False
    assert cluster.stop() is True
    assert cluster.pid() is None
    assert cluster.stop() is False


def test_what_was_committed_is_there_after_a_kill(cluster):
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    os.kill(cluster.pid(), signal.SIGKILL)
    assert cluster.start() is True
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("here",)


def test_a_pid_file_of_somebody_elses_process_does_not_stop_it(cluster):
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    assert cluster.start() is True


def test_nobody_else_gets_in(cluster):
    for path in (cluster.data, cluster.socket_folder()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.folder / "password").stat().st_mode) == 0o600
    wrong = cluster.url().split("@", 1)[1]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://sapporo:wrong@{wrong}")


def test_what_a_killed_client_had_asked_for_ends_with_it(cluster):
    asks = (
        "import psycopg, sys\n"
        "line = psycopg.connect(sys.argv[1])\n"
        "line.execute('SELECT pg_advisory_lock(7), pg_sleep(600)')\n"
    )
    client = subprocess.Popen([sys.executable, "-c", asks, cluster.url()])
    free = "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        wait_until(
            "it is asked", lambda: connection.execute(free).fetchone() == (False,), seconds=30
        )
        client.kill()
        client.wait()
        wait_until(
            "it has ended", lambda: connection.execute(free).fetchone() == (True,), seconds=60
        )


def test_knows_japanese_words(cluster):
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT show_trgm('札幌花子')").fetchone()
    assert row[0]


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path):
    deep = Cluster(tmp_path.joinpath(*["a" * 40] * 4))
    assert len(str(deep.socket_folder())) < 90


def test_says_why_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr("sapporo_base.database._START_TRIES", 1)
    broken = Cluster(tmp_path / "postgres", {"shared_buffers": "nonsense"})
    with pytest.raises(DatabaseDown, match="shared_buffers"):
        broken.start()


@pytest.mark.parametrize(
    ("limit", "told"),
    [("2147483648\n", "512MB"), ("104857600\n", "128MB"), ("max\n", None), (None, None)],
    ids=["of_its_group", "never_less_than_the_default", "without_a_limit", "without_groups"],
)
def test_the_server_gets_a_quarter_of_the_memory_that_is_ours(tmp_path, monkeypatch, limit, told):
    file = tmp_path / "memory.max"
    if limit is not None:
        file.write_text(limit)
    monkeypatch.setattr(database, "_CGROUP_LIMIT", file)
    machine = min(max(psutil.virtual_memory().total // 4 // 1024**2, 128), 8192)
    assert database._quarter_of_memory() == (told or f"{machine}MB")
