"""基本情報管理 (0320003): updates, 支援措置 and deletion."""

from collections.abc import Collection

from django.db import transaction

from integrated_address.models import (
    AddresseeChange,
    BasicItems,
    BusinessNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
)
from integrated_address.rules import RESIDENT_REGISTER, FourBasicItems, update_counts
from integrated_address.services.locks import lock_people, wait_for_masses
from integrated_address.services.time import OPEN, end
from sapporo_base import services as base
from sapporo_base.acts import Act, NotFound
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge
from sapporo_base.rules.kana import written_key


@transaction.atomic
def update_basics(
    *,
    system: BusinessSystem,
    business_number: str,
    basics: FourBasicItems,
    resident_state: str,
    act: Act,
) -> bool:
    """
    Take over 基本4情報 from a system; return whether its word counted (更新依頼受信, 0320021).

    From the 住民記録 it always does and sets the 統合宛名フラグ; from another system only if the
    person's 住民状態 is not 住登者.

    :raises NotFound: the system has no open link under this number.
    """
    wait_for_masses()
    links = BusinessNumber.objects.filter(system=system, number=business_number, **OPEN)
    lock_people(links.values_list("addressee_id", flat=True))
    link = links.first()
    if link is None:
        raise NotFound("該当する業務番号がありません。")
    known = BasicItems.objects.get(addressee_id=link.addressee_id, **OPEN)
    state = resident_state or known.resident_state
    # The state that is known counts, not the one that the other system tells.
    counts = update_counts(system_code=system.code, resident_state=known.resident_state)
    if counts:
        _set_flag(link)
        _replace(known, basics, state, system, act)
    base.record_linkage(
        act,
        "basics_updated",
        subjects=[("integrated", link.addressee_id)],
        receiver_code=system.code,
        detail="" if counts else "住登者のため反映しません。",
    )
    return counts


def _set_flag(link: BusinessNumber) -> None:
    others = BusinessNumber.objects.filter(addressee_id=link.addressee_id, **OPEN)
    others.filter(integrated_flag=True).exclude(pk=link.pk).update(integrated_flag=False)
    BusinessNumber.objects.filter(pk=link.pk).update(integrated_flag=True)


def _replace(
    known: BasicItems, basics: FourBasicItems, state: str, system: BusinessSystem, act: Act
) -> None:
    names = ("name", "name_kana", "birth_on", "birth_text", "sex", "residential_address")
    before = FourBasicItems(**{name: getattr(known, name) for name in names})
    if system.code not in RESIDENT_REGISTER:
        basics = basics.completed_by(before)
    if not before.differing(basics) and state == known.resident_state:
        return
    # Put right on its own day it held for no time, and is closed all the same: people ask by what was told.
    end(known, act)
    BasicItems.objects.create(
        addressee_id=known.addressee_id,
        source=system,
        resident_state=state,
        name_key=written_key(basics.name),
        valid_from=act.day,
        recorded_at=act.at,
        **{name: getattr(basics, name) for name in names},
    )
    AddresseeChange.objects.create(
        kind=AddresseeChange.Kind.UPDATED,
        integrated_numbers=[known.addressee_id],
        at=act.at,
        correlation_id=act.correlation_id,
    )


@transaction.atomic
def set_support_flag(
    *, system: BusinessSystem, business_numbers: Collection[str], on: bool, act: Act
) -> int:
    """
    Set or lift 支援措置 for people by a system's numbers; every app obeys at once. Return how many.
    """
    wait_for_masses()
    links = BusinessNumber.objects.filter(system=system, number__in=business_numbers, **OPEN)
    people = IntegratedAddressee.objects.filter(
        pk__in=links.values("addressee_id"), under_support=not on
    )
    numbers = list(people.values_list("pk", flat=True))
    IntegratedAddressee.objects.filter(pk__in=numbers).update(under_support=on)
    if numbers:
        base.record_linkage(
            act,
            "support_set" if on else "support_lifted",
            subjects=[("integrated", number) for number in numbers],
            receiver_code=system.code,
        )
    return len(numbers)


@transaction.atomic
def delete_addressee(*, integrated_number: str, act: Act) -> None:
    """
    Delete a 団体内統合宛名: its links end, its number stays taken, the platform is told.

    For who should never have been numbered, or may no longer be kept. A death is no deletion: the
    住民状態 tells it, and number, 符号 and copies stay (0320008).

    :raises NotFound: no such number is in use.
    """
    wait_for_masses()
    addressee = (
        IntegratedAddressee.objects.select_for_update()
        .filter(pk=integrated_number, state=IntegratedAddressee.State.ACTIVE)
        .first()
    )
    if addressee is None:
        raise NotFound("該当する団体内統合宛名番号がありません。")
    for rows in (
        addressee.business_numbers,
        addressee.basic_items,
        addressee.individual_numbers,
    ):
        for row in rows.filter(**OPEN):
            end(row, act)
    _end_code(addressee, act)
    addressee.state, addressee.deleted_at = IntegratedAddressee.State.DELETED, act.at
    addressee.save(update_fields=["state", "deleted_at"])
    AddresseeChange.objects.create(
        kind=AddresseeChange.Kind.DELETED,
        integrated_numbers=[integrated_number],
        at=act.at,
        correlation_id=act.correlation_id,
    )
    nudge("gateway.tasks.read_feeds")
    base.record_linkage(act, "addressee_deleted", subjects=[("integrated", integrated_number)])


def _end_code(addressee: IntegratedAddressee, act: Act) -> None:
    """Who is deleted waits for no 符号; the steps stay, and say why they end."""
    status = LinkageCodeStatus.objects.select_for_update().filter(addressee=addressee).first()
    if status is None:
        return
    if status.state != LinkageCodeStatus.State.NOT_REQUESTED:
        addressee.linkage_code_steps.create(
            state_before=status.state,
            state=LinkageCodeStatus.State.NOT_REQUESTED,
            at=act.at,
            cause="団体内統合宛名の削除",
            correlation_id=act.correlation_id,
        )
    status.delete()
