"""自動応答不可 and 不開示該当 of people (団体内統合宛名番号): a few online, many as a file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from gateway.models import Exchange, PlatformNumber
from gateway.rules import waiting
from gateway.services.answers import Told, Why
from gateway.services.exchanges import finish, held, new_exchange
from integrated_address import selectors as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

AT_ONCE_ONLINE = 100
AT_ONCE_IN_A_FILE = 10_000
# By then a file is settled, or its flags are sent anew: setting them twice changes nothing.
FILE_TAKES_AT_MOST = timedelta(hours=6)
FILES = {"no_automatic_answer": "IF_DBM_50123", "not_disclosed": "IF_DBM_80123"}


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
def flags_to_send(*, act: Act) -> list[PlatformNumber]:
    """
    Return registered numbers whose flags are to be told online, locked.

    Where more wait than go online at once, files are made of them, and none is left to return.
    """
    due = PlatformNumber.objects.filter(
        flags_due_at__lte=act.at, state=PlatformNumber.State.REGISTERED
    ).order_by("flags_due_at", "pk")
    rows = list(due.select_for_update(skip_locked=True)[: AT_ONCE_ONLINE + 1])
    if len(rows) <= AT_ONCE_ONLINE:
        return rows
    while rows := list(due.select_for_update(skip_locked=True)[:AT_ONCE_IN_A_FILE]):
        told = [[uuid4().hex, row.pk, row.no_automatic_answer, row.not_disclosed] for row in rows]
        _file("no_automatic_answer", told, {}, act)
        PlatformNumber.objects.filter(pk__in=[row.pk for row in rows]).update(
            flags_due_at=act.at + FILE_TAKES_AT_MOST
        )
    return []


def _file(
    flag: str, rows: Sequence[Sequence[Any]], refused: Mapping[str, str], act: Act
) -> Exchange:
    return new_exchange(
        work="set_flags",
        lane="numbers",
        count=len(rows),
        act=act,
        interface=FILES[flag],
        payload={"flag": flag, "rows": [list(row) for row in rows], "refused": dict(refused)},
    )


@transaction.atomic
def settle_flag_file(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Settle a file of flags: 不開示該当 follows 自動応答不可, then the people have both.

    A row that the platform did not take is tried again later, with its words.
    """
    row = held(exchange)
    if row is None:
        return
    rows = row.payload["rows"]
    taken = told.taken()
    words = {key: why.words for key, why in told.rejected().items()}
    refused = dict(row.payload["refused"]) | {
        one[1]: words.get(one[0]) or "結果がありませんでした。"
        for one in rows
        if one[0] not in taken
    }
    finish(row, at=act.at, accepted=len(taken), refused=len(rows) - len(taken))
    if row.payload["flag"] == "no_automatic_answer":
        _file("not_disclosed", [[uuid4().hex, *one[1:]] for one in rows], refused, act)
        return
    settle_flags(
        sent=[(one[1], one[2], one[3]) for one in rows],
        refused={number: Why("refused", text) for number, text in refused.items()},
        act=act,
    )


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
