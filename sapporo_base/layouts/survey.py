"""The survey of a file as a whole: is it there, text, in its encoding, with its columns, uncut."""

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sapporo_base.layouts.definitions import ENCODINGS
from sapporo_base.layouts.markup import BrokenMarkup, markup_records
from sapporo_base.layouts.records import Stretch, StretchReader, csv_records, fixed_records
from sapporo_base.layouts.specification import LayoutSpecification

_BLOCK: Final = 1 << 22
_EMPTY: Final = b"\x1a\0 \r\n"
_TRAILER: Final = re.compile(r'"?T"?[, 　]*"?([0-9]+)"?[ 　]*\Z')
_NAMES_OF_ENCODINGS: Final = {
    **ENCODINGS,
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}


class UnreadableFile(Exception):
    """The file as a whole can't be received, nothing of it is; `reason` tells staff why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Survey:
    """
    A file as a whole: SHA-256, size in bytes, data rows, the encoding it is read in.

    `stretches` are where its records stand, so that several processes can read it at once; None
    where only reading from the beginning finds them (fixed length, UTF-16).
    """

    sha256: str
    size: int
    rows: int
    encoding: str
    stretches: tuple[Stretch, ...] | None = None


def survey(path: Path, layout: LayoutSpecification, encoding: str, chunk_rows: int) -> Survey:
    """
    Return what the file is, having read it once.

    :raises UnreadableFile: it is not there, empty, no text, cut, in another encoding, or has other
        columns.
    """
    if not path.is_file():
        raise UnreadableFile("ファイルがない。")
    try:
        if layout.form == "csv" and not encoding.startswith("utf-16"):
            return _survey_lines(path, layout, encoding, chunk_rows)
        sha256, size = _fingerprint(path, encoding)
    except UnicodeError:
        raise UnreadableFile(_wrong_encoding(path, layout, encoding)) from None
    return Survey(sha256, size, _count(path, layout, encoding), encoding)


def _survey_lines(
    path: Path, layout: LayoutSpecification, encoding: str, chunk_rows: int
) -> Survey:
    """Return what a CSV file is: SHA-256, encoding, records and where they stand, in one pass."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding)()
    header, last = b"", b""
    stretches: list[Stretch] = []
    size = read = filled = 0
    with path.open("rb") as stream:
        _refuse_what_is_no_text(stream.read(_BLOCK), encoding)
        stream.seek(0)
        reader = StretchReader(stream)
        most = 1 if layout.header else chunk_rows
        while True:
            body, records = reader.take(most)
            if not body:
                break
            digest.update(body)
            decoder.decode(body)
            if layout.header and not size:
                header = body
            else:
                stretches.append(Stretch(size, len(body), read + 1, len(records)))
                # Empty lines count only where something follows them.
                for place in range(len(records), 0, -1):
                    if records[place - 1].strip(_EMPTY):
                        filled, last = read + place, records[place - 1]
                        break
                read += len(records)
            size += len(body)
            most = chunk_rows
    decoder.decode(b"", final=True)
    if not size:
        raise UnreadableFile("ファイルが空である。")
    if layout.header:
        _check_header(header.decode(encoding).rstrip("\r\n"), layout, path, encoding)
    rows = _check_trailer(last.decode(encoding).rstrip("\r\n"), filled, layout)
    return Survey(digest.hexdigest(), size, rows, encoding, tuple(_up_to(rows, stretches)))


def _up_to(rows: int, stretches: list[Stretch]) -> Iterator[Stretch]:
    for one in stretches:
        if one.first_row <= rows:
            yield replace(one, rows=min(one.rows, rows - one.first_row + 1))


def _fingerprint(path: Path, encoding: str) -> tuple[str, int]:
    """Return SHA-256 and size, having read the whole file once in its encoding."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if not size:
                _refuse_what_is_no_text(block, encoding)
            digest.update(block)
            decoder.decode(block)
            size += len(block)
    decoder.decode(b"", final=True)
    if not size:
        raise UnreadableFile("ファイルが空である。")
    return digest.hexdigest(), size


_NOT_TEXT: Final = (b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf")


def _refuse_what_is_no_text(block: bytes, encoding: str) -> None:
    utf_16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if utf_16 and not encoding.startswith("utf-16"):
        raise UnreadableFile(
            f"文字コードが違う。{_NAMES_OF_ENCODINGS[encoding]}でなくUTF-16である。"
        )
    if block.startswith(_NOT_TEXT) or (not encoding.startswith("utf-16") and b"\0" in block):
        raise UnreadableFile("テキストファイルではない。")


def _count(path: Path, layout: LayoutSpecification, encoding: str) -> int:
    """Return the number of data rows, having checked header and trailer."""
    if layout.form in {"xml", "json"}:
        try:
            return sum(1 for _ in markup_records(path, layout, encoding))
        except BrokenMarkup as broken:
            raise UnreadableFile(broken.reason) from None
    if layout.form == "fixed":
        return _count_fixed(path, layout, encoding)
    with path.open(encoding=encoding, newline="\n") as stream:
        records = csv_records(stream)
        if layout.header:
            _check_header(next(records, ""), layout, path, encoding)
        count, last, blank = 0, "", 0
        for record in records:
            if record.strip("\x1a\0 "):
                count += 1 + blank
                blank, last = 0, record
            else:
                # Empty lines count only where something follows them.
                blank += 1
    return _check_trailer(last, count, layout)


def _check_header(header: str, layout: LayoutSpecification, path: Path, encoding: str) -> None:
    found = [cell.strip() for cell in next(csv.reader([header]), [])]
    if tuple(found) == layout.labels:
        return
    if not any(found):
        raise UnreadableFile("見出し行がない。")
    if _true_encoding(path, layout, encoding):
        raise UnreadableFile(_wrong_encoding(path, layout, encoding))
    missing = [label for label in layout.labels if label not in found]
    if missing:
        shown = "、".join(f"「{label}」" for label in missing[:3])
        more = f"ほか{len(missing) - 3}項目" if len(missing) > 3 else ""  # noqa: PLR2004
        raise UnreadableFile(f"項目が違う。見出しに{shown}{more}がない。")
    raise UnreadableFile("項目が違う。項目の数または順がレイアウトと合わない。")


def _true_encoding(path: Path, layout: LayoutSpecification, encoding: str) -> str:
    """Return the other encoding in which the header is the layout's, or ""."""
    others = (other for other in ("utf-8-sig", "cp932") if other != encoding)
    return next((other for other in others if _header_in(path, other) == layout.labels), "")


def _wrong_encoding(path: Path, layout: LayoutSpecification, encoding: str) -> str:
    name = _NAMES_OF_ENCODINGS[encoding]
    if found := _true_encoding(path, layout, encoding):
        return f"文字コードが違う。{name}でなく{_NAMES_OF_ENCODINGS[found]}である。"
    return f"文字コードが違う。{name}として読めない文字がある。"


def _header_in(path: Path, encoding: str) -> tuple[str, ...]:
    try:
        with path.open(encoding=encoding, newline="\n") as stream:
            return tuple(cell.strip() for cell in next(csv.reader([stream.readline()]), []))
    except UnicodeError:
        return ()


def _check_trailer(last: str, count: int, layout: LayoutSpecification) -> int:
    if not layout.trailer:
        return count
    found = _TRAILER.match(last)
    if not found:
        raise UnreadableFile("ファイルが途中で切れている。最終行(トレーラ)がない。")
    count -= 1
    if int(found[1]) != count:
        raise UnreadableFile(
            f"ファイルが途中で欠けている。トレーラの件数{int(found[1]):,}件に対し{count:,}件しかない。"
            if int(found[1]) > count
            else f"トレーラの件数{int(found[1]):,}件に対し{count:,}件ある。"
        )
    return count


def _count_fixed(path: Path, layout: LayoutSpecification, encoding: str) -> int:
    count = 0
    last: str | bytes = ""
    for record in fixed_records(path, layout, encoding):
        count += 1
        last = record
    text = last.decode(encoding, "replace") if isinstance(last, bytes) else last
    if not layout.newline and len(last) != layout.record_length:
        raise UnreadableFile("ファイルが途中で切れている。最後のレコードが短い。")
    return _check_trailer(text, count, layout)
