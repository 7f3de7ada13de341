"""Flags as the platform has them against what was asked of it; what differs is set again."""

from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import QuerySet

from gateway.models import Exchange, InformationFlag, PlatformNumber
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.flags.people import AT_ONCE_IN_A_FILE, AT_ONCE_ONLINE
from sapporo_base import services as base
from sapporo_base.acts import Act

FlagsThere = tuple[str, bool, bool]
"""団体内統合宛名番号, 自動応答不可, 不開示該当."""
# Only what was settled is compared: what is on its way differs for a while.
_COMPARE = """
UPDATE gateway_platformnumber n
SET flags_checked_at = %(at)s,
    sent_no_automatic_answer = coalesce(there.no_answer, false),
    sent_not_disclosed = coalesce(there.withheld, false),
    flags_due_at = CASE WHEN differs THEN %(at)s END,
    flags_differed_at = CASE WHEN differs THEN %(at)s ELSE n.flags_differed_at END,
    flags_error = CASE WHEN differs THEN
        'プラットフォームの設定が市の設定と異なっていました。再設定します。' ELSE '' END
FROM (
    SELECT own.integrated_number, told.no_answer, told.withheld,
        (own.no_automatic_answer, own.not_disclosed)
            IS DISTINCT FROM (coalesce(told.no_answer, false), coalesce(told.withheld, false))
            AS differs
    FROM gateway_platformnumber own
    LEFT JOIN unnest(%(told)s::varchar[], %(answers)s::boolean[], %(withheld)s::boolean[])
        AS told (integrated_number, no_answer, withheld) USING (integrated_number)
    WHERE own.integrated_number = ANY(%(asked)s::varchar[])
) there
WHERE n.integrated_number = there.integrated_number AND n.flags_due_at IS NULL
RETURNING differs
"""
_COMPARE_INFORMATION = """
UPDATE gateway_informationflag f
SET checked_at = %(at)s, sent_no_automatic_answer = told.no_answer,
    due_at = CASE WHEN f.no_automatic_answer <> told.no_answer THEN %(at)s END,
    differed_at = CASE WHEN f.no_automatic_answer <> told.no_answer THEN %(at)s
        ELSE f.differed_at END,
    error = CASE WHEN f.no_automatic_answer <> told.no_answer THEN
        'プラットフォームの設定が市の設定と異なっていました。再設定します。' ELSE '' END
FROM unnest(%(ids)s::bigint[], %(answers)s::boolean[]) AS told (id, no_answer)
WHERE f.id = told.id AND f.due_at IS NULL
RETURNING f.no_automatic_answer <> told.no_answer
"""


def numbers_to_check() -> list[str]:
    """Return the numbers whose flags were ever set, if they are few enough to be asked online."""
    numbers = list(_checked().values_list("pk", flat=True)[: AT_ONCE_ONLINE + 1])
    return numbers if len(numbers) <= AT_ONCE_ONLINE else []


def _checked() -> QuerySet[PlatformNumber]:
    return PlatformNumber.objects.filter(
        state=PlatformNumber.State.REGISTERED, flags_set_at__isnull=False, flags_due_at=None
    ).order_by("pk")


@transaction.atomic
def prepare_flag_checks(*, act: Act) -> int:
    """Put all numbers whose flags were ever set into files that ask for them; return how many files."""
    numbers = list(_checked().values_list("pk", flat=True))
    starts = range(0, len(numbers), AT_ONCE_IN_A_FILE)
    for start in starts:
        some = numbers[start : start + AT_ONCE_IN_A_FILE]
        new_exchange(
            work="check_flags",
            lane="records",
            count=len(some),
            act=act,
            payload={"numbers": some},
        )
    return len(starts)


@transaction.atomic
def settle_flag_check(exchange: Exchange, told: Sequence[FlagsThere], *, act: Act) -> None:
    """Settle a file of flags as the platform has them."""
    row = held(exchange)
    if row is None:
        return
    differ = note_flag_check(asked=row.payload["numbers"], told=told, act=act)
    finish(row, at=act.at, accepted=row.item_count - differ, refused=differ)


@transaction.atomic
def note_flag_check(*, asked: Collection[str], told: Sequence[FlagsThere], act: Act) -> int:
    """
    Compare the flags of people with what was asked of the platform; return how many differ.

    A number that it does not tell of has no flags there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPARE,
            {
                "at": act.at,
                "asked": list(asked),
                "told": [one[0] for one in told],
                "answers": [one[1] for one in told],
                "withheld": [one[2] for one in told],
            },
        )
        differ = sum(bool(one) for (one,) in cursor.fetchall())
    base.record_linkage(
        act,
        "answer_flags_checked",
        subject_count=len(asked),
        detail=f"確認{len(asked)}人、相違{differ}人",
    )
    return differ


@transaction.atomic
def note_information_flag_check(*, told: Sequence[tuple[int, bool]], act: Act) -> int:
    """
    Compare 自動応答不可 of 特定個人情報 (id of the flag, as it is there); return how many differ.

    The platform has no interface that tells 不開示該当 of a 特定個人情報.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPARE_INFORMATION,
            {
                "at": act.at,
                "ids": [one[0] for one in told],
                "answers": [one[1] for one in told],
            },
        )
        differ = sum(bool(one) for (one,) in cursor.fetchall())
    base.record_linkage(
        act,
        "answer_flags_checked",
        subject_count=len(told),
        detail=f"特定個人情報ごと 確認{len(told)}件、相違{differ}件",
    )
    return differ


def information_flags_to_check(*, after: int = 0) -> list[InformationFlag]:
    """Return the next flags that were ever set, as many as are asked online at once."""
    ever_set = InformationFlag.objects.filter(set_at__isnull=False, due_at=None, pk__gt=after)
    return list(ever_set.order_by("pk")[:AT_ONCE_ONLINE])
