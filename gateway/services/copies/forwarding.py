"""副本 on their way: put into messages in the order of each person, sent, settled."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gateway.models import Copy, Exchange, InformationFlag, Lane, PlatformNumber
from gateway.rules import waiting
from gateway.services import queues
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.nudge import nudge

ONLINE = "IF_DBM_10111"
_COPIES_AT_ONCE = 5000
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('copies are put into messages', 0))"
# A copy goes out once the platform knows its number, and never before a 自動応答不可 that is on its way:
# it would be answered to whoever asks first.
_ANSWERABLE = Exists(
    PlatformNumber.objects.filter(
        pk=OuterRef("integrated_number"),
        state=PlatformNumber.State.REGISTERED,
        flags_due_at=None,
    )
) & ~Exists(
    InformationFlag.objects.filter(
        integrated_number=OuterRef("integrated_number"),
        information_code=OuterRef("information_code"),
        due_at__isnull=False,
    )
)
# What is under way about a person is settled before anything else about them goes out. NOT IN, which
# PostgreSQL looks up in a hash table: of a table in which thousands have just come under way it expects
# that none has, and would compare each of a million waiting copies with each of those.
_NOBODY_UNDER_WAY = ~Q(
    integrated_number__in=Copy.objects.filter(exchange__isnull=False).values("integrated_number")
)
_WAITS = """
SELECT FROM gateway_copy WHERE state = 'waiting' AND exchange_id IS NULL
    AND system_id = system.id AND is_withdrawn = ANY('{false,true}') AND due_at <= %s
"""
# A new id for a new content: the platform takes each id once.
_PUT_INTO = """
UPDATE gateway_copy
SET record_id = replace(gen_random_uuid()::text, '-', ''), sent_hash = wanted_hash,
    state = 'sending', exchange_id = %(exchange)s
WHERE id = ANY(%(ids)s)
"""
_KEEP_DIGESTS = """
UPDATE gateway_copy c SET digest = told.digest, data_hash = told.data_hash
FROM unnest(%(ids)s::varchar[], %(digests)s::bytea[], %(data_hashes)s::bytea[])
    AS told (record_id, digest, data_hash)
WHERE c.exchange_id = %(exchange)s AND c.record_id = told.record_id
"""
# What was taken is forwarded (or deleted), what was refused waits for a person, what was not spoken
# of goes again; and what changed meanwhile goes again whatever was said.
_SETTLE = """
UPDATE gateway_copy c
SET exchange_id = NULL,
    forwarded_hash = CASE WHEN told.taken THEN c.sent_hash ELSE c.forwarded_hash END,
    forwarded_at = CASE WHEN told.taken THEN %(at)s ELSE c.forwarded_at END,
    reason_code = coalesce(told.code, ''), reason = coalesce(told.words, ''),
    attempts = CASE WHEN told.record_id IS NULL THEN c.attempts + 1 ELSE 0 END,
    due_at = CASE WHEN told.record_id IS NULL THEN %(later)s ELSE %(at)s END,
    state = CASE
        WHEN c.wanted_hash <> c.sent_hash OR told.record_id IS NULL THEN 'waiting'
        WHEN told.taken THEN %(done)s
        ELSE 'refused'
    END
FROM gateway_copy own
LEFT JOIN (
    SELECT record_id, true AS taken, NULL AS code, NULL AS words
    FROM unnest(%(taken)s::varchar[]) AS taken (record_id)
    UNION ALL
    SELECT record_id, false, code, words
    FROM unnest(%(rejected)s::varchar[], %(codes)s::varchar[], %(words)s::varchar[])
        AS rejected (record_id, code, words)
) told ON told.record_id = own.record_id
WHERE own.id = c.id AND c.exchange_id = %(exchange)s
"""


# A version that was superseded while it was under way is held from now on; one that a new content has
# replaced was held until now; one that was refused, or is the content again, never was another.
_SETTLE_VERSIONS = (
    """
DELETE FROM gateway_copyversion v USING gateway_copy c
WHERE c.exchange_id = %(exchange)s AND v.copy_id = c.id AND v.held_until IS NULL AND (
    v.content_hash = c.sent_hash AND c.record_id = ANY(%(taken)s::varchar[])
        AND c.wanted_hash = c.sent_hash
    OR v.content_hash = c.sent_hash AND v.held_from IS NULL
        AND c.record_id = ANY(%(rejected)s::varchar[])
    OR v.content_hash <> c.sent_hash AND v.held_from IS NULL
        AND c.record_id = ANY(%(taken)s::varchar[]))
""",
    """
UPDATE gateway_copyversion v
SET held_from = CASE WHEN v.content_hash = c.sent_hash THEN %(at)s ELSE v.held_from END,
    held_until = CASE WHEN v.content_hash <> c.sent_hash THEN %(at)s END
FROM gateway_copy c
WHERE c.exchange_id = %(exchange)s AND v.copy_id = c.id AND v.held_until IS NULL
  AND c.record_id = ANY(%(taken)s::varchar[])
  AND (v.held_from IS NULL) = (v.content_hash = c.sent_hash)
""",
)
_SETTLE_DIFFERENCES = """
UPDATE gateway_copydifference d SET state = 'mended', settled_at = %(at)s
FROM gateway_copy c
WHERE c.exchange_id = %(exchange)s AND d.copy_id = c.id AND d.state = 'mending'
  AND %(done)s = 'forwarded' AND c.wanted_hash = c.sent_hash
  AND c.record_id = ANY(%(taken)s::varchar[])
"""


def one_at_a_time() -> None:
    """Let only one transaction at a time decide what goes out about whom."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)


@transaction.atomic
def prepare_copy_exchanges(*, act: Act) -> int:
    """
    Put copies that wait into messages, one for each system in turn; return how many messages.

    One by itself goes online, several go as a file. Of one person never two messages are under way.
    """
    made = 0
    one_at_a_time()
    systems = queues.systems_with(_WAITS, [act.at])
    for queue in queues.turns(lane=Lane.COPIES, systems=systems, at=act.at):
        under_way = Copy.objects.filter(system_id=queue.system_id, state=Copy.State.SENDING).count()
        room = queues.room(queue, under_way=under_way, at=act.at)
        for deleting in (False, True):
            waits = _waiting(deleting=deleting).filter(
                system_id=queue.system_id, due_at__lte=act.at
            )
            ids = _due(waits, most=min(room, _COPIES_AT_ONCE))
            if ids:
                _put_into_message(ids, deleting=deleting, system=queue.system_id, act=act)
                queues.served(queue, count=len(ids), at=act.at)
                queue.tokens -= len(ids)
                room -= len(ids)
                made += 1
    return made


def _waiting(*, deleting: bool) -> QuerySet[Copy]:
    waits = Copy.objects.filter(
        _NOBODY_UNDER_WAY, state=Copy.State.WAITING, exchange=None, is_withdrawn=deleting
    )
    return waits if deleting else waits.filter(_ANSWERABLE)


def _due(waits: QuerySet[Copy], *, most: int) -> list[int]:
    rows = waits.select_for_update(skip_locked=True).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[: max(most, 0)])


def _put_into_message(
    ids: Sequence[int], *, deleting: bool, system: int | None, act: Act, lane: str = Lane.COPIES
) -> Exchange:
    exchange = new_exchange(
        work="delete_copies" if deleting else "register_copies",
        lane=lane,
        ids=ids,
        act=act,
        system=system,
        interface=ONLINE if len(ids) == 1 else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(_PUT_INTO, {"exchange": exchange.pk, "ids": list(ids)})
    return exchange


@transaction.atomic
def send_copy_now(*, copy: Copy, act: Act) -> Exchange:
    """
    Send one copy at once, online and before the masses.

    :raises NotNow: it does not wait, or something about the person is under way, or their number
        or flags are not at the platform yet.
    """
    one_at_a_time()
    row = Copy.objects.select_for_update().get(pk=copy.pk)
    if row.state in {Copy.State.FORWARDED, Copy.State.REFUSED}:
        row.state = Copy.State.WAITING
        row.due_at, row.attempts, row.reason, row.reason_code = act.at, 0, "", ""
        row.save(update_fields=["state", "due_at", "attempts", "reason", "reason_code"])
    waits = _waiting(deleting=row.is_withdrawn).filter(pk=row.pk)
    if not waits.exists():
        raise NotNow(
            "今は送れません。同じ人の副本を送信中か、番号またはフラグの設定を待っています。"
            "それが終わると自動的に送信します。"
        )
    exchange = _put_into_message(
        [row.pk],
        deleting=row.is_withdrawn,
        system=row.system_id,
        act=act,
        lane=Lane.INTERACTIVE,
    )
    base.record_linkage(
        act,
        "copies_sent_again",
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        receiver_code=row.system.code,
    )
    nudge("gateway.tasks.work_interactive")
    return exchange


def copies_in(exchange: Exchange) -> list[Copy]:
    """Return the copies that a message carries."""
    return list(exchange.copies.order_by("pk"))


@transaction.atomic
def note_copy_digests(
    exchange: Exchange, digests: Mapping[str, bytes], data_hashes: Mapping[str, bytes]
) -> None:
    """Keep the digests of what was sent: they are what both sides compare."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP_DIGESTS,
            {
                "exchange": exchange.pk,
                "ids": list(digests),
                "digests": list(digests.values()),
                "data_hashes": [data_hashes.get(key) for key in digests],
            },
        )


@transaction.atomic
def settle_copies(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Settle a message of copies; one that changed meanwhile goes out again."""
    row = held(exchange)
    if row is None:
        return
    taken, rejected = told.taken(), told.rejected()
    information_code = row.copies.values_list("information_code", flat=True).first() or ""
    deleting = row.work == "delete_copies"
    parameters: dict[str, Any] = {
        "exchange": row.pk,
        "at": act.at,
        "later": act.at + waiting.retry_after(1),
        "done": Copy.State.DELETED if deleting else Copy.State.FORWARDED,
        "taken": list(taken),
        "rejected": list(rejected),
        "codes": [why.code[:40] for why in rejected.values()],
        "words": [why.words[:300] for why in rejected.values()],
    }
    with connection.cursor() as cursor:
        for statement in (*_SETTLE_VERSIONS, _SETTLE_DIFFERENCES, _SETTLE):
            cursor.execute(statement, parameters)
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))
    if taken:
        base.record_linkage(
            act,
            "copies_deleted" if deleting else "copies_forwarded",
            subject_count=len(taken),
            information_code=information_code,
            provider="札幌市長",
        )
