"""The files of the city that is measured, generated once for each size."""

import os
import shutil
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError

from sapporo_base.measuring import Run, run_measured

MANAGE = Path(settings.BASE_DIR) / "manage.py"
VERBOSITY: ContextVar[int] = ContextVar("verbosity", default=1)
"""How much the measured commands say; from 2 on it is shown."""


def run_command(*arguments: str) -> Run:
    """Run a command of the project, measured; more than rejected rows is an error."""
    run = run_told(arguments)
    # Python ends with 1 too when it falls over, as a command does for rejected rows.
    if run.returncode > 1 or "Traceback (most recent call last)" in run.output:
        raise CommandError(f"{arguments[0]}: {run.output[-500:]}", returncode=1)
    return run


def run_told(arguments: Sequence[str]) -> Run:
    """Run a command of the project, measured, and show what it says where that was asked for."""
    verbosity = str(VERBOSITY.get())
    command = [sys.executable, str(MANAGE), *arguments, "--verbosity", verbosity]
    run = run_measured(command, os.environ)
    if VERBOSITY.get() > 1:
        sys.stderr.write(run.output)
    return run


def generate(size: int) -> Run:
    """Generate the city anew and return how that went."""
    out = _folder(size)
    shutil.rmtree(out, ignore_errors=True)
    return run_command("generate_city", "--population", str(size), "--seed", "1", "--out", str(out))


def full_set(size: int) -> Path:
    """Return the file with the full set of residents, generated where there is none yet."""
    if not any(_folder(size).glob("juki_full_*.csv")):
        generate(size)
    return min(_folder(size).glob("juki_full_*.csv"))


def daily(size: int) -> Path:
    """Return the file with the 異動差分 of the first day after the full set."""
    full_set(size)
    return min(_folder(size).glob("juki_daily_*.csv"))


def _folder(size: int) -> Path:
    return Path(settings.VAR_DIR) / "bench" / f"city-{size}"
