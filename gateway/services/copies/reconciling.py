"""副本照合: count and digest here and at the platform, each difference by name, and its mending."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from gateway.models import Copy, CopyDifference, Exchange, Reconciliation
from gateway.services.answers import Told
from gateway.services.copies.forwarding import one_at_a_time
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Staging, temporary_staging
from sapporo_base.nudge import nudge

_AT_ONCE = 5000
# XOR in four parts of 64 bits: what PostgreSQL can write out as hexadecimal.
_BUCKETS_HERE = """
SELECT bucket, count(*), decode(concat(
    lpad(to_hex(bit_xor(('x' || substr(hex, 1, 16))::bit(64)::bigint)), 16, '0'),
    lpad(to_hex(bit_xor(('x' || substr(hex, 17, 16))::bit(64)::bigint)), 16, '0'),
    lpad(to_hex(bit_xor(('x' || substr(hex, 33, 16))::bit(64)::bigint)), 16, '0'),
    lpad(to_hex(bit_xor(('x' || substr(hex, 49, 16))::bit(64)::bigint)), 16, '0')), 'hex')
FROM (
    SELECT right(integrated_number, 2) AS bucket,
        encode(coalesce(digest, decode(repeat('00', 32), 'hex')), 'hex') AS hex
    FROM gateway_copy WHERE information_code = %(information)s AND state = 'forwarded'
) held GROUP BY bucket
"""
_THERE = {
    "integrated_number": "text",
    "dataset": "text",
    "key": "text",
    "layout_version": "text",
    "digest": "bytea",
}
# What is under way (or was refused, and stands in the error list) is no difference: it is known why.
_NAME = """
INSERT INTO gateway_copydifference AS d
    (reconciliation_id, information_code, kind, copy_id, integrated_number, dataset, key,
     layout_version, state, record_id, found_at, reason)
SELECT %(run)s, %(information)s,
    CASE WHEN t.integrated_number IS NULL THEN 'missing_there'
         WHEN c.state IS DISTINCT FROM 'forwarded' THEN 'unknown_here' ELSE 'differs' END,
    c.id, coalesce(c.integrated_number, t.integrated_number), coalesce(c.dataset, t.dataset),
    coalesce(c.key, t.key), coalesce(c.layout_version, t.layout_version), 'open', '', %(at)s, ''
FROM (
    SELECT * FROM gateway_copy
    WHERE information_code = %(information)s AND right(integrated_number, 2) = ANY(%(buckets)s)
) c
FULL JOIN {staging} t USING (integrated_number, dataset, key, layout_version)
WHERE CASE
    WHEN c.id IS NULL OR c.state = 'deleted' THEN t.integrated_number IS NOT NULL
    WHEN c.state = 'forwarded' THEN t.digest IS DISTINCT FROM c.digest
    ELSE false
END
ON CONFLICT (information_code, integrated_number, dataset, key, layout_version)
    WHERE state IN ('open', 'mending')
DO UPDATE SET reconciliation_id = excluded.reconciliation_id, kind = excluded.kind,
    copy_id = excluded.copy_id,
    state = CASE WHEN d.exchange_id IS NULL THEN 'open' ELSE d.state END
"""
_SEND_AGAIN = """
WITH again AS (
    UPDATE gateway_copy SET state = 'waiting', due_at = %(at)s, attempts = 0
    WHERE id = ANY(%(copies)s) AND state = 'forwarded' RETURNING id
)
UPDATE gateway_copydifference SET state = 'mending', mended_by_id = %(staff)s, reason = ''
WHERE id = ANY(%(ids)s) AND copy_id IN (SELECT id FROM again)
"""
_PUT_INTO = """
UPDATE gateway_copydifference
SET state = 'mending', mended_by_id = %(staff)s, exchange_id = %(exchange)s, reason = '',
    record_id = replace(gen_random_uuid()::text, '-', '')
WHERE id = ANY(%(ids)s)
"""
_SETTLE = """
UPDATE gateway_copydifference d
SET exchange_id = NULL, reason = coalesce(rejected.words, ''),
    state = CASE WHEN d.record_id = ANY(%(taken)s::varchar[]) THEN 'mended' ELSE 'open' END,
    settled_at = CASE WHEN d.record_id = ANY(%(taken)s::varchar[]) THEN %(at)s END
FROM gateway_copydifference own
LEFT JOIN unnest(%(rejected)s::varchar[], %(words)s::varchar[]) AS rejected (record_id, words)
    ON rejected.record_id = own.record_id
WHERE own.id = d.id AND d.exchange_id = %(exchange)s
"""


@dataclass(frozen=True, slots=True)
class HeldThere:
    """One 副本 as the platform holds it, without its content."""

    integrated_number: str
    dataset: str
    key: str
    layout_version: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Mending:
    """What is done about differences: sent again, deleted at the platform, left for a reason."""

    sent_again: int
    deleted_there: int
    left: int


def differing_buckets(
    *, information_code: str, buckets: Mapping[str, tuple[int, bytes]]
) -> list[str]:
    """
    Return the buckets (last two digits of the number) in which here and there differ.

    :param buckets: what the platform told: count and digest (XOR) of each.
    """
    here = {name: (count, digest) for name, count, digest in _buckets_here(information_code)}
    empty = (0, bytes(32))
    return sorted(
        name
        for name in here.keys() | buckets.keys()
        if here.get(name, empty) != tuple(buckets.get(name, empty))
    )


def _buckets_here(information_code: str) -> list[tuple[str, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS_HERE, {"information": information_code})
        return [(name, count, bytes(digest)) for name, count, digest in cursor.fetchall()]


@transaction.atomic
def note_reconciliation(
    *,
    information_code: str,
    count_there: int,
    digest_there: bytes,
    held_there: Mapping[str, Sequence[HeldThere]],
    act: Act,
) -> Reconciliation:
    """
    Compare count and digest (XOR) of the copies here with what the platform holds, and keep it.

    Each difference is named and stays until it is mended or is found no more.

    :param held_there: what it holds in each bucket that differs.
    """
    digest_here, count_here = bytes(32), 0
    for _, count, digest in _buckets_here(information_code):
        digest_here = bytes(a ^ b for a, b in zip(digest_here, digest, strict=True))
        count_here += count
    known = Copy.objects.filter(information_code=information_code)
    found = Reconciliation.objects.create(
        information_code=information_code,
        started_at=act.at,
        ended_at=act.at,
        count_here=count_here,
        count_there=count_there,
        in_flight=known.filter(state__in=[Copy.State.WAITING, Copy.State.SENDING]).count(),
        digest_here=digest_here,
        digest_there=digest_there,
    )
    named = _name_differences(found, held_there, act)
    # Row by row nothing differs: what the sums say is what is under way.
    equal = (count_here, digest_here) == (count_there, digest_there) or (
        named == 0 and found.in_flight > 0
    )
    found.state = Reconciliation.State.EQUAL if equal else Reconciliation.State.DIFFERENT
    found.difference_count = 0 if equal else max(named, 1)
    found.save(update_fields=["state", "difference_count"])
    return found


def _name_differences(
    run: Reconciliation, held_there: Mapping[str, Sequence[HeldThere]], act: Act
) -> int:
    with temporary_staging("gateway_held_there", _THERE) as staging:
        staging.copy(
            list(_THERE),
            (
                (one.integrated_number, one.dataset, one.key, one.layout_version, one.digest)
                for rows in held_there.values()
                for one in rows
            ),
        )
        named = _named(staging, run, list(held_there), act)
    gone = CopyDifference.objects.filter(
        information_code=run.information_code,
        state__in=[CopyDifference.State.OPEN, CopyDifference.State.MENDING],
        exchange=None,
    ).exclude(reconciliation=run)
    gone.filter(state=CopyDifference.State.MENDING).update(
        state=CopyDifference.State.MENDED, settled_at=act.at
    )
    gone.filter(state=CopyDifference.State.OPEN).update(
        state=CopyDifference.State.GONE, settled_at=act.at
    )
    return named


def _named(staging: Staging, run: Reconciliation, buckets: list[str], act: Act) -> int:
    return staging.execute(
        _NAME, run=run.pk, information=run.information_code, buckets=buckets, at=act.at
    )


@transaction.atomic
def request_reconciliation(*, act: Act) -> None:
    """Have all copies compared with the platform now, not only at night."""
    base.record_linkage(act, "copies_compared", provider="札幌市長")
    nudge("gateway.tasks.reconcile_all_copies", queue="bulk")


@transaction.atomic
def mend_differences(*, ids: Collection[int], act: Act, dry_run: bool = False) -> Mending:
    """
    Make the platform hold what the city holds: send again, and delete there what is not here.

    A person about whom something is under way is left: the next comparison shows whether it is
    still needed.

    :param dry_run: say what would be done, and do nothing.
    """
    one_at_a_time()
    under_way = Exists(
        Copy.objects.filter(integrated_number=OuterRef("integrated_number"), exchange__isnull=False)
    )
    rows = list(
        CopyDifference.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, state=CopyDifference.State.OPEN)
        .annotate(is_busy=under_way)
        .order_by("pk")
    )
    free = [row for row in rows if not row.is_busy]
    again = [row for row in free if row.kind != CopyDifference.Kind.UNKNOWN_HERE]
    unknown = [row for row in free if row.kind == CopyDifference.Kind.UNKNOWN_HERE]
    if not dry_run:
        _mend(again, unknown, act)
    return Mending(len(again), len(unknown), len(ids) - len(free))


def _mend(again: Sequence[CopyDifference], unknown: Sequence[CopyDifference], act: Act) -> None:
    staff = act.staff.pk if act.staff else None
    with connection.cursor() as cursor:
        cursor.execute(
            _SEND_AGAIN,
            {
                "at": act.at,
                "copies": [row.copy_id for row in again],
                "ids": [row.pk for row in again],
                "staff": staff,
            },
        )
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            exchange = new_exchange(work="delete_unknown", lane="copies", count=len(some), act=act)
            cursor.execute(
                _PUT_INTO,
                {"exchange": exchange.pk, "ids": [row.pk for row in some], "staff": staff},
            )
    people = {row.integrated_number for row in (*again, *unknown)}
    base.record_linkage(
        act,
        "copy_differences_mended",
        subjects=[("integrated", number) for number in sorted(people)],
        detail=f"再送{len(again)}件、プラットフォームからの削除{len(unknown)}件",
        provider="札幌市長",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")


def differences_in(exchange: Exchange) -> list[CopyDifference]:
    """Return the copies unknown here that a message deletes at the platform."""
    return list(exchange.differences.order_by("pk"))


@transaction.atomic
def settle_unknown(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Note which copies unknown here the platform has deleted."""
    row = held(exchange)
    if row is None:
        return
    taken, rejected = told.taken(), told.rejected()
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "exchange": row.pk,
                "at": act.at,
                "taken": list(taken),
                "rejected": list(rejected),
                "words": [why.words[:300] for why in rejected.values()],
            },
        )
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))
