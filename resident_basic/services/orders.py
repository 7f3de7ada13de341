"""Who asked for a file to be received, or only to be looked at (ファイル受領)."""

from resident_basic.models import Reception
from resident_basic.rules.items import LAYOUT
from resident_basic.rules.receptions import kind_of
from sapporo_base.acts import Act
from sapporo_base.models import BatchRun


def note_order(
    *, file_name: str, encoding: str, is_rehearsal: bool, confirm_reason: str, act: Act
) -> Reception:
    """Note who asked for a file to be received, and who let it through if it is suspicious."""
    kind = kind_of(file_name)
    return Reception.objects.create(
        file_name=file_name[:200],
        layout=LAYOUT,
        encoding=encoding,
        scope=kind.scope,
        day=kind.day,
        is_rehearsal=is_rehearsal,
        asked_at=act.at,
        asked_by=act.staff,
        confirmed_reason=confirm_reason.strip()[:300],
    )


def begin_order(order: Reception, batch: BatchRun) -> None:
    """Say which run does it."""
    order.batch = batch
    order.save(update_fields=["batch"])
