"""The processes that make up a running system, as `serve` and the demo start them."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

BIN = Path(sys.executable).parent


def system_processes(*, port: int, web_workers: int = 2) -> Mapping[str, list[str]]:
    """Return the command of each process but the platform: web, three workers, scheduler."""
    celery = [sys.executable, "-m", "celery", "-A", "sapporo_base"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "sapporo_base.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"),
            *("--workers", str(web_workers), "--log-level", "warning"),
        ],
        "worker-interactive": [
            *worker,
            *("-Q", "interactive", "-c", "1", "-n", "interactive@%h"),
        ],
        "worker-bulk": [*worker, "-Q", "bulk", "-c", "1", "-n", "bulk@%h"],
        # Calls to others wait for others: they get a process of their own.
        "worker-outward": [*worker, "-Q", "outward", "-c", "1", "-n", "outward@%h"],
        "scheduler": [*celery, "beat", "--loglevel", "WARNING"],
    }


def simulator_process(*, port: int, state: Path, citizens: Path) -> list[str]:
    """Return the command of the platform simulator."""
    manage = Path(__file__).resolve().parent.parent / "manage.py"
    return [
        *(sys.executable, str(manage), "run_platform_simulator"),
        *("--port", str(port), "--state", str(state), "--citizens", str(citizens)),
    ]


def free_port(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
