"""日次ファイル: the day's 異動情報 for each system that was approved for files, and the ledger of them."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from integrated_address import services as addressees
from resident_basic import selectors
from resident_basic.models import DeliveryFile, FileFinding, FileSubscription
from resident_basic.rules.applications import FILE
from resident_basic.rules.day_files import (
    NarrowedLayout,
    file_name,
    narrowed_layout,
)
from resident_basic.rules.items import INDIVIDUAL_NUMBER, REGISTER
from resident_basic.services.disclosure import note_given
from resident_basic.services.file_subscriptions import file_layout
from resident_basic.services.permits import INFORMATION, NoApproval, permit_delivery, receiver
from sapporo_base import sealing
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import JAPAN, Act, NotFound
from sapporo_base.layouts import LayoutSpecification, Written, write_records
from sapporo_base.models import BusinessSystem, LinkageRecord
from sapporo_base.selectors import system

_PARCEL: Final = 1000
_KEPT_FINDINGS: Final = 10_000
_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of the day for its receiver: name, size and SHA-256 of the plain content, in pieces."""

    file: DeliveryFile
    pieces: Iterator[bytes]


def files_folder() -> Path:
    """Return where the files of the day lie, a folder for each system."""
    return Path(settings.VAR_DIR) / "deliveries"


def make_day_files(
    *, day: date, act: Act, only: BusinessSystem | None = None
) -> list[DeliveryFile]:
    """
    Make the file of a day for each subscribed system; a system that has it already keeps it.

    A system whose approval ended gets none, and the others do all the same: the refusal is
    recorded, once a day. A system that was without files for days gets all that waits in one.
    """
    selectors.CHANGES.publish(wait=True)
    subscriptions = FileSubscription.objects.filter(is_active=True).select_related("system")
    if only is not None:
        subscriptions = subscriptions.filter(system=only)
    made = []
    for subscription in subscriptions.order_by("system__business_id", "system__local_id"):
        acting = replace(act, system=subscription.system)
        if _was_refused(acting):
            continue
        try:
            approval, permitted = permit_delivery(acting, selectors.FILE_DISCLOSED, form=FILE)
        except NoApproval:
            continue
        made.append(_make_day_file(subscription.pk, day, approval, permitted))
    return made


def _was_refused(act: Act) -> bool:
    """Say whether a file was refused to the system today already, and nothing was approved since."""
    if selectors.approved_items(system=receiver(act), day=act.day, form=FILE).disclosed:
        return False
    given = selectors.deliveries_to(receiver(act).code).filter(kind=selectors.FILE_DISCLOSED)
    last = given.first()
    refused = last is not None and last.result == LinkageRecord.Result.REFUSED
    return last is not None and refused and last.at.astimezone(JAPAN).date() == act.day


@transaction.atomic
def _make_day_file(
    subscription_id: int, day: date, approval: selectors.Approval, act: Act
) -> DeliveryFile:
    # The row is what two makers of the same file wait for each other at.
    subscription = FileSubscription.objects.select_for_update().get(pk=subscription_id)
    receiving = receiver(act)
    made = selectors.files_for(receiving).filter(day=day).first()
    if made is not None:
        return made if path_of(made).exists() else _remake(made, approval, act)
    last = selectors.files_for(receiving).order_by("-until_receipt").first()
    layout = file_layout(subscription.layout_code, day=day)
    file = DeliveryFile(
        system=receiving,
        day=day,
        layout_code=layout.code,
        layout_version=layout.version,
        encoding=subscription.encoding,
        name=file_name(system_code=receiving.code, day=day, form=layout.form),
        after_receipt=last.until_receipt if last else subscription.starts_after,
        until_receipt=selectors.CHANGES.head(),
        made_at=act.at,
    )
    file.until_receipt = max(file.until_receipt, file.after_receipt)
    findings = _write(file, approval, act)
    file.save()
    _keep(file, findings)
    note_given(after=file.after_receipt, until=file.until_receipt, act=act)
    return file


def list_files(*, act: Act) -> QuerySet[DeliveryFile]:
    """
    Return the files of the acting system, newest first.

    :raises NoApproval: the system has no 利用申請 for files in force.
    """
    _, act = permit_delivery(act, selectors.FILE_DISCLOSED, form=FILE)
    return selectors.files_for(receiver(act))


def fetch_file(*, file_id: int, act: Act) -> OpenedFile:
    """
    Return a file of the acting system and note that it was fetched.

    Where an approval or a 支援措置 changed since it was made, or it is gone from the disk, it is made
    again first: nobody is handed what they may not have any more.

    :raises NotFound: it is not a file of this system.
    :raises NoApproval: the system has no 利用申請 for files in force.
    """
    approval, act = permit_delivery(act, selectors.FILE_DISCLOSED, form=FILE)
    with transaction.atomic():
        mine = DeliveryFile.objects.select_for_update().filter(system=receiver(act))
        file = mine.filter(pk=file_id).first()
        if file is None:
            raise NotFound
        outdated = set(file.items) != _items(approval, _narrowed(file, approval))
        if outdated or selectors.reveals_protected(file, approval) or not _can_be_read(file):
            file = _remake(file, approval, act)
        file.fetched_at = act.at
        file.save(update_fields=["fetched_at"])
    return OpenedFile(file=file, pieces=_pieces(file))


def _remake(file: DeliveryFile, approval: selectors.Approval, act: Act) -> DeliveryFile:
    before = file.sha256
    findings = _write(file, approval, act)
    if file.sha256 != before:
        file.remade_at = act.at
    file.save()
    file.findings.all().delete()
    _keep(file, findings)
    return file


def path_of(file: DeliveryFile) -> Path:
    """Return where a file lies."""
    sealed = ".sealed" if file.is_sealed else ""
    return files_folder() / file.system.code / f"{file.name}{sealed}"


def _narrowed(file: DeliveryFile, approval: selectors.Approval) -> NarrowedLayout:
    return narrowed_layout(
        file_layout(file.layout_code, day=file.day),
        encoding=file.encoding,
        columns=selectors.item_columns(approval.items),
        reduced=approval.reductions,
        individual_number=approval.individual_number,
    )


def _items(approval: selectors.Approval, narrowed: NarrowedLayout) -> set[str]:
    """Return the approved items that the layout has a place for."""
    return {
        item
        for item in approval.disclosed
        if selectors.item_columns({item}) & set(narrowed.layout.names)
    }


def _write(file: DeliveryFile, approval: selectors.Approval, act: Act) -> list[FileFinding]:
    """Write the file beside its place, record what is in it, and move it into its place."""
    narrowed = _narrowed(file, approval)
    old = path_of(file)
    file.is_sealed = narrowed.has_individual_number
    file.empty_columns = list(narrowed.empty_columns)
    file.items = sorted(_items(approval, narrowed))
    opened = _record(file, approval, narrowed, act)
    target = path_of(file)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_name(f".{target.name}.partial")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        counting = _Counting(sealing.SealedWriter(stream) if file.is_sealed else stream)
        rows = selectors.change_texts(
            approval=approval, after=file.after_receipt, until=file.until_receipt
        )
        tables = base_questions.tables_for([narrowed.layout], day=file.day)
        written = write_records(
            counting, narrowed.layout, _with_numbers(rows, opened), tables=tables
        )
        if file.is_sealed:
            counting.beneath.close()
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(target)
    if old != target:
        old.unlink(missing_ok=True)
    _note_conversion(file, narrowed.layout, written, act)
    file.rows = written.rows
    file.lost, file.unwritten = len(written.losses), len(written.unwritten)
    file.sha256, file.size = counting.digest.hexdigest(), counting.size
    return _findings(file, narrowed.layout, written)


def _record(
    file: DeliveryFile, approval: selectors.Approval, narrowed: NarrowedLayout, act: Act
) -> Any:
    """Record the delivery; return what opens 個人番号 where the file has a place for it."""
    count = file.until_receipt - file.after_receipt
    if not count:
        return None
    base.record_linkage(
        act,
        selectors.FILE_DISCLOSED,
        items=file.items,
        withheld=approval.withheld,
        receiver_code=receiver(act).code,
        information=INFORMATION,
        detail=file.name,
        subject_count=count,
        feed=selectors.CHANGES.table,
        feed_after=file.after_receipt,
        feed_until=file.until_receipt,
        opened_individual_number=narrowed.has_individual_number,
    )
    if not narrowed.has_individual_number:
        return None
    return addressees.disclose_individual_numbers_in_bulk(
        system=receiver(act), numbers_of=system(REGISTER), count=count, act=act
    )


def _with_numbers(rows: Iterator[dict[str, str]], opened: Any) -> Iterator[Mapping[str, str]]:
    if opened is None:
        yield from rows
        return
    parcel: list[dict[str, str]] = []
    for row in rows:
        parcel.append(row)
        if len(parcel) == _PARCEL:
            yield from _numbered(parcel, opened)
            parcel = []
    yield from _numbered(parcel, opened)


def _numbered(parcel: Sequence[dict[str, str]], opened: Any) -> Iterator[Mapping[str, str]]:
    numbers = opened([row["resident_number"] for row in parcel]) if parcel else {}
    for row in parcel:
        yield row | {INDIVIDUAL_NUMBER: numbers.get(row["resident_number"], "")}


def _note_conversion(
    file: DeliveryFile, layout: LayoutSpecification, written: Written, act: Act
) -> None:
    """Note the characters that were lost and the codes that the receiver's tables lack, by receipt."""
    base.note_unmapped(
        written.unmapped, layout_code=layout.code, place=f"日次ファイル {file.name}", at=act.at
    )
    labels = {one.name: one.label for one in layout.fields}
    lost = [
        base.LostIn(
            f"{file.name} 受領番号{file.after_receipt + one.row}", labels[one.item], one.losses
        )
        for one in written.losses[:_KEPT_FINDINGS]
    ]
    base.note_losses(
        lost,
        of={one.record for one in lost},
        origin="file",
        layout_code=layout.code,
        layout_version=layout.version,
        system=file.system,
        act=act,
    )


def _findings(
    file: DeliveryFile, layout: LayoutSpecification, written: Written
) -> list[FileFinding]:
    """Return what did not fit, by receipt: the feed has no holes, so the n-th row has the n-th."""
    labels = {one.name: one.label for one in layout.fields}
    found = [
        (FileFinding.Kind.UNWRITTEN, one.row, one.item, one.reason) for one in written.unwritten
    ]
    found += [
        (
            FileFinding.Kind.LOST,
            loss.row,
            loss.item,
            "、".join(f"{one.original}→{one.replacement}({one.rule})" for one in loss.losses),
        )
        for loss in written.losses
    ]
    found = found[:_KEPT_FINDINGS]
    whose = selectors.residents_at({file.after_receipt + row for _, row, _, _ in found})
    return [
        FileFinding(
            file=file,
            kind=kind,
            receipt=file.after_receipt + row,
            resident_number=whose[file.after_receipt + row],
            item=labels.get(item, item)[:60],
            words=words[:300],
        )
        for kind, row, item, words in found
    ]


def _keep(file: DeliveryFile, findings: Sequence[FileFinding]) -> None:
    for finding in findings:
        finding.file = file
    FileFinding.objects.bulk_create(findings, batch_size=1000)


def _can_be_read(file: DeliveryFile) -> bool:
    """Say whether the file is there, and its seal can still be opened (its key was not retired)."""
    try:
        next(_pieces(file), b"")
    except (FileNotFoundError, sealing.SealBroken):
        return False
    return True


def _pieces(file: DeliveryFile) -> Iterator[bytes]:
    with path_of(file).open("rb") as stream:
        if file.is_sealed:
            yield from sealing.opened_pieces(stream)
            return
        while piece := stream.read(_READ):
            yield piece


class _Counting:
    """Passes on what is written, and knows its size and SHA-256."""

    def __init__(self, beneath: BinaryIO | sealing.SealedWriter) -> None:
        self.beneath = beneath
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Pass on."""
        self.digest.update(data)
        self.size += len(data)
        return self.beneath.write(data)
