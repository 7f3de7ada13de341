"""副本 at the platform, and their comparison with ours."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from celery import shared_task

from gateway import selectors
from gateway.models import Exchange, Lane
from gateway.platform import failures, messages
from gateway.platform.copies import what_is_sent
from gateway.services import copies
from gateway.tasks import answers, line

logger = logging.getLogger(__name__)
_ONLINE = "IF_DBM_10111"


def _register_copies(exchange: Exchange) -> None:
    if exchange.interface_id == _ONLINE:
        (row,) = copies.copies_in(exchange)
        copy = _as_copy(row)
        _note_sent(exchange, {row.record_id: what_is_sent(_ONLINE, copy)})
        _one_online(
            exchange,
            row.record_id,
            lambda: line.client().register_copy(copy, correlation=line.trip(exchange)),
        )
        return

    def send() -> str:
        rows = copies.copies_in(exchange)
        upload = line.client().register_copies(
            [_as_copy(row) for row in rows], correlation=line.trip(exchange)
        )
        _note_sent(exchange, upload.sent)
        return upload.receipt

    _send_or_settle(exchange, send)


def _note_sent(exchange: Exchange, sent: Mapping[str, messages.CopySent]) -> None:
    copies.note_copy_digests(
        exchange,
        {record_id: one.digest for record_id, one in sent.items()},
        {record_id: one.data_hash for record_id, one in sent.items()},
    )


def _as_copy(row: Any) -> messages.Copy:
    return messages.Copy(
        record_id=row.record_id,
        integrated_number=row.integrated_number,
        information_code=row.information_code,
        dataset=row.dataset,
        key=row.key,
        layout_version=row.layout_version,
        published_from=row.published_from,
        published_until=row.published_until,
        items=row.items,
        updated_at=row.changed_at,
        ward_code=row.ward_code,
    )


def key_of(row: Any) -> messages.CopyKey:
    """Return what names a copy (or a difference) at the platform."""
    return messages.CopyKey(
        record_id=row.record_id,
        integrated_number=row.integrated_number,
        information_code=row.information_code,
        dataset=row.dataset,
        key=row.key,
        layout_version=row.layout_version,
    )


def _one_online(exchange: Exchange, record_id: str, send: Callable[[], object]) -> None:
    refused: dict[str, failures.Reason] = {}
    try:
        send()
    except failures.PlatformRefused as error:
        if record_id not in error.records:
            raise
        refused = error.records
    accepted = () if refused else (record_id,)
    outcome = messages.Outcome(accepted, refused)
    copies.settle_copies(exchange, answers.told(outcome), act=line.act())


def _delete_copies(exchange: Exchange) -> None:
    rows = copies.copies_in(exchange)
    trip = line.trip(exchange)
    if exchange.interface_id == _ONLINE:
        key = key_of(rows[0])
        _one_online(
            exchange, key.record_id, lambda: line.client().delete_copy(key, correlation=trip)
        )
        return
    keys = [key_of(row) for row in rows]
    _send_or_settle(exchange, lambda: line.client().delete_copies(keys, correlation=trip))


def _delete_unknown(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().delete_copies(
            [key_of(row) for row in copies.differences_in(exchange)], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_copy_results(receipt, correlation=trip),
        settle=lambda outcome: copies.settle_unknown(
            exchange,
            answers.told_of(
                exchange, [row.record_id for row in copies.differences_in(exchange)], outcome
            ),
            act=line.act(),
        ),
    )


def _send_or_settle(exchange: Exchange, send: Callable[[], str]) -> None:
    answers.in_two_steps(
        exchange,
        send=send,
        fetch=lambda receipt: line.client().fetch_copy_results(
            receipt, correlation=line.trip(exchange)
        ),
        settle=lambda outcome: copies.settle_copies(
            exchange,
            answers.told_of(
                exchange, [row.record_id for row in copies.copies_in(exchange)], outcome
            ),
            act=line.act(),
        ),
    )


@shared_task(name="gateway.tasks.reconcile_copies")
def reconcile_copies(information_code: str) -> dict[str, Any]:
    """Compare count and digest of one 特定個人情報 with the platform; return the comparison."""
    summary = line.client().copy_summary(information_code)
    buckets = copies.differing_buckets(information_code=information_code, buckets=summary.buckets)
    held_there = {
        bucket: [
            copies.HeldThere(
                one.integrated_number, one.dataset, one.key, one.layout_version, one.digest
            )
            for one in line.client().copies_held(information_code, bucket)
        ]
        for bucket in buckets
    }
    found = copies.note_reconciliation(
        information_code=information_code,
        count_there=summary.count,
        digest_there=summary.digest,
        held_there=held_there,
        act=line.act(),
    )
    return {
        "is_equal": found.state == found.State.EQUAL,
        "state": found.get_state_display(),
        "count_here": found.count_here,
        "count_there": found.count_there,
        "in_flight": found.in_flight,
    }


@shared_task(name="gateway.tasks.reconcile_all_copies")
def reconcile_all_copies() -> int:
    """Compare every 特定個人情報 of which copies are held with the platform; return how many differ."""
    now = line.now()
    stopped = selectors.paused_queues().stops(Lane.RECORDS, None)
    if stopped or selectors.opening(group="DBM", at=now).at != now:
        # Closed, or stopped by a person: the next night compares again.
        logger.info("copies were not compared: closed or stopped")
        return 0
    different = 0
    for code in selectors.information_codes_held():
        try:
            different += not reconcile_copies(code)["is_equal"]
        except failures.PlatformError as error:
            # The next night compares again; the page shows that the last comparison is old.
            logger.warning("copies of %s were not compared: %s", code, type(error).__name__)
    return different


STEPS = {
    "register_copies": _register_copies,
    "delete_copies": _delete_copies,
    "delete_unknown": _delete_unknown,
}
