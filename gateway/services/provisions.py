"""
Flow F: others' inquiries that the platform may not answer by itself; 自動応答不可; 情報提供等記録.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway.models import Exchange, FeedReceipt, PlatformNumber, Provision
from gateway.rules import waiting
from gateway.services.answers import Why
from gateway.services.exchanges import finish, held, new_exchange
from integrated_address import selectors as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, NotPermitted
from sapporo_base.models import BusinessSystem, LinkageRecord
from sapporo_base.nudge import nudge

RECORDS = "platform exchange records"
_RESULTS = {"provided": LinkageRecord.Result.DONE, "no_record": LinkageRecord.Result.DONE}
_WORDS = {
    "provided": "提供しました。",
    "no_record": "該当なしと回答しました。",
    "refused": "提供しませんでした。",
    "not_permitted": "許可されていない照会のため拒否されました。",
    "cancelled": "照会が取りやめられました。",
}


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
    copy_items: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecord:
    """One 情報提供等記録 as the platform keeps it (番号法第23条)."""

    sequence: int
    as_inquirer: bool
    inquirer: str
    provider: str
    integrated_number: str
    procedure_code: str
    information_code: str
    requested_at: datetime
    provided_at: datetime | None
    result: str
    items: Sequence[str]
    not_disclosed: bool


@transaction.atomic
def set_answer_flags(
    *,
    system: BusinessSystem,
    business_numbers: Collection[str],
    no_automatic_answer: bool | None = None,
    not_disclosed: bool | None = None,
    act: Act,
) -> int:
    """
    Have 自動応答不可 and 不開示該当 set or cleared for people, by a system's numbers; return how
    many.

    People without a 団体内統合宛名番号 have nothing at the platform that could be answered.
    """
    numbers = addressees.integrated_numbers_of(system=system, business_numbers=business_numbers)
    PlatformNumber.objects.bulk_create(
        [PlatformNumber(pk=number, due_at=act.at) for number in set(numbers.values())],
        ignore_conflicts=True,
    )
    people = PlatformNumber.objects.filter(pk__in=numbers.values())
    changes: dict[str, Any] = {"flags_due_at": act.at, "flags_attempts": 0, "flags_error": ""}
    if no_automatic_answer is not None:
        changes["no_automatic_answer"] = no_automatic_answer
    if not_disclosed is not None:
        changes["not_disclosed"] = not_disclosed
    count = people.update(**changes)
    base.record_linkage(
        act,
        "answer_flags_set",
        subjects=[("integrated", number) for number in set(numbers.values())],
        receiver_code=system.code,
        detail=f"自動応答不可={no_automatic_answer} 不開示={not_disclosed}",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return count


@transaction.atomic
def flags_to_send(*, at: datetime, limit: int = 1000) -> list[PlatformNumber]:
    """Return registered numbers whose flags differ from what the platform was told, locked."""
    due = PlatformNumber.objects.filter(
        flags_due_at__lte=at, state=PlatformNumber.State.REGISTERED
    ).order_by("flags_due_at", "pk")
    return list(due.select_for_update(skip_locked=True)[:limit])


@transaction.atomic
def settle_flags(
    *, sent: Sequence[tuple[str, bool, bool]], refused: Mapping[str, Why], act: Act
) -> None:
    """
    Note which flags the platform has taken: (number, 自動応答不可, 不開示). What changed since, and
    what it refused, goes again.
    """
    for number, no_automatic_answer, not_disclosed in sent:
        person = PlatformNumber.objects.select_for_update().get(pk=number)
        if number in refused:
            _failed(person, refused[number].words or "拒否されました。", act)
            continue
        person.sent_no_automatic_answer = no_automatic_answer
        person.sent_not_disclosed = not_disclosed
        same = (person.no_automatic_answer, person.not_disclosed) == (
            no_automatic_answer,
            not_disclosed,
        )
        person.flags_due_at = None if same else act.at
        person.flags_attempts, person.flags_error, person.flags_set_at = 0, "", act.at
        person.save(
            update_fields=[
                "sent_no_automatic_answer",
                "sent_not_disclosed",
                "flags_due_at",
                "flags_attempts",
                "flags_error",
                "flags_set_at",
            ]
        )


@transaction.atomic
def note_flags_failed(*, numbers: Collection[str], words: str, act: Act) -> None:
    """Note that flags did not reach the platform; they go again, a little later each time."""
    people = PlatformNumber.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    for person in people:
        _failed(person, words, act)


def _failed(person: PlatformNumber, words: str, act: Act) -> None:
    person.flags_attempts += 1
    person.flags_error = words[:300]
    person.flags_due_at = act.at + waiting.retry_after(person.flags_attempts)
    person.save(update_fields=["flags_attempts", "flags_error", "flags_due_at"])


@transaction.atomic
def send_flags_again(*, system: BusinessSystem, business_numbers: Collection[str], act: Act) -> int:
    """Have flags that wait for their next try sent at once; return for how many people."""
    numbers = addressees.integrated_numbers_of(system=system, business_numbers=business_numbers)
    due = PlatformNumber.objects.filter(pk__in=numbers.values(), flags_due_at__isnull=False)
    count = due.update(flags_due_at=act.at)
    base.record_linkage(
        act,
        "answer_flags_sent_again",
        subjects=[("integrated", number) for number in set(numbers.values())],
        receiver_code=system.code,
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return count


@transaction.atomic
def note_provisions(told: Sequence[ToldProvision], *, act: Act) -> int:
    """Note inquiries of others that wait for staff; return how many are new."""
    new = 0
    for one in told:
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


def known_provisions(ids: Collection[str]) -> set[str]:
    """Return those of the ids that are noted already."""
    return set(
        Provision.objects.filter(provision_id__in=ids).values_list("provision_id", flat=True)
    )


@transaction.atomic
def answer_provision(
    *, provision: Provision, answer: str, items: Mapping[str, Any], reason: str, act: Act
) -> Provision:
    """
    Register what is answered to an inquiry of others; it is not sent before a second person permits
    it.

    :raises NotPermitted: nobody is signed in. :raises NotNow: it was permitted or sent already.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    row = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.state not in {Provision.State.WAITING, Provision.State.ANSWERED}:
        raise NotNow("すでに送信が許可されています。")
    row.answer, row.answer_items, row.answer_reason = answer, dict(items), reason[:300]
    row.answered_by, row.answered_at = act.staff, act.at
    row.state = Provision.State.ANSWERED
    row.save()
    base.record_linkage(
        act,
        "provision_answered",
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        inquirer=row.asker_name or row.asker_code,
        provider="札幌市長",
        requested_at=row.asked_at,
    )
    return row


@transaction.atomic
def permit_provision(*, provision: Provision, act: Act) -> Provision:
    """
    Permit that a registered answer is sent (送信の許可), by another person than who registered it.

    :raises NotPermitted: it is the same person. :raises NotNow: there is no answer to permit.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    row = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.state != Provision.State.ANSWERED:
        raise NotNow("回答が登録されていないか、すでに許可されています。")
    if row.answered_by_id == act.staff.pk:
        raise NotPermitted("回答を登録した職員は送信を許可できません。別の職員が許可してください。")
    row.permitted_by, row.permitted_at, row.due_at = act.staff, act.at, act.at
    row.state = Provision.State.PERMITTED
    row.exchange = new_exchange(work="answer", lane="interactive", ids=[], count=1, act=act)
    row.save()
    base.record_linkage(
        act,
        "provision_permitted",
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        inquirer=row.asker_name or row.asker_code,
        provider="札幌市長",
        requested_at=row.asked_at,
    )
    nudge("gateway.tasks.work_interactive")
    return row


def provision_in(exchange: Exchange) -> Provision:
    """Return the provision that a message answers."""
    return exchange.provisions.get()


@transaction.atomic
def settle_answer(exchange: Exchange, *, act: Act) -> None:
    """Note that an answer was registered at the platform and sent."""
    row = held(exchange)
    if row is None:
        return
    row.provisions.update(state=Provision.State.SENT, sent_at=act.at)
    finish(row, at=act.at, accepted=1, refused=0)


def records_read() -> int:
    """Return the sequence number up to which the platform's 情報提供等記録 were fetched."""
    return FeedReceipt.objects.get_or_create(feed=RECORDS)[0].receipt


@transaction.atomic
def keep_exchange_records(told: Sequence[ToldRecord], *, act: Act) -> int:
    """Write the platform's 情報提供等記録 into ours, once each; return how many are new."""
    receipt = FeedReceipt.objects.select_for_update().get(feed=RECORDS)
    fresh = [record for record in told if record.sequence > receipt.receipt]
    for record in fresh:
        base.record_linkage(
            act,
            "platform_record",
            subjects=[("integrated", record.integrated_number)],
            result=_RESULTS.get(record.result, LinkageRecord.Result.REFUSED),
            detail=_WORDS.get(record.result, record.result),
            items=record.items,
            information_code=record.information_code,
            inquirer=record.inquirer,
            provider=record.provider,
            requested_at=record.requested_at,
            provided_at=record.provided_at,
            not_disclosed=record.not_disclosed,
        )
        receipt.receipt = record.sequence
    receipt.read_at = act.at
    receipt.save()
    return len(fresh)
