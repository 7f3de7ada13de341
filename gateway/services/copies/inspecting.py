"""副本確認: staff look at what the platform holds, with a reason; the content is kept for a day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from gateway.models import Copy, CopyInspection, Exchange, Provision
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from sapporo_base.nudge import nudge

KEPT = timedelta(hours=24)
_INTERFACES = {
    CopyInspection.Kind.DETAIL: "IF_DBM_30212",
    CopyInspection.Kind.SEARCH: "IF_DBM_30312",
    CopyInspection.Kind.RECIPIENTS: "IF_DBM_60412",
    CopyInspection.Kind.FLAGS: "IF_DBM_90212",
}


@transaction.atomic
def inspect_copy(*, copy: Copy, kind: str, act: Act) -> CopyInspection:
    """
    Ask the platform about one copy: its content, what it would answer, who was told, its flags.

    :raises NotPermitted: nobody is signed in.
    """
    return _asked(kind, (copy.integrated_number, copy.information_code), copy, act)


@transaction.atomic
def inspect_provision(*, provision: Provision, act: Act) -> CopyInspection:
    """Ask the platform what its copies would answer today to an inquiry that waits for staff."""
    return _asked(
        CopyInspection.Kind.SEARCH,
        (provision.integrated_number, provision.information_code),
        None,
        act,
    )


@transaction.atomic
def inspect_recipients(*, copies: Sequence[Copy], act: Act) -> list[CopyInspection]:
    """Ask by file who was told of many copies (提供先): where they were wrong, who has to hear of it."""
    exchange = new_exchange(
        work="inspect",
        lane="records",
        count=len(copies),
        act=act,
        interface="IF_DBM_60423",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return [
        _noted(
            CopyInspection.Kind.RECIPIENTS,
            (copy.integrated_number, copy.information_code),
            copy,
            exchange,
            act,
        )
        for copy in copies
    ]


def _asked(kind: str, whom: tuple[str, str], copy: Copy | None, act: Act) -> CopyInspection:
    exchange = new_exchange(
        work="inspect",
        lane="interactive",
        count=1,
        act=act,
        interface=_INTERFACES[CopyInspection.Kind(kind)],
    )
    nudge("gateway.tasks.work_interactive")
    return _noted(kind, whom, copy, exchange, act)


def _noted(
    kind: str, whom: tuple[str, str], copy: Copy | None, exchange: Exchange, act: Act
) -> CopyInspection:
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    integrated_number, information_code = whom
    inspection = CopyInspection.objects.create(
        kind=kind,
        copy=copy,
        integrated_number=integrated_number,
        information_code=information_code,
        as_of=act.day,
        asked_by=act.staff,
        asked_at=act.at,
        asked_because=act.reason[:300],
        kept_until=act.at + KEPT,
        exchange=exchange,
        correlation_id=act.correlation_id,
    )
    base.record_linkage(
        act,
        "platform_copy_inspected",
        subjects=[("integrated", integrated_number)],
        information_code=information_code,
        detail=inspection.get_kind_display(),
        provider="札幌市長",
    )
    return inspection


def inspections_in(exchange: Exchange) -> list[CopyInspection]:
    """Return the looks that a message is for."""
    return list(exchange.inspections.select_related("copy").order_by("pk"))


@transaction.atomic
def settle_inspections(
    exchange: Exchange, told: Mapping[int, Mapping[str, Any]], *, words: str, act: Act
) -> None:
    """
    Keep what the platform told, or why it told nothing.

    :param told: the answer by the number of the look; one that is missing got `words`.
    """
    row = held(exchange)
    if row is None:
        return
    for one in row.inspections.all():
        answer = told.get(one.pk)
        one.state = (
            CopyInspection.State.REFUSED if answer is None else CopyInspection.State.ANSWERED
        )
        one.answer, one.answered_at = dict(answer or {}), act.at
        one.reason = "" if answer is not None else words[:300]
        one.save(update_fields=["state", "answer", "answered_at", "reason"])
    finish(row, at=act.at, accepted=len(told), refused=row.item_count - len(told))


@transaction.atomic
def discard_inspections(*, act: Act) -> int:
    """Drop the contents whose day has passed, and record it; return how many."""
    due = CopyInspection.objects.filter(state=CopyInspection.State.ANSWERED, kept_until__lte=act.at)
    numbers = list(due.select_for_update().values_list("integrated_number", flat=True))
    if not numbers:
        return 0
    due.update(state=CopyInspection.State.DISCARDED, answer={})
    base.record_linkage(
        act,
        "platform_copies_discarded",
        subjects=[("integrated", number) for number in sorted(set(numbers))],
        detail=f"副本確認の内容{len(numbers)}件",
    )
    return len(numbers)
