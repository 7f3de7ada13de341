"""全件の情報移転: everything approved about everybody, as it stood at one receipt of the feed."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction

from integrated_address import services as addressees
from resident_basic import selectors
from resident_basic.rules.applications import SNAPSHOT
from resident_basic.rules.items import REGISTER
from resident_basic.services.disclosure import note_given, note_progress
from resident_basic.services.permits import INFORMATION, permit_delivery, receiver
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.feed import NeverStill, Standstill
from sapporo_base.selectors import system

_FORMATS: Final = {
    selectors.SNAPSHOT_DISCLOSED: "sapporo-residents",
    selectors.HASHES_DISCLOSED: "sapporo-resident-hashes",
}
_VERSION: Final = 1
_PARCEL: Final = 1000


class AlreadyUnderWay(NotNow):
    """One delivery of masses at a time for each system: it holds a connection of its own."""

    code = "already_under_way"
    message = "この庁内業務システムへの全件の配信は既に実行中です。終了後に再度要求してください。"


@dataclass(frozen=True, slots=True)
class MassDelivery:
    """
    A delivery of masses, to be read once: NDJSON in `pieces` of about a thousand lines. Whoever
    does not read it to its end closes it.

    First line the header with the receipt, last line the trailer with the number of rows and the
    SHA-256 of all that came before it: where it is absent or differs, the delivery was cut.
    """

    receipt: int
    count: int
    pieces: Iterator[bytes]
    still: Standstill

    def close(self) -> None:
        """Let go of the database, also before the first piece was read."""
        self.still.close()

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces


def open_snapshot(*, act: Act, individual_numbers: bool = True) -> MassDelivery:
    """
    Record and return 全件: every resident ever received, 最新, in the approved items.

    Stands exactly at a receipt: reading the feed after it misses nothing and brings nothing twice.
    個人番号 is joined for a receiver that was approved for it, while it is sent.

    :param individual_numbers: False where the delivery is laid down on a disk.
    :raises NoApproval: the system has no 利用申請 in force.
    :raises AlreadyUnderWay: another one is being read by this system.
    """
    approval, act = permit_delivery(act, selectors.SNAPSHOT_DISCLOSED, form=SNAPSHOT)
    if not individual_numbers:
        approval = replace(approval, individual_number=False)
    return _open(
        selectors.SNAPSHOT_DISCLOSED, selectors.snapshot_rows(approval), approval=approval, act=act
    )


def open_hashes(*, act: Act) -> MassDelivery:
    """
    Record and return 宛名番号 and hash of every resident, to reconcile a consumer's copy by.

    The canonical form that is hashed is in docs/api-consumers.md; 個人番号 is no part of it.

    :raises NoApproval: the system has no 利用申請 in force.
    :raises AlreadyUnderWay: another one is being read by this system.
    """
    approval, act = permit_delivery(act, selectors.HASHES_DISCLOSED, form=SNAPSHOT)
    approval = replace(approval, individual_number=False)
    return _open(
        selectors.HASHES_DISCLOSED, selectors.hash_rows(approval), approval=approval, act=act
    )


def _open(
    kind: str, rows: selectors.MassRows, *, approval: selectors.Approval, act: Act
) -> MassDelivery:
    receiving = receiver(act)
    try:
        still = Standstill(selectors.CHANGES)
    except NeverStill as error:
        raise NotNow("異動の受領が続いています。しばらくして再度要求してください。") from error
    try:
        if not still.claim(f"resident_basic mass delivery {receiving.code}"):
            raise AlreadyUnderWay
        count = int(still.value(selectors.COUNT_LATEST))
        opened = _record(kind, approval, receipt=still.receipt, count=count, act=act)
    except BaseException:
        still.close()
        raise
    header = {
        "format": _FORMATS[kind],
        "version": _VERSION,
        "system": receiving.code,
        "receipt": still.receipt,
        "count": count,
        "made_at": act.at.isoformat(),
        "columns": rows.columns,
        "withheld": sorted(approval.withheld),
        "reduced": dict(approval.reductions),
        "hidden_if_suppressed": rows.hidden,
    }
    pieces = _with_numbers(still.json_lines(rows.query), opened)
    return MassDelivery(
        receipt=still.receipt,
        count=count,
        pieces=_framed(header, pieces, still=still, kind=kind, act=act),
        still=still,
    )


@transaction.atomic
def _record(kind: str, approval: selectors.Approval, *, receipt: int, count: int, act: Act) -> Any:
    """Record the delivery before its first byte; return what opens 個人番号, where approved."""
    base.record_linkage(
        act,
        kind,
        items=approval.disclosed,
        withheld=approval.withheld,
        receiver_code=receiver(act).code,
        information=INFORMATION,
        subject_count=count,
        feed=selectors.CHANGES.table,
        feed_after=0,
        feed_until=receipt,
        opened_individual_number=approval.individual_number,
    )
    if not approval.individual_number:
        return None
    return addressees.disclose_individual_numbers_in_bulk(
        system=receiver(act), numbers_of=system(REGISTER), count=count, act=act
    )


def _with_numbers(lines: Iterator[bytes], opened: Any) -> Iterator[tuple[int, bytes]]:
    """Yield (rows, bytes) by parcels, 個人番号 in its place where there is something to open it."""
    while parcel := list(itertools.islice(lines, _PARCEL)):
        if opened is not None:
            # A line begins `["宛名番号","履歴番号","0|1",` and then holds null for the 個人番号.
            numbers = opened([line[2 : line.index(b'"', 2)].decode() for line in parcel])
            parcel = [_filled(line, numbers) for line in parcel]
        yield len(parcel), b"".join(parcel)


def _filled(line: bytes, numbers: dict[str, str]) -> bytes:
    number = numbers.get(line[2 : line.index(b'"', 2)].decode())
    return line.replace(b"null", f'"{number}"'.encode(), 1) if number else line


def _framed(
    header: dict[str, Any],
    pieces: Iterator[tuple[int, bytes]],
    *,
    still: Standstill,
    kind: str,
    act: Act,
) -> Iterator[bytes]:
    digest = hashlib.sha256()
    count = 0
    try:
        first = _line(header)
        digest.update(first)
        yield first
        for rows, piece in pieces:
            digest.update(piece)
            count += rows
            yield piece
    finally:
        still.close()
    if kind == selectors.SNAPSHOT_DISCLOSED:
        _note_snapshot(receipt=still.receipt, act=act)
    yield _line({"count": count, "sha256": digest.hexdigest()})


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@transaction.atomic
def _note_snapshot(*, receipt: int, act: Act) -> None:
    """Note that everything up to a receipt was sent: from there on the system reads the feed."""
    delivery = note_given(after=0, until=receipt, act=act)
    note_progress(delivery, snapshot_until=receipt, snapshot_at=act.at)
