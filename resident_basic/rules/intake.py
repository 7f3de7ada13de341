"""What a chunk of the file becomes before it is copied: keys, fingerprints, bytes. No Django."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sapporo_base.layouts import Chunk, Reject
from sapporo_base.rules.kana import kana_key, search_words

SEALED: Final = "individual_number"
_FINGERPRINT_BYTES: Final = 16

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
_KEYS: Final = ("kana_key", "name_key", "fingerprint")

DUPLICATE_CODE: Final = "E0201"
DUPLICATE_REASON: Final = "同じ宛名番号・履歴番号の行がこのファイルに既にある。"


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """A chunk ready for COPY: its number, how many good rows, their bytes, and the rejects."""

    number: int
    rows: int
    copy_text: bytes
    rejects: list[Reject]


def staging_names(names: Sequence[str]) -> list[str]:
    """Return the columns of the staging table: row number, the layout's fields, what we add."""
    return ["row_number", *names, *_KEYS]


def pack(chunk: Chunk, *, names: tuple[str, ...], key: bytes) -> PackedChunk:
    """
    Return the chunk with 検索用カナ, 検索用氏名 and fingerprint of each row, as bytes for COPY.

    The fingerprint is keyed, and of 個人番号 only the digest goes in: it tells whether a row is the
    same as before, and nothing else.

    :param names: the fields of the layout, in their order.
    :param key: of the fingerprint, 32 bytes.
    """
    rejects = list(chunk.rejects)
    columns = chunk.columns
    columns["kana_key"] = list(map(kana_key, columns["name_kana"]))
    columns["name_key"] = list(map(search_words, *(columns[name] for name in NAMES)))
    told = [
        [cell.partition(":")[0] for cell in columns[name]] if name == SEALED else columns[name]
        for name in names
    ]
    columns["fingerprint"] = [
        hashlib.blake2b(
            "\x1f".join(cells).encode(), digest_size=_FINGERPRINT_BYTES, key=key
        ).hexdigest()
        for cells in zip(*told, strict=True)
    ]
    return PackedChunk(
        number=chunk.number,
        rows=len(chunk.rows),
        copy_text=chunk.copy_text([*names, *_KEYS], with_row=True),
        rejects=rejects,
    )
