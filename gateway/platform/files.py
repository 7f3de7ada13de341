"""The zipped files of the bulk interfaces: packed here, and opened here with distrust."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.platform import profile
from gateway.platform.failures import BadAnswer, CannotBeSent, WhyBad

_NAME: Final = re.compile(r"[A-Z]{3}_[0-9]{5}_[0-9A-Za-z_]{1,120}\.(?:xml|DAT)")
_ENCRYPTED: Final = 0x1
_SAME_BYTES: Final = (1980, 1, 1, 0, 0, 0)  # the same records make the same file


def pack(interface: str, entries: Iterable[tuple[str, bytes]]) -> bytes:
    """
    Return a zip of named entries.

    :raises CannotBeSent: it would be larger than the platform takes.
    """
    target = io.BytesIO()
    unpacked = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in entries:
            unpacked += len(content)
            info = zipfile.ZipInfo(name, _SAME_BYTES)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=3)
    if target.tell() > profile.FILE_BYTES or unpacked > profile.UNPACKED_BYTES:
        raise CannotBeSent(interface, "file")
    return target.getvalue()


def unpack(interface: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """
    Return the entries of a zip that came from outside, after looking at its whole directory.

    :raises BadAnswer: no zip, too many or too large entries, a bomb, a name that is a path.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            _check_directory(interface, entries, len(body))
            for entry in entries:
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise BadAnswer(interface, WhyBad.NOT_A_ZIP) from None


def _check_directory(interface: str, entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > profile.ZIP_ENTRIES or unpacked > profile.UNPACKED_BYTES:
        raise BadAnswer(interface, WhyBad.ZIP_BOMB)
    if unpacked > profile.ZIP_RATIO * max(packed, 1024):
        raise BadAnswer(interface, WhyBad.ZIP_BOMB)
    names = {entry.filename for entry in entries}
    if len(names) != len(entries) or not all(_NAME.fullmatch(name) for name in names):
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "zip directory")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise BadAnswer(interface, WhyBad.NOT_A_ZIP)
