"""マスター更新情報: received, checked by one person, let take effect by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max

from gateway.models import MasterKind, MasterUpdate, PermittedCombination, PlatformCode
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted

_COMBINATION = (
    *("procedure_code", "step_code", "information_code"),
    *("inquirer_code", "provider_code"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldUpdate:
    """One line of マスター更新情報 as the platform tells it."""

    sequence: int
    kind: str
    change: str
    valid_from: date
    valid_until: date | None
    table: str = ""
    code: str = ""
    name: str = ""
    procedure_code: str = ""
    step_code: str = ""
    information_code: str = ""
    inquirer_code: str = ""
    provider_code: str = ""


def newest_update() -> int:
    """Return the sequence number of the newest update that was received."""
    return MasterUpdate.objects.aggregate(newest=Max("sequence"))["newest"] or 0


@transaction.atomic
def receive_updates(told: Sequence[ToldUpdate], *, act: Act) -> int:
    """Keep updates of the masters as they came; none takes effect by that."""
    known = set(
        MasterUpdate.objects.filter(pk__in=[one.sequence for one in told]).values_list(
            "pk", flat=True
        )
    )
    fresh = [one for one in told if one.sequence not in known]
    MasterUpdate.objects.bulk_create(
        [
            MasterUpdate(
                received_at=act.at,
                **{name: getattr(one, name) for name in ToldUpdate.__slots__},
            )
            for one in fresh
        ],
        ignore_conflicts=True,
    )
    if fresh:
        base.record_linkage(act, "master_updates_received", detail=f"{len(fresh)}件")
    return len(fresh)


@transaction.atomic
def check_updates(*, sequences: Sequence[int], act: Act) -> int:
    """
    Note that a person looked at updates and finds them right; return how many.

    :raises NotPermitted: nobody is signed in. :raises NotNow: none of them waits for it.
    """
    staff = _staff(act)
    rows = MasterUpdate.objects.filter(pk__in=sequences, state=MasterUpdate.State.RECEIVED)
    count = rows.update(state=MasterUpdate.State.CHECKED, checked_by=staff, checked_at=act.at)
    if not count:
        raise NotNow("確認待の更新がありません。")
    base.record_linkage(act, "master_updates_checked", detail=f"{count}件")
    return count


@transaction.atomic
def apply_updates(*, sequences: Sequence[int], act: Act) -> int:
    """
    Let checked updates take effect, by another person than who checked them: each becomes a dated
    row, and closes the one before it. Order is the platform's.

    :raises NotPermitted: the same person checked one of them. :raises NotNow: none is checked.
    """
    staff = _staff(act)
    rows = list(
        MasterUpdate.objects.select_for_update()
        .filter(pk__in=sequences, state=MasterUpdate.State.CHECKED)
        .order_by("sequence")
    )
    if not rows:
        raise NotNow("反映の承認を待つ更新がありません。先に別の職員が確認してください。")
    if any(row.checked_by_id == staff.pk for row in rows):
        raise NotPermitted("確認した職員は反映を承認できません。別の職員が承認してください。")
    for row in rows:
        _take_effect(row)
        row.state, row.decided_by, row.decided_at = MasterUpdate.State.APPLIED, staff, act.at
        row.save(update_fields=["state", "decided_by", "decided_at"])
    base.record_linkage(act, "master_updates_applied", detail=f"{len(rows)}件")
    return len(rows)


@transaction.atomic
def decline_updates(*, sequences: Sequence[int], act: Act) -> int:
    """
    Leave updates without effect, with the act's reason; return how many.

    :raises InvalidRequest: without a reason. :raises NotNow: none of them is open.
    """
    _staff(act)
    if not act.reason:
        raise InvalidRequest("見送りの理由を入力してください。", fields={"reason": "必須です。"})
    open_rows = MasterUpdate.objects.filter(
        pk__in=sequences, state__in=[MasterUpdate.State.RECEIVED, MasterUpdate.State.CHECKED]
    )
    count = open_rows.update(state=MasterUpdate.State.DECLINED, reason=act.reason[:200])
    if not count:
        raise NotNow("見送ることができる更新がありません。")
    base.record_linkage(act, "master_updates_declined", detail=f"{count}件 {act.reason}")
    return count


def _staff(act: Act):  # type: ignore[no-untyped-def]
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    return act.staff


def _take_effect(update: MasterUpdate) -> None:
    if update.kind == MasterKind.CODE:
        key = {"table": update.table, "code": update.code}
        _close(PlatformCode, key, update)
        if update.change != MasterUpdate.Change.ABOLISHED:
            PlatformCode.objects.create(**key, name=update.name, **_span(update))
        return
    key = {name: getattr(update, name) for name in _COMBINATION}
    _close(PermittedCombination, key, update)
    if update.change != MasterUpdate.Change.ABOLISHED:
        PermittedCombination.objects.create(**key, **_span(update))


def _span(update: MasterUpdate) -> dict[str, object]:
    return {
        "valid_from": update.valid_from,
        "valid_until": update.valid_until,
        "update": update,
    }


def _close(
    table: type[PlatformCode] | type[PermittedCombination],
    key: dict[str, str],
    update: MasterUpdate,
) -> None:
    """End what holds at the day of the update; what would begin on or after it never held."""
    rows = table._default_manager.filter(**key)
    rows.filter(valid_from__gte=update.valid_from).delete()
    rows.filter(valid_from__lt=update.valid_from).exclude(
        valid_until__lte=update.valid_from
    ).update(valid_until=update.valid_from)
