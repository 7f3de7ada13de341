"""
The seal over the 情報連携記録: what is in the record can't be changed, taken out or slipped in
unseen.

In publisher order the records become leaves of a Merkle tree; its root is chained to the one
before,
signed (Ed25519, key outside the database) and appended to a file outside it. A record is sealed at
the
latest one period of the task after its commit; until then it is protected by the triggers only, and
`verify_records` says how many wait and since when.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import connection, transaction

from sapporo_base.feed import Feed
from sapporo_base.models import RecordLeaf, RecordSeal
from sapporo_base.rules import merkle

RECORD_FEED = Feed("sapporo_base_linkagerecord")
_LEAVES_PER_SEAL = 50_000
_LOCK = "sapporo_base seal_records"
_ORIGIN = bytes(32)


class SealKeyUnusable(Exception):
    """The signing key can't be read; records stay unsealed until it can."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is not as it was sealed. `kind` is a stable word, `text` is for the auditor.
    """

    kind: str
    record_id: int | None
    text: str


def _signing_key() -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(
            Path(str(settings.SEAL_SIGNING_KEY_FILE)).read_bytes(), password=None
        )
    except (OSError, ValueError, TypeError) as error:
        raise SealKeyUnusable(str(settings.SEAL_SIGNING_KEY_FILE)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SealKeyUnusable("not an Ed25519 key")
    return key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _chain(
    *, number: int, first: int, last: int, root: bytes, previous: bytes, sealed_at: datetime
) -> bytes:
    text = f"v1\n{number}\n{first}\n{last}\n{root.hex()}\n{previous.hex()}\n{_utc(sealed_at)}"
    return hashlib.sha256(text.encode()).digest()


def seal_records(*, at: datetime) -> list[RecordSeal]:
    """
    Seal every committed record that is not sealed yet; return the new seals.

    :raises SealKeyUnusable: the signing key can't be read.
    """
    key = _signing_key()
    RECORD_FEED.publish()
    seals = []
    with _sealing_lock():
        while seal := _seal_next(key, at):
            seals.append(seal)
        _append_outside(key)
    return seals


@contextmanager
def _sealing_lock() -> Iterator[None]:
    """Hold the place of the one who seals: over several transactions, and let go by a crash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


@transaction.atomic
def _seal_next(key: Ed25519PrivateKey, at: datetime) -> RecordSeal | None:
    with connection.cursor() as cursor:
        last = RecordSeal.objects.order_by("-number").first()
        number = last.number + 1 if last else 1
        after = last.last_position if last else 0
        cursor.execute(
            "INSERT INTO sapporo_base_recordleaf (position, record_id, at, digest, seal_number)"
            " SELECT place, record_id, at, digest, %s FROM sapporo_base_record_digests(%s, %s)"
            " RETURNING position, digest",
            [number, after, after + _LEAVES_PER_SEAL],
        )
        leaves = sorted((position, bytes(digest)) for position, digest in cursor.fetchall())
    if not leaves:
        return None
    root = merkle.root([digest for _, digest in leaves])
    previous = bytes(last.chain) if last else _ORIGIN
    first_position, last_position = leaves[0][0], leaves[-1][0]
    chain = _chain(
        number=number,
        first=first_position,
        last=last_position,
        root=root,
        previous=previous,
        sealed_at=at,
    )
    return RecordSeal.objects.create(
        number=number,
        first_position=first_position,
        last_position=last_position,
        root=root,
        previous_chain=previous,
        chain=chain,
        sealed_at=at,
        key_fingerprint=hashlib.sha256(_raw(key.public_key())).hexdigest(),
        signature=key.sign(chain),
    )


def _line(seal: RecordSeal, public_key: bytes) -> dict[str, Any]:
    return {
        "number": seal.number,
        "first": seal.first_position,
        "last": seal.last_position,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous_chain).hex(),
        "chain": bytes(seal.chain).hex(),
        "sealed_at": _utc(seal.sealed_at),
        "public_key": public_key.hex(),
        "signature": bytes(seal.signature).hex(),
    }


def _lines_outside() -> dict[int, dict[str, Any]]:
    file = Path(str(settings.SEAL_ROOTS_FILE))
    if not file.exists():
        return {}
    lines = {}
    for text in file.read_text().splitlines():
        try:
            line = json.loads(text)
            lines[int(line["number"])] = line
        except (ValueError, KeyError, TypeError):
            continue  # a line cut by a crash; the next append writes it again
    return lines


def _append_outside(key: Ed25519PrivateKey) -> None:
    """Append the roots that the file outside the database does not have yet."""
    written = max(_lines_outside(), default=0)
    missing = list(RecordSeal.objects.filter(number__gt=written).order_by("number"))
    if not missing:
        return
    file = Path(str(settings.SEAL_ROOTS_FILE))
    file.parent.mkdir(parents=True, exist_ok=True)
    public_key = _raw(key.public_key())
    with file.open("a") as stream:
        if _ends_in_mid_line(file):
            stream.write("\n")
        for seal in missing:
            stream.write(json.dumps(_line(seal, public_key)) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _ends_in_mid_line(file: Path) -> bool:
    content = file.read_bytes()[-1:]
    return bool(content) and content != b"\n"


def verify_records() -> Iterator[Finding]:
    """
    Compare each record with its leaf, each leaf with its seal, each seal with its chain and the
    file.

    Yields what is wrong, each with the record's number where one can be named. Sealing may go on.
    """
    with _sealing_lock():
        outside = _lines_outside()
        last = RecordSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    with transaction.atomic(), connection.cursor() as cursor:
        yield from _findings_of_records(cursor)
        yield from _findings_of_seals(last, outside)


def _findings_of_records(cursor: Any) -> Iterator[Finding]:
    cursor.execute("SELECT kind, record_id FROM sapporo_base_record_findings() ORDER BY record_id")
    words = {
        "edited": "封緘後に内容が書き換えられています。",
        "removed": "封緘後に削除されています。",
        "inserted": "連携フィードを通らずに挿入されています。",
        "reordered": "封緘時と順番が入れ替わっています。",
        "leaf_removed": "ダイジェストが削除されています。",
    }
    while rows := cursor.fetchmany(1000):
        for kind, record_id in rows:
            yield Finding(kind, record_id, f"記録番号{record_id}: {words[kind]}")


def _findings_of_seals(last: int, outside: dict[int, dict[str, Any]]) -> Iterator[Finding]:
    expected_number, expected_first, previous = 1, None, _ORIGIN
    for seal in (
        RecordSeal.objects.filter(number__lte=last).order_by("number").iterator(chunk_size=500)
    ):
        name = f"封緘第{seal.number}号"
        if seal.number != expected_number:
            yield Finding("seal_removed", None, f"封緘第{expected_number}号がありません。")
        if expected_first is not None and seal.first_position != expected_first:
            yield Finding("seal_gap", None, f"{name}: 前の封緘と順番が連続していません。")
        digests = [
            bytes(digest)
            for digest in RecordLeaf.objects.filter(seal_number=seal.number)
            .order_by("position")
            .values_list("digest", flat=True)
        ]
        if len(digests) != seal.last_position - seal.first_position + 1 or merkle.root(
            digests
        ) != bytes(seal.root):
            yield Finding("root_differs", None, f"{name}: ダイジェストとルートが一致しません。")
        yield from _findings_of_chain(seal, name, previous, outside.pop(seal.number, None))
        previous = bytes(seal.chain)
        expected_number, expected_first = seal.number + 1, seal.last_position + 1
    for number in sorted(outside):
        yield Finding("seal_removed", None, f"封緘第{number}号が外部ファイルにだけあります。")


def _findings_of_chain(
    seal: RecordSeal, name: str, previous: bytes, line: dict[str, Any] | None
) -> Iterator[Finding]:
    chain = _chain(
        number=seal.number,
        first=seal.first_position,
        last=seal.last_position,
        root=bytes(seal.root),
        previous=previous,
        sealed_at=seal.sealed_at,
    )
    if chain != bytes(seal.chain) or previous != bytes(seal.previous_chain):
        yield Finding("chain_broken", None, f"{name}: 連鎖値が一致しません。")
    if line is None:
        yield Finding("not_outside", None, f"{name}: 外部ファイルに記録がありません。")
        return
    if line["chain"] != bytes(seal.chain).hex() or line["root"] != bytes(seal.root).hex():
        yield Finding("differs_outside", None, f"{name}: 外部ファイルの記録と一致しません。")
    public_key = bytes.fromhex(line["public_key"])
    if hashlib.sha256(public_key).hexdigest() != seal.key_fingerprint:
        yield Finding("key_differs", None, f"{name}: 署名鍵が外部ファイルの記録と一致しません。")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            bytes(seal.signature), bytes(seal.chain)
        )
    except (InvalidSignature, ValueError):
        yield Finding("signature_broken", None, f"{name}: 署名が正しくありません。")


def record_proof(record_id: int) -> dict[str, Any] | None:
    """
    Return all that is needed to check one record without the database, or None if it is not sealed.

    Keys: `canonical` (text whose SHA-256 is `digest`), `position`, `path` to the root, and the
    `seal`.
    """
    leaf = RecordLeaf.objects.filter(record_id=record_id).first()
    if leaf is None:
        return None
    seal = RecordSeal.objects.get(number=leaf.seal_number)
    leaves = list(
        RecordLeaf.objects.filter(seal_number=leaf.seal_number)
        .order_by("position")
        .values_list("position", "digest")
    )
    digests = [bytes(digest) for _, digest in leaves]
    index = next(i for i, (position, _) in enumerate(leaves) if position == leaf.position)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sapporo_base_record_canonical(r) FROM sapporo_base_linkagerecord r"
            " WHERE r.id = %s AND r.at = %s",
            [record_id, leaf.at],
        )
        row = cursor.fetchone()
    return {
        "version": 1,
        "record_id": record_id,
        "position": leaf.position,
        "canonical": row[0] if row else None,
        "digest": bytes(leaf.digest).hex(),
        "path": [[side, neighbour.hex()] for side, neighbour in merkle.proof(digests, index)],
        "seal": _line(seal, _raw(_signing_key().public_key())),
    }


def proof_holds(proof: dict[str, Any]) -> bool:
    """
    Check an exported proof by itself: text, digest, path, chain and signature. Needs no database.
    """
    try:
        digest = hashlib.sha256(proof["canonical"].encode()).digest()
        path: Sequence[tuple[str, bytes]] = [
            (side, bytes.fromhex(node)) for side, node in proof["path"]
        ]
        seal = proof["seal"]
        root = merkle.root_from_proof(digest, path)
        chain = _chain(
            number=seal["number"],
            first=seal["first"],
            last=seal["last"],
            root=root,
            previous=bytes.fromhex(seal["previous"]),
            sealed_at=datetime.fromisoformat(seal["sealed_at"]),
        )
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["public_key"])).verify(
            bytes.fromhex(seal["signature"]), chain
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature):
        return False
    return bool(digest.hex() == proof["digest"] and root.hex() == seal["root"])
