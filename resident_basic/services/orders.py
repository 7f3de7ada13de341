"""Who asked for a file to be received, or only to be looked at (ファイル受領)."""

from typing import Final

from django.db import transaction

from resident_basic.models import Reception
from resident_basic.rules.items import LAYOUT
from resident_basic.rules.receptions import kind_of
from resident_basic.services.drop_folder import file_in_folder
from resident_basic.services.judging import RECEIVE
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import BatchRun
from sapporo_base.nudge import nudge

TASK: Final = "resident_basic.tasks.receive_ordered_files"


def note_order(
    *,
    file_name: str,
    layout: str = LAYOUT,
    encoding: str = "",
    is_rehearsal: bool,
    confirm_reason: str = "",
    file_sha256: str = "",
    is_ordered: bool = False,
    act: Act,
) -> Reception:
    """Note who asked for a file to be received, and who let it through if it is suspicious."""
    kind = kind_of(file_name)
    return Reception.objects.create(
        file_name=file_name[:200],
        file_sha256=file_sha256,
        layout=layout,
        encoding=encoding,
        scope=kind.scope,
        day=kind.day,
        is_rehearsal=is_rehearsal,
        is_ordered=is_ordered,
        asked_at=act.at,
        asked_by=act.staff,
        confirmed_reason=confirm_reason.strip()[:300],
    )


def begin_order(order: Reception, batch: BatchRun) -> None:
    """Say which run does it."""
    order.batch = batch
    order.save(update_fields=["batch"])


def _require_right(act: Act) -> None:
    if act.staff is None or not act.staff.has_perm(RECEIVE):
        raise NotPermitted("住民のファイルを受領する権限がありません。")


@transaction.atomic
def order_rehearsal(*, file_name: str, layout: str, encoding: str, act: Act) -> Reception:
    """
    Have a file of the drop folder looked at by a worker: what would it change?

    :raises NotPermitted: the person may not receive files.
    :raises InvalidRequest: the name could lead out of the folder.
    :raises NotFound: there is no such file.
    """
    _require_right(act)
    file_in_folder(file_name)
    order = note_order(
        file_name=file_name,
        layout=layout,
        encoding=encoding,
        is_rehearsal=True,
        is_ordered=True,
        act=act,
    )
    nudge(TASK, queue="bulk")
    return order


@transaction.atomic
def order_reception(*, rehearsal: Reception, confirm_reason: str, act: Act) -> Reception:
    """
    Have the file received that was looked at: the same content, by its SHA-256.

    :raises NotPermitted: the person may not receive files.
    :raises InvalidRequest: the file is suspicious and nobody says why it is received all the same.
    :raises NotNow: it was not looked at yet, or could not be read.
    """
    _require_right(act)
    run = rehearsal.batch
    if not rehearsal.is_rehearsal or run is None or run.state != BatchRun.State.REHEARSED:
        raise NotNow("先に変更内容を確認してください。")
    if run.message and not confirm_reason.strip():
        raise InvalidRequest(fields={"reason": "確認した理由を入力してください。"})
    file_in_folder(rehearsal.file_name)
    order = note_order(
        file_name=rehearsal.file_name,
        layout=rehearsal.layout,
        encoding=rehearsal.encoding,
        is_rehearsal=False,
        confirm_reason=confirm_reason,
        file_sha256=run.file_sha256,
        is_ordered=True,
        act=act,
    )
    nudge(TASK, queue="bulk")
    return order
