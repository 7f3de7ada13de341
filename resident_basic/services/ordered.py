"""What a worker does when a file was asked for on the staff's pages."""

from dataclasses import replace

from resident_basic.models import Reception
from resident_basic.services.drop_folder import file_in_folder
from resident_basic.services.intake import note_failure, receive_residents
from resident_basic.services.judging import SuspiciousFile
from sapporo_base.acts import Act, Refusal
from sapporo_base.models import BatchRun


def receive_ordered_file(*, order_number: int, act: Act) -> str:
    """
    Receive the file of a ファイル受領, or look at it; return the state in which its run ended.

    Called again after it was done it does nothing; after a kill it goes on. Why a file was not
    received stands in the run, for the page of who asked.

    :raises Reception.DoesNotExist: nobody asked under this number.
    """
    order = Reception.objects.select_related("batch", "asked_by").get(pk=order_number)
    if order.batch and order.batch.state != BatchRun.State.RUNNING:
        return order.batch.state
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
    except SuspiciousFile:
        # Its run says why: it is held.
        pass
    except Refusal as refusal:
        order.refresh_from_db()
        if order.batch is None:
            note_failure(order, refusal.message, act)
    order.refresh_from_db()
    return order.batch.state if order.batch else ""
