"""自動応答不可 and 不開示該当 of one 特定個人情報 of people: a few online, many as a file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from gateway.models import Exchange, InformationFlag, PlatformNumber
from gateway.rules import waiting
from gateway.rules.codes import is_information_code
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.flags.people import AT_ONCE_IN_A_FILE, AT_ONCE_ONLINE, FILE_TAKES_AT_MOST
from integrated_address import selectors as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

FILES = {"no_automatic_answer": "IF_DBM_40123", "not_disclosed": "IF_DBM_70123"}
_SETTLED = """
UPDATE gateway_informationflag f
SET sent_no_automatic_answer = told.no_answer, sent_not_disclosed = told.withheld,
    due_at = CASE WHEN (f.no_automatic_answer, f.not_disclosed) = (told.no_answer, told.withheld)
        THEN NULL ELSE %(at)s END,
    attempts = 0, error = '', set_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(answers)s::boolean[], %(withheld)s::boolean[])
    AS told (id, no_answer, withheld)
WHERE f.id = told.id
"""


@transaction.atomic
def set_information_flags(
    *,
    system: BusinessSystem,
    business_numbers: Collection[str],
    information_code: str,
    no_automatic_answer: bool,
    not_disclosed: bool,
    act: Act,
) -> int:
    """
    Have the flags of one 特定個人情報 set or cleared for people, by a system's numbers.

    Return for how many; the platform has them in a moment, until then their copies do not go out.

    :raises InvalidRequest: it is no 特定個人情報名コード, or a number belongs to nobody.
    """
    if not is_information_code(information_code):
        raise InvalidRequest(
            "特定個人情報名コードを確認してください。",
            fields={"information_code": "TMと数字14桁で入力してください。"},
        )
    numbers = addressees.integrated_numbers_of(system=system, business_numbers=business_numbers)
    if nobody := sorted(set(business_numbers) - numbers.keys()):
        raise InvalidRequest(
            f"{len(nobody)}件の業務番号に団体内統合宛名番号がありません。",
            fields={"business_numbers": f"付番を確認してください: {'、'.join(nobody[:5])}"},
        )
    people = sorted(set(numbers.values()))
    PlatformNumber.objects.bulk_create(
        [PlatformNumber(pk=number, due_at=act.at) for number in people], ignore_conflicts=True
    )
    InformationFlag.objects.bulk_create(
        [
            InformationFlag(
                integrated_number=number,
                information_code=information_code,
                system=system,
                no_automatic_answer=no_automatic_answer,
                not_disclosed=not_disclosed,
                due_at=act.at,
                changed_at=act.at,
                correlation_id=act.correlation_id,
            )
            for number in people
        ],
        update_conflicts=True,
        unique_fields=["integrated_number", "information_code"],
        update_fields=["no_automatic_answer", "not_disclosed", "due_at", "changed_at", "system"],
    )
    base.record_linkage(
        act,
        "answer_flags_set",
        subjects=[("integrated", number) for number in people],
        information_code=information_code,
        receiver_code=system.code,
        detail=f"特定個人情報ごと 自動応答不可={no_automatic_answer} 不開示={not_disclosed}",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return len(people)


@transaction.atomic
def information_flags_to_send(*, act: Act) -> list[InformationFlag]:
    """Return flags that are to be told online, locked; of many, files are made."""
    known = PlatformNumber.objects.filter(state=PlatformNumber.State.REGISTERED).values("pk")
    due = InformationFlag.objects.filter(due_at__lte=act.at, integrated_number__in=known).order_by(
        "due_at", "pk"
    )
    rows = list(due.select_for_update(skip_locked=True)[: AT_ONCE_ONLINE + 1])
    if len(rows) <= AT_ONCE_ONLINE:
        return rows
    while rows := list(due.select_for_update(skip_locked=True)[:AT_ONCE_IN_A_FILE]):
        told = [
            [
                uuid4().hex,
                row.pk,
                row.integrated_number,
                row.information_code,
                row.no_automatic_answer,
                row.not_disclosed,
            ]
            for row in rows
        ]
        _file("no_automatic_answer", told, {}, act)
        InformationFlag.objects.filter(pk__in=[row.pk for row in rows]).update(
            due_at=act.at + FILE_TAKES_AT_MOST
        )
    return []


def _file(
    flag: str, rows: Sequence[Sequence[Any]], refused: Mapping[str, str], act: Act
) -> Exchange:
    return new_exchange(
        work="information_flags",
        lane="numbers",
        count=len(rows),
        act=act,
        interface=FILES[flag],
        payload={"flag": flag, "rows": [list(row) for row in rows], "refused": dict(refused)},
    )


@transaction.atomic
def settle_information_flag_file(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Settle a file of flags: 不開示該当 follows 自動応答不可."""
    row = held(exchange)
    if row is None:
        return
    rows = row.payload["rows"]
    taken = told.taken()
    words = {key: why.words for key, why in told.rejected().items()}
    refused = dict(row.payload["refused"]) | {
        str(one[1]): words.get(one[0]) or "結果がありませんでした。"
        for one in rows
        if one[0] not in taken
    }
    finish(row, at=act.at, accepted=len(taken), refused=len(rows) - len(taken))
    if row.payload["flag"] == "no_automatic_answer":
        _file("not_disclosed", [[uuid4().hex, *one[1:]] for one in rows], refused, act)
        return
    settle_information_flags(
        sent=[(one[1], one[4], one[5]) for one in rows],
        refused={int(key): text for key, text in refused.items()},
        act=act,
    )


@transaction.atomic
def settle_information_flags(
    *, sent: Sequence[tuple[int, bool, bool]], refused: Mapping[int, str], act: Act
) -> None:
    """Note which flags (id, 自動応答不可, 不開示) the platform has; what it refused goes again."""
    done = [one for one in sent if one[0] not in refused]
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "at": act.at,
                "ids": [one[0] for one in done],
                "answers": [one[1] for one in done],
                "withheld": [one[2] for one in done],
            },
        )
    note_information_flags_failed(words=refused, act=act)


@transaction.atomic
def note_information_flags_failed(*, words: Mapping[int, str], act: Act) -> None:
    """Note that flags did not reach the platform; they go again, a little later each time."""
    for row in InformationFlag.objects.select_for_update().filter(pk__in=words).order_by("pk"):
        row.attempts += 1
        row.error = words[row.pk][:300]
        row.due_at = act.at + waiting.retry_after(row.attempts)
        row.save(update_fields=["attempts", "error", "due_at"])
