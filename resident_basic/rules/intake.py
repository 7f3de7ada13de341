"""What a chunk of the file becomes before it is copied: keys, fingerprints, bytes. No Django."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from sapporo_base.layouts import Chunk, Reject, Unmapped
from sapporo_base.layouts.decoding import RawChunk, csv_line, fingerprints
from sapporo_base.rules.kana import kana_key, search_words, written_key

SEALED: Final = "individual_number"

# Every name by which someone may be asked for, in the order of `search_words`.
NAMES: Final = (
    "name",
    "name_kana",
    "former_family_name",
    "former_family_name_kana",
    "alias",
    "alias_kana",
    "name_roman",
)
# 個人番号 as it is sealed: its own column stays empty in staging.
_ADDED: Final = (
    "digest",
    "ciphertext",
    "kana_key",
    "written_key",
    "name_key",
    "fingerprint",
)

DUPLICATE_CODE: Final = "E0201"
DUPLICATE_REASON: Final = "同じ宛名番号・履歴番号の行がこのファイルに既にある。"


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """
    A chunk ready for COPY: its number, how many good rows, their bytes, the rejects, and the codes
    that no コード表 has.
    """

    number: int
    rows: int
    copy_text: bytes
    rejects: list[Reject]
    unmapped: list[Unmapped]


def staging_names(names: Sequence[str]) -> list[str]:
    """Return the columns of the staging table: row number, the layout's fields, what we add."""
    return ["row_number", *names, *_ADDED]


def fingerprints_of(raw: RawChunk, *, key: bytes) -> bytes:
    """Return row number and fingerprint of each record of a chunk, for COPY as CSV."""
    records = cast(list[str] | list[bytes], raw.records)
    found = zip(raw.rows, fingerprints(records, key), strict=True)
    return "".join([f"{row},\\x{digest}\n" for row, digest in found]).encode()


def pack(chunk: Chunk) -> PackedChunk:
    """
    Return the chunk with the keys of its names and its fingerprint, as bytes for COPY as CSV.

    検索用カナ and 検索用氏名 are this register's, the key of the 氏名 alone is for 団体内統合宛名. A row goes
    into staging as it stands in the file, but for its 個人番号.
    """
    columns = chunk.columns
    kana_keys = _as_csv(list(map(kana_key, columns["name_kana"])))
    written_keys = _as_csv(list(map(written_key, columns["name"])))
    name_keys = _as_csv(list(map(search_words, *(columns[name] for name in NAMES))))
    sealed = ["\\x" + one.replace(":", ",\\x") if one else "," for one in columns[SEALED]]
    rows = zip(
        chunk.rows,
        chunk.lines,
        sealed,
        kana_keys,
        written_keys,
        name_keys,
        chunk.fingerprints,
        strict=True,
    )
    lines = [
        f"{row},{line},{number},{kana},{written},{names},\\x{fingerprint}\n"
        for row, line, number, kana, written, names, fingerprint in rows
    ]
    return PackedChunk(
        number=chunk.number,
        rows=len(chunk.rows),
        copy_text="".join(lines).encode(),
        rejects=list(chunk.rejects),
        unmapped=list(chunk.unmapped),
    )


_SPECIAL: Final = re.compile('[",\r\n]')


def _as_csv(column: list[str]) -> list[str]:
    if not _SPECIAL.search("".join(column)):
        return column
    return [csv_line([cell]) for cell in column]
