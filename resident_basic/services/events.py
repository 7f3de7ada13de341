"""One 異動 at a time (リアルタイム): the same checks and the same merge as for a file."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from resident_basic.models import ReceivedEvent
from resident_basic.rules.items import REGISTER, register_layout
from resident_basic.selectors import CHANGES
from resident_basic.services.intake import FORWARD_TASK
from resident_basic.services.rows import merge_row, read_row
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, NotPermitted
from sapporo_base.nudge import nudge


class EventDiffers(NotNow):
    """The 異動ID is known, with other content."""

    code = "event_differs"
    message = "この異動IDは、異なる内容で受領済みです。訂正は新しい異動IDで送信してください。"


class NotTheRegister(NotPermitted):
    """Only 既存住基 tells 異動."""

    code = "not_the_register"
    message = "異動情報を送信できるのは既存住基システムだけです。"


@dataclass(frozen=True, slots=True)
class ReceivedChange:
    """What became of an 異動: whether it was new, is 最新 now, and which 履歴番号 are missing."""

    event_id: str
    is_new: bool
    is_latest: bool
    missing_history_numbers: tuple[int, ...]


def receive_event(*, values: Mapping[str, str], act: Act) -> ReceivedChange:
    """
    Receive one 異動. Idempotent by 異動ID; out of order it ends in the right place.

    :param values: texts by name of layout `juki_resident`; what is absent is empty.
    :raises NotTheRegister: the acting system is not 既存住基.
    :raises InvalidRequest: an item is wrong; `fields` names each with the reason.
    :raises EventDiffers: the 異動ID came before with other content.
    """
    if act.system is None or act.system.code != REGISTER:
        raise NotTheRegister
    with transaction.atomic():
        received = _receive(values, act)
    if received.is_new:
        CHANGES.publish()
    return received


def _receive(values: Mapping[str, str], act: Act) -> ReceivedChange:
    row = read_row(values, day=act.day)
    event, is_new = ReceivedEvent.objects.get_or_create(
        event_id=row.event_id,
        defaults={
            "resident_number": row.resident_number,
            "history_number": row.history_number,
            "content_digest": row.content_digest,
            "received_at": act.at,
        },
    )
    if not is_new and event.content_digest != row.content_digest:
        raise EventDiffers
    if is_new:
        merge_row(row, batch_number=None, act=act)
        base.record_linkage(
            act,
            "event_received",
            subjects=[("resident", row.resident_number)],
            items=[name for name in register_layout().names if values.get(name)],
            information="住民基本台帳ファイル",
        )
        nudge(FORWARD_TASK, queue="bulk")
    return _state_of(event, is_new=is_new)


def _state_of(event: ReceivedEvent, *, is_new: bool) -> ReceivedChange:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(history_number), array_agg(history_number)"
            " FROM resident_basic_residentversion"
            " WHERE resident_number = %s AND superseded_at IS NULL",
            [event.resident_number],
        )
        latest, known = cursor.fetchone()
    missing = sorted(set(range(min(known), latest)) - set(known))
    return ReceivedChange(
        event_id=event.event_id,
        is_new=is_new,
        is_latest=event.history_number == latest,
        missing_history_numbers=tuple(missing),
    )
