"""What a worker does about the files that were asked for on the staff's pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from django.db import connection
from django.db.models import F, Q

from resident_basic.models import Reception
from resident_basic.services.drop_folder import file_in_folder
from resident_basic.services.intake import note_failure, receive_residents, staging_of
from resident_basic.services.judging import SuspiciousFile
from resident_basic.services.staging import drop_staging
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, Refusal
from sapporo_base.models import BatchRun

_MOST_ATTEMPTS: Final = 5
_GIVEN_UP: Final = "繰り返し中断したため中止しました。システム管理者に連絡してください。"


def receive_ordered_files(*, act: Act) -> int:
    """
    Receive, or look at, the files that were asked for, the oldest first; return how many were done.

    The rows are the queue: after a kill or a fault the next call goes on with what is open. Why a
    file was not received stands in its run, for the page of who asked. A fault is raised again, so
    that it is seen; a file that fails again and again is given up.
    """
    still_open = Q(batch__isnull=True) | Q(batch__state=BatchRun.State.RUNNING)
    orders = Reception.objects.filter(still_open, is_ordered=True).order_by("pk")
    return sum(_receive(number, act) for number in orders.values_list("pk", flat=True))


def _receive(number: int, act: Act) -> bool:
    with _alone(number) as is_mine:
        if not is_mine:
            return False
        order = Reception.objects.select_related("batch", "asked_by").get(pk=number)
        if order.batch and order.batch.state != BatchRun.State.RUNNING:
            return False
        if order.attempts >= _MOST_ATTEMPTS:
            _give_up(order, act)
            return True
        Reception.objects.filter(pk=number).update(attempts=F("attempts") + 1)
        return _receive_one(order, act)


def _receive_one(order: Reception, act: Act) -> bool:
    act = replace(act, staff=order.asked_by, reason=order.confirmed_reason)
    try:
        receive_residents(
            path=file_in_folder(order.file_name),
            layout=order.layout,
            encoding=order.encoding,
            dry_run=order.is_rehearsal,
            confirm_reason=order.confirmed_reason,
            order=order,
            act=act,
        )
    except NotNow:
        # Someone receives the same file by command: look again later, it was no attempt.
        Reception.objects.filter(pk=order.pk).update(attempts=F("attempts") - 1)
        return False
    except SuspiciousFile:
        # Its run is held and says why.
        return True
    except Refusal as refusal:
        if order.batch is None:
            note_failure(order, refusal.message, act)
    return True


def _give_up(order: Reception, act: Act) -> None:
    if order.batch is None:
        note_failure(order, _GIVEN_UP, act)
        return
    drop_staging(staging_of(order.batch))
    base.forget_rejected_rows(order.batch)
    base.close_batch(
        order.batch, state=BatchRun.State.FAILED, at=act.by_now(), counts={}, message=_GIVEN_UP
    )


@contextmanager
def _alone(number: int) -> Iterator[bool]:
    """Say whether no other worker is at this order, and keep the others from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('reception', %s))", [number])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtextextended('reception', %s))", [number]
                )
