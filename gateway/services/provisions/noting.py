"""Inquiries of others that the platform may not answer by itself: learned of, one by one or by file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway.models import Exchange, Provision
from gateway.rules.provisions import answer_due
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base.acts import Act
from sapporo_base.nudge import nudge

_OPEN = (Provision.State.WAITING, Provision.State.ANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProvision:
    """An inquiry of others with its content, as the platform tells it."""

    provision_id: str
    integrated_number: str
    asker_code: str
    asker_name: str
    procedure_code: str
    step_code: str
    information_code: str
    asked_at: datetime
    not_disclosed: bool
    answer_due_at: datetime | None
    is_withdrawn: bool
    copy_items: Mapping[str, Any]


@transaction.atomic
def note_provisions(told: Sequence[ToldProvision], *, act: Act) -> int:
    """
    Note inquiries of others that wait for staff; return how many are new.

    One that was taken back by who asked is closed; nothing of it is sent any more.
    """
    new = 0
    for one in told:
        if one.is_withdrawn:
            _withdrawn(one.provision_id)
            continue
        _, created = Provision.objects.get_or_create(
            provision_id=one.provision_id,
            defaults={
                "integrated_number": one.integrated_number,
                "asker_code": one.asker_code,
                "asker_name": one.asker_name,
                "procedure_code": one.procedure_code,
                "step_code": one.step_code,
                "information_code": one.information_code,
                "asked_at": one.asked_at,
                "answer_due_at": answer_due(asked_at=one.asked_at, told=one.answer_due_at),
                "not_disclosed": one.not_disclosed,
                "copy_items": dict(one.copy_items),
                "noted_at": act.at,
                "content_at": act.at,
                "due_at": act.at,
                "correlation_id": act.correlation_id,
            },
        )
        new += created
    return new


def _withdrawn(provision_id: str) -> None:
    Provision.objects.filter(
        provision_id=provision_id, state__in=[*_OPEN, Provision.State.PERMITTED]
    ).update(state=Provision.State.WITHDRAWN)


def provisions_to_look_at(listed: Collection[str]) -> list[str]:
    """
    Return those whose content is wanted: the listed that are not noted yet, and the open ones that
    are listed no more.
    """
    known = set(
        Provision.objects.filter(provision_id__in=listed).values_list("provision_id", flat=True)
    )
    vanished = Provision.objects.filter(state__in=_OPEN).exclude(provision_id__in=listed)
    return [
        *(one for one in listed if one not in known),
        *vanished.order_by("pk").values_list("provision_id", flat=True),
    ]


@transaction.atomic
def prepare_provision_list(*, step: str, ids: Collection[str] = (), act: Act) -> bool:
    """
    Ask by file for all who wait (`step` list), or for what some of them ask (`step` contents).

    Return False where such a file is under way already.
    """
    interface = {"list": "IF_TKY_11321", "contents": "IF_TKY_11523"}[step]
    under_way = Exchange.objects.filter(
        work="list_provisions", interface_id=interface, state__in=["ready", "sent"]
    )
    if under_way.exists():
        return False
    new_exchange(
        work="list_provisions",
        lane="records",
        count=len(ids),
        act=act,
        interface=interface,
        payload={"ids": list(ids)},
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return True


@transaction.atomic
def settle_provision_list(exchange: Exchange, listed: Sequence[str], *, act: Act) -> None:
    """Note who waits by file; what they ask is asked for next."""
    row = held(exchange)
    if row is None:
        return
    finish(row, at=act.at, accepted=len(listed), refused=0)
    if wanted := provisions_to_look_at(listed):
        prepare_provision_list(step="contents", ids=wanted, act=act)


@transaction.atomic
def settle_provision_contents(
    exchange: Exchange, told: Sequence[ToldProvision], *, act: Act
) -> None:
    """Note what others ask, as a file told it."""
    row = held(exchange)
    if row is None:
        return
    note_provisions(told, act=act)
    finish(row, at=act.at, accepted=len(told), refused=row.item_count - len(told))
