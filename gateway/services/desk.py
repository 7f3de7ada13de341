"""What staff do with messages (電文): send again, hold, let go, take back; singly and in masses."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from gateway.models import Exchange, ExchangeStep
from gateway.services.exchanges import note_step
from gateway.services.giving_back import give_back, why_not_given_back
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.nudge import nudge

State = Exchange.State


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that staff can do: from which states, what is recorded, and in which words."""

    kind: str
    since: frozenset[str]
    record: str
    words: str


DEEDS: Mapping[str, Deed] = {
    "requeue": Deed(
        ExchangeStep.Kind.REQUEUED,
        frozenset({State.FAILED, State.READY, State.SENT}),
        "exchange_requeued",
        "再送する",
    ),
    "hold": Deed(
        ExchangeStep.Kind.HELD,
        frozenset({State.READY, State.SENT, State.FAILED}),
        "exchange_held",
        "保留する",
    ),
    "release": Deed(
        ExchangeStep.Kind.RELEASED, frozenset({State.HELD}), "exchange_released", "保留を解除する"
    ),
    "drop": Deed(
        ExchangeStep.Kind.DROPPED,
        frozenset({State.READY, State.FAILED, State.HELD}),
        "exchange_dropped",
        "取り下げる",
    ),
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, or would be: messages and items by it, and why others are left as they are."""

    messages: int
    items: int
    left: Mapping[str, int]


@transaction.atomic
def do_with_exchanges(*, deed: str, ids: Collection[int], act: Act, dry_run: bool = False) -> Done:
    """
    Send messages again (requeue), hold, release or drop them; return what was done.

    One that is being sent just now is left alone, as is one in a state from which the deed makes
    no sense; `left` counts them by why. A message that goes again carries the same records under
    the same numbers, which the platform takes for one. What a dropped message carried goes back to
    its queue and out again in another message.

    :param dry_run: tell what would be done, and do nothing.
    """
    if deed not in DEEDS:
        raise InvalidRequest("この操作はありません。")
    how = DEEDS[deed]
    rows = Exchange.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    chosen: list[Exchange] = []
    left: Counter[str] = Counter()
    for row in rows:
        if row.leased_until is not None and row.leased_until > act.at:
            left["送信処理中"] += 1
        elif row.state not in how.since:
            left[f"{row.get_state_display()}のため対象外"] += 1
        elif deed == "drop" and (why := why_not_given_back(row)):
            left[why] += 1
        else:
            chosen.append(row)
    if not dry_run:
        for row in chosen:
            _apply(deed, row, act)
        if chosen:
            named = "、".join(str(row.pk) for row in chosen[:20])
            base.record_linkage(act, how.record, detail=f"電文{named} 計{len(chosen)}件"[:300])
            nudge("gateway.tasks.work_interactive")
            nudge("gateway.tasks.work_bulk", queue="bulk")
    return Done(len(chosen), sum(row.item_count for row in chosen), dict(left))


def _apply(deed: str, row: Exchange, act: Act) -> None:
    if deed in {"requeue", "release"}:
        row.state = State.SENT if row.receipt else State.READY
        row.attempts, row.due_at, row.last_error = 0, act.at, ""
    elif deed == "hold":
        row.state = State.HELD
    else:
        row.state, row.settled_at = State.DROPPED, act.at
        give_back(row, act)
    row.lease = row.leased_until = None
    row.save()
    note_step(
        row,
        DEEDS[deed].kind,
        at=act.at,
        words=act.reason,
        staff_number=act.staff.staff_number if act.staff else "",
    )
