"""The folder in which 既存住基 and operators leave files: names only, nothing outside it."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from sapporo_base.acts import InvalidRequest, NotFound, NotNow

_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,120}\.(?:csv|txt|dat)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file in the folder: its name, size in bytes, and when it was written."""

    name: str
    size: int
    written_at: datetime


def _folder() -> Path:
    folder = Path(settings.RESIDENT_DROP_FOLDER)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder.resolve()


def waiting_files() -> list[WaitingFile]:
    """Return the files in the folder, the newest first; what is no file of its own is passed over."""
    found = []
    for path in _folder().iterdir():
        if _NAME.match(path.name) and path.is_file() and not path.is_symlink():
            stat = path.stat()
            written_at = datetime.fromtimestamp(stat.st_mtime, tz=UTC)
            found.append(WaitingFile(path.name, stat.st_size, written_at))
    return sorted(found, key=lambda one: (one.written_at, one.name), reverse=True)


def file_in_folder(name: str) -> Path:
    """
    Return the path of a file in the folder.

    :raises InvalidRequest: the name could lead elsewhere.
    :raises NotFound: there is no such file.
    """
    if not _NAME.match(name) or ".." in name:
        raise InvalidRequest(
            "ファイル名が正しくありません。", fields={"file_name": "使えない文字があります。"}
        )
    path = _folder() / name
    if path.is_symlink() or not path.is_file() or path.resolve().parent != _folder():
        raise NotFound("受領フォルダーにこのファイルがありません。")
    return path


def put_into_folder(name: str, chunks: Iterable[bytes]) -> str:
    """
    Put a file into the folder, whole or not at all; return its name.

    :raises InvalidRequest: the name could lead elsewhere.
    :raises NotNow: a file of that name is there.
    """
    if not _NAME.match(name) or ".." in name:
        raise InvalidRequest(
            fields={
                "upload": "ファイル名は半角英数字・ハイフン・下線で、"
                "拡張子は csv・txt・dat としてください。"
            }
        )
    target = _folder() / name
    part = _folder() / f".{name}.part"
    try:
        # It holds 個人番号: nobody but the system and its group reads it.
        part.touch(mode=0o640)
        with part.open("wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
        try:
            # Linking refuses a name that is taken, where renaming would replace it.
            os.link(part, target)
        except FileExistsError as error:
            raise NotNow(
                "同じ名前のファイルが受領フォルダーにあります。",
                fields={"upload": "別の名前にするか、一覧から選んでください。"},
            ) from error
    finally:
        part.unlink(missing_ok=True)
    return name
