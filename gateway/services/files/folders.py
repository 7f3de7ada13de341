"""The folders of each system: in, taken, out, receipts, errors. Names only, nothing outside them."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from sapporo_base.acts import JAPAN, NotNow
from sapporo_base.models import BusinessSystem

IN, TAKEN, OUT, RECEIPTS, ERRORS = "in", "taken", "out", "receipts", "errors"
FOLDERS: Final = (IN, TAKEN, OUT, RECEIPTS, ERRORS)
_NAME: Final = re.compile(
    r"[0-9A-Za-z][0-9A-Za-z_.-]{0,89}\.(?:csv|txt|dat|xml|json)\Z", re.IGNORECASE
)
_UNFINISHED: Final = re.compile(r"\.(?:part|tmp|partial)\.", re.IGNORECASE)


def folder(system: BusinessSystem, which: str) -> Path:
    """
    Return one of a system's folders; it is made where it is missing.

    :raises NotNow: somebody put a link in its place, so that it leads elsewhere.
    """
    root = Path(settings.EXCHANGE_FOLDER)
    root.mkdir(mode=0o750, parents=True, exist_ok=True)
    own = root.resolve() / system.code
    wanted = own / which
    for path in (own, wanted):
        path.mkdir(mode=0o770, exist_ok=True)
        if path.is_symlink() or path.resolve() != path:
            raise NotNow(f"フォルダー {system.code}/{which} が別の場所を指しています。")
    return wanted


def is_name(name: str) -> bool:
    """Say whether a file may bear this name: it leads nowhere else and says that the file is whole."""
    return bool(_NAME.match(name)) and ".." not in name and not _UNFINISHED.search(name)


def files_in(system: BusinessSystem, which: str) -> list[Path]:
    """Return the plain files in a folder that bear a good name, by name."""
    return sorted(
        path
        for path in folder(system, which).iterdir()
        if is_name(path.name) and path.is_file() and not path.is_symlink()
    )


def is_whole(path: Path, *, at: datetime) -> bool:
    """Say whether nobody has written to a file for a while: a copy that goes on is waited for."""
    written = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return at - written >= timedelta(seconds=settings.EXCHANGE_SETTLE_SECONDS)


def take(path: Path, system: BusinessSystem, *, at: datetime) -> Path:
    """Move a file out of reach of its sender, under a name of its own: the moment and its name."""
    target = folder(system, TAKEN) / f"{at.astimezone(JAPAN):%Y%m%d-%H%M%S-%f}_{path.name}"
    # Renaming is one step: a stop leaves the file in one folder or in the other.
    path.rename(target)
    return target


def write_whole(
    system: BusinessSystem, which: str, name: str, write: Callable[[BinaryIO], None]
) -> Path:
    """Write a file whole or not at all: beside its place first, then into it."""
    target = folder(system, which) / name
    beside = target.with_name(f".{name}.part")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(target)
    return target


def paths_of(system: BusinessSystem, name: str) -> Iterator[Path]:
    """Return where the file of a name and what was answered to it lie."""
    for which, suffix in ((TAKEN, ""), (OUT, ""), (RECEIPTS, ".json"), (ERRORS, ".csv")):
        path = folder(system, which) / f"{name}{suffix}"
        if path.is_file() and not path.is_symlink():
            yield path
