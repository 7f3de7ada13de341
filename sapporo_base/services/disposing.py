"""廃棄: files with personal information are removed, each removal with its record."""

from collections.abc import Iterable
from pathlib import Path
from typing import Unpack

from django.db import transaction

from sapporo_base.acts import Act
from sapporo_base.services.records import Said, record_linkage


@transaction.atomic
def dispose_files(act: Act, kind: str, *, paths: Iterable[Path], **said: Unpack[Said]) -> None:
    """
    Remove files and record it; what the caller notes of them in its transaction stands or falls with it.

    :raises OSError: a file can't be removed; then nothing says that it was.
    """
    # Recorded first: a removal that fails takes its record back with it.
    record_linkage(act, kind, **said)
    for path in list(paths):
        path.unlink()
