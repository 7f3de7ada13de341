"""情報移転: what was approved goes to the system it was approved for, and it is recorded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection, transaction

from integrated_address import services as addressees
from resident_basic import selectors
from resident_basic.models import Delivery
from resident_basic.rules.items import INDIVIDUAL_NUMBER, REGISTER
from resident_basic.rules.stretches import skipped_stretch
from resident_basic.services.permits import (
    INFORMATION,
    permit_delivery,
    receiver,
    refuse_other_numbers,
    why_not,
)
from sapporo_base import services as base
from sapporo_base.acts import JAPAN, Act, InvalidRequest
from sapporo_base.bulk import Staging
from sapporo_base.models import BusinessSystem
from sapporo_base.selectors import system

Row = TypeVar("Row", bound=selectors.DisclosedResident)
_RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A stretch of the feed: what changed, in order, and the receipt to go on from."""

    changes: Sequence[selectors.DisclosedChange]
    receipt: int
    has_more: bool
    withheld: tuple[str, ...]
    reduced: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StagedChanges:
    """
    A stretch of the feed as a temporary table, which ends with the transaction.

    `items` were approved, those in `whole` unreduced: a reduced one is a text in the table.
    """

    staging: Staging
    items: frozenset[str]
    whole: frozenset[str]
    withheld: frozenset[str]
    receipt: int
    count: int


def disclose_residents(
    *,
    numbers: Collection[str],
    act: Act,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> list[selectors.DisclosedResident]:
    """
    Return what the acting system may see of these residents, and record that it did.

    :param numbers: 宛名番号; who is not in the register is not in the answer.
    :param as_of: a day on which it was true; 最新 if absent.
    :param known_at: a moment at which it was known so; what is known now if absent.
    :raises NoApproval: the system has no 利用申請 in force.
    """
    approval, act = permit_delivery(act, "resident_disclosed")
    refuse_other_numbers(list(numbers), field="resident_numbers")
    with transaction.atomic():
        rows = selectors.residents_for(
            numbers=numbers, approval=approval, as_of=as_of, known_at=known_at
        )
        base.record_linkage(
            act,
            "resident_disclosed",
            subjects=[(_RESIDENT, number) for number in numbers],
            items=approval.disclosed,
            withheld=approval.withheld,
            receiver_code=receiver(act).code,
            information=INFORMATION,
            opened_individual_number=approval.individual_number and bool(rows),
            detail=_which_state(as_of, known_at),
        )
        return _with_individual_numbers(rows, approval, act)


def _which_state(as_of: date | None, known_at: datetime | None) -> str:
    said = [f"基準日{as_of:%Y-%m-%d}"] if as_of else []
    if known_at:
        said.append(f"把握時点{known_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}")
    return " ".join(said)


def disclose_changes(*, receipt: int, limit: int, act: Act) -> ChangePage:
    """
    Return up to `limit` 異動情報 after a receipt in the items approved for the acting system.

    The record names the range of the feed; whom it was about is found through the feed.

    :raises NoApproval: the system has no 利用申請 in force.
    :raises ReceiptUnknown: the receipt lies beyond the newest.
    """
    approval, act = permit_delivery(act, "changes_disclosed")
    # Publishing is a transaction of its own: its positions must not wait for this one.
    selectors.CHANGES.publish()
    with transaction.atomic():
        changes = selectors.change_page(receipt=receipt, limit=limit, approval=approval)
        if changes:
            record_stretch(
                act, approval, after=receipt, until=changes[-1].receipt, count=len(changes)
            )
            changes = _with_individual_numbers(changes, approval, act)
        else:
            selectors.CHANGES.refuse_ahead(receipt)
    return ChangePage(
        changes=changes,
        receipt=changes[-1].receipt if changes else receipt,
        has_more=len(changes) == limit,
        withheld=tuple(sorted(approval.withheld)),
        reduced=approval.reductions,
    )


def _with_individual_numbers(
    rows: Sequence[Row], approval: selectors.Approval, act: Act
) -> list[Row]:
    """
    Join the 個人番号 for a receiver that uses it and was approved for it; recorded where it is opened.

    Nobody else's answer has the item at all: this app holds no 個人番号.
    """
    if not approval.individual_number or not rows:
        return list(rows)
    numbers = addressees.disclose_individual_numbers(
        system=receiver(act),
        business_numbers={row.resident_number for row in rows},
        numbers_of=system(REGISTER),
        act=act,
    )
    for row in rows:
        row.items[INDIVIDUAL_NUMBER] = numbers.get(row.resident_number)
    return list(rows)


def publish_changes() -> int:
    """Give all committed 異動情報 their places in the feed; return how many got one."""
    return selectors.CHANGES.publish()


@transaction.atomic
def stage_changes(*, name: str, receipt: int, limit: int, act: Act) -> StagedChanges:
    """
    Put up to `limit` 異動情報 after a receipt into a new temporary table, approved items only.

    For receivers in this process that take masses over set-based. Columns: receipt, kind,
    resident_number, history_number, is_latest, is_protected, then the approved items by the
    names of layout `juki_resident`. 個人番号 is not among them. Call `publish_changes` before
    the transaction begins, or the newest are not there yet.

    :param name: of the table; it ends with the transaction.
    :raises NoApproval: the system has no 利用申請 in force.
    """
    approval, act = permit_delivery(act, "changes_disclosed")
    staging = Staging(name)
    staging.drop()
    columns, rows = selectors.staged_change_columns(approval)
    with connection.cursor() as cursor:
        cursor.execute(
            staging.filled(
                f"CREATE TEMPORARY TABLE {{staging}} ON COMMIT DROP AS {columns} {rows}"
            ),
            [receipt, limit],
        )
    until, count = staging.select("SELECT max(receipt), count(*) FROM {staging}")[0]
    if count:
        record_stretch(act, approval, after=receipt, until=until, count=count)
    return StagedChanges(
        staging=staging,
        items=approval.items,
        whole=approval.whole,
        withheld=approval.withheld,
        receipt=until or receipt,
        count=count,
    )


@transaction.atomic
def acknowledge(*, receipt: int, act: Act) -> Delivery:
    """
    Note that the acting system has taken over everything up to a receipt. Going back is allowed: it
    means that the system will read from there again.

    What was stored before an approval ended may be acknowledged after it.

    :raises NoApproval: nothing was ever approved for it.
    :raises InvalidRequest: it was not given so much yet.
    """
    system = receiver(act)
    delivery = Delivery.objects.select_for_update().filter(system=system).first()
    if delivery is None:
        raise why_not(system=system, act=act)
    if receipt > delivery.read_until:
        raise InvalidRequest(
            "まだ配信していない位置の受領確認はできません。", fields={"receipt": "範囲外です。"}
        )
    note_progress(delivery, acknowledged_until=receipt, acknowledged_at=act.at)
    return delivery


def record_stretch(
    act: Act, approval: selectors.Approval, *, after: int, until: int, count: int
) -> None:
    """Record a stretch of the feed that the acting system was given, and how far it is now."""
    system = receiver(act)
    base.record_linkage(
        act,
        "changes_disclosed",
        items=approval.disclosed,
        withheld=approval.withheld,
        receiver_code=system.code,
        information=INFORMATION,
        subject_count=count,
        feed=selectors.CHANGES.table,
        feed_after=after,
        feed_until=until,
        opened_individual_number=approval.individual_number,
    )
    note_given(after=after, until=until, act=act)


def choose_feed(*, receiving: BusinessSystem, reads_feed: bool) -> None:
    """
    Say whether a system reads the feed at all; one that does not is never called behind.

    Whatever was said, it reads it from the moment it does.
    """
    delivery, _ = Delivery.objects.get_or_create(system=receiving)
    delivery.reads_feed = reads_feed
    delivery.save(update_fields=["reads_feed"])


def note_given(*, after: int, until: int, act: Act) -> Delivery:
    """Note that the acting system was given a stretch of the feed, and what it jumped over."""
    delivery, _ = Delivery.objects.select_for_update().get_or_create(system=receiver(act))
    before = None
    if delivery.skipped_after is not None and delivery.skipped_until is not None:
        before = (delivery.skipped_after, delivery.skipped_until)
    skipped = skipped_stretch(before, read_until=delivery.read_until, after=after, until=until)
    skipped_after, skipped_until = skipped or (None, None)
    note_progress(
        delivery,
        reads_feed=True,
        read_until=max(delivery.read_until, until),
        read_at=act.at,
        skipped_after=skipped_after,
        skipped_until=skipped_until,
    )
    return delivery


def note_progress(delivery: Delivery, **reached: Any) -> None:
    """
    Note how far a system has come.

    Not by save(): the linkage history of who said how a system is delivered to is not about its reading.
    """
    for name, value in reached.items():
        setattr(delivery, name, value)
    Delivery.objects.filter(pk=delivery.pk).update(**reached)
