"""
Flow C: 副本 taken in from business systems, converted, forwarded, and compared with the platform.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Right

from gateway import conversion
from gateway.models import Copy, CopyError, Exchange, Lane, PlatformNumber, Reconciliation
from gateway.rules import waiting
from gateway.services import queues
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from integrated_address import selectors as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import temporary_staging
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

OPEN_END = date(9999, 12, 31)
LAYOUT_VERSION = "0001"
_CHUNK = 5000
_COPIES_AT_ONCE = 5000
_MOST_NAMED = 1000
# A copy goes out once the platform knows its number, and never before a 自動応答不可 that is on its way:
# it would be answered to whoever asks first.
_ANSWERABLE = Exists(
    PlatformNumber.objects.filter(
        pk=OuterRef("integrated_number"),
        state=PlatformNumber.State.REGISTERED,
        flags_due_at=None,
    )
)
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
_STAGED = {
    "business_number": "text",
    "integrated_number": "text",
    "dataset": "text",
    "key": "text",
    "items": "jsonb",
    "published_from": "date",
    "published_until": "date",
    "is_withdrawn": "boolean",
    "wanted_hash": "bytea",
}
_MERGE = """
INSERT INTO gateway_copy AS c
    (system_id, information_code, integrated_number, business_number, dataset, key, layout_version,
     ward_code, items, published_from, published_until, is_withdrawn, wanted_hash, record_id, state,
     due_at, attempts, reason_code, reason, changed_at, correlation_id)
SELECT %(system)s, %(information)s, integrated_number, business_number, dataset, key, %(version)s,
    '', items, published_from, published_until, is_withdrawn, wanted_hash, '', 'waiting',
    %(at)s, 0, '', '', %(at)s, %(trip)s
FROM {staging}
WHERE integrated_number IS NOT NULL AND (NOT is_withdrawn OR EXISTS (
    SELECT FROM gateway_copy known
    WHERE known.information_code = %(information)s
      AND known.integrated_number = {staging}.integrated_number
      AND known.dataset = {staging}.dataset AND known.key = {staging}.key
      AND known.layout_version = %(version)s
))
ON CONFLICT (information_code, integrated_number, dataset, key, layout_version) DO UPDATE
SET items = excluded.items, published_from = excluded.published_from,
    published_until = excluded.published_until, is_withdrawn = excluded.is_withdrawn,
    wanted_hash = excluded.wanted_hash, business_number = excluded.business_number,
    changed_at = excluded.changed_at, correlation_id = excluded.correlation_id, attempts = 0,
    due_at = excluded.due_at, reason = '', reason_code = '',
    state = CASE WHEN c.state = 'sending' THEN c.state ELSE 'waiting' END
WHERE c.wanted_hash <> excluded.wanted_hash OR c.state = 'refused'
"""
_FAIL = """
INSERT INTO gateway_copyerror AS e
    (system_id, information_code, business_number, key, item, code, reason, source, noted_at,
     correlation_id)
SELECT %(system)s, %(information)s, business_number, key, '業務番号', 'not_numbered',
    '団体内統合宛名番号がありません。付番を確認してください。', items, %(at)s, %(trip)s
FROM {staging} WHERE integrated_number IS NULL
ON CONFLICT (system_id, information_code, business_number, key) DO UPDATE
SET item = excluded.item, code = excluded.code, reason = excluded.reason,
    source = excluded.source, noted_at = excluded.noted_at, mended_at = NULL
"""
_MEND = """
UPDATE gateway_copyerror e SET mended_at = %(at)s
FROM {staging} s
WHERE s.integrated_number IS NOT NULL AND e.mended_at IS NULL AND e.system_id = %(system)s
  AND e.information_code = %(information)s AND e.business_number = s.business_number
  AND e.key = s.key
"""

# A new id for a new content: the platform takes each id once.
_PUT_INTO = """
UPDATE gateway_copy
SET record_id = replace(gen_random_uuid()::text, '-', ''), sent_hash = wanted_hash,
    state = 'sending', exchange_id = %(exchange)s
WHERE id = ANY(%(ids)s)
"""
_KEEP_DIGESTS = """
UPDATE gateway_copy c SET digest = told.digest
FROM unnest(%(ids)s::varchar[], %(digests)s::bytea[]) AS told (record_id, digest)
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


@dataclass(frozen=True, slots=True)
class CopyData:
    """One 副本 as a business system hands it over, under its own number."""

    business_number: str
    dataset: str
    key: str
    items: Mapping[str, Any]
    published_from: date
    published_until: date = OPEN_END
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """What became of copies: changed (they go out), unchanged, and in the error list."""

    changed: int
    unchanged: int
    errors: int


@transaction.atomic
def accept_copies(
    *,
    system: BusinessSystem,
    information_code: str,
    copies: Iterable[CopyData],
    act: Act,
    layout_version: str = LAYOUT_VERSION,
) -> CopyCounts:
    """
    Take in copies: numbers and contents are converted; what can't be goes to the error list.

    What did not change is not sent again. The rest is sent even where some rows are wrong.
    """
    received = changed = errors = 0
    stream = iter(copies)
    while chunk := list(islice(stream, _CHUNK)):
        received += len(chunk)
        one_changed, one_errors = _accept_chunk(
            system, (information_code, layout_version), chunk, act
        )
        changed += one_changed
        errors += one_errors
    base.record_linkage(
        act,
        "copies_accepted",
        information_code=information_code,
        receiver_code=system.code,
        subject_count=changed,
        detail=f"受領{received}件、更新{changed}件、エラー{errors}件",
    )
    if changed:
        nudge("gateway.tasks.work_bulk", queue="bulk")
    return CopyCounts(changed, received - changed - errors, errors)


def _accept_chunk(
    system: BusinessSystem, layout: tuple[str, str], chunk: Sequence[CopyData], act: Act
) -> tuple[int, int]:
    information_code, version = layout
    parameters = {
        "system": system.pk,
        "information": information_code,
        "version": version,
        "at": act.at,
        "trip": act.correlation_id,
    }
    troubled: list[CopyError] = []
    with temporary_staging("gateway_copy_staging", _STAGED) as staging:
        staging.copy(
            [column for column in _STAGED if column != "integrated_number"],
            _converted(chunk, troubled, system, information_code, act),
        )
        addressees.fill_integrated_numbers(staging, system, "business_number", "integrated_number")
        changed = staging.execute(_MERGE, **parameters)
        unnumbered = staging.execute(_FAIL, **parameters)
        staging.execute(_MEND, **parameters)
    CopyError.objects.bulk_create(
        troubled,
        update_conflicts=True,
        unique_fields=["system", "information_code", "business_number", "key"],
        update_fields=["item", "code", "reason", "source", "noted_at", "mended_at"],
    )
    return changed, unnumbered + len(troubled)


def _converted(
    chunk: Sequence[CopyData],
    troubled: list[CopyError],
    system: BusinessSystem,
    information_code: str,
    act: Act,
) -> Iterable[tuple[Any, ...]]:
    for copy in chunk:
        items, problems = conversion.converted_items(copy.items)
        if problems:
            first = problems[0]
            troubled.append(
                CopyError(
                    system=system,
                    information_code=information_code,
                    business_number=copy.business_number,
                    key=copy.key,
                    item=first.item,
                    code=first.code,
                    reason=first.words,
                    source={},
                    noted_at=act.at,
                    correlation_id=act.correlation_id,
                )
            )
            continue
        yield (
            copy.business_number,
            copy.dataset,
            copy.key,
            json.dumps(items, ensure_ascii=False),
            copy.published_from,
            copy.published_until,
            copy.is_withdrawn,
            conversion.content_hash(
                items,
                published_from=copy.published_from,
                published_until=copy.published_until,
                is_withdrawn=copy.is_withdrawn,
            ),
        )


_WAITING = """
SELECT FROM gateway_copy WHERE state = 'waiting' AND exchange_id IS NULL
    AND system_id = system.id AND due_at <= %s
"""


@transaction.atomic
def prepare_copy_exchanges(*, act: Act) -> int:
    """
    Put copies that wait into messages, one file for each system in turn; return how many messages.
    """
    made = 0
    systems = queues.systems_with(_WAITING, [act.at])
    for queue in queues.turns(lane=Lane.COPIES, systems=systems, at=act.at):
        under_way = Copy.objects.filter(system_id=queue.system_id, state=Copy.State.SENDING).count()
        room = queues.room(queue, under_way=under_way, at=act.at)
        for deleting in (False, True):
            count = _into_exchange(queue.system_id, min(room, _COPIES_AT_ONCE), deleting, act)
            if count:
                queues.served(queue, count=count, at=act.at)
                queue.tokens -= count
                room -= count
                made += 1
    return made


def _into_exchange(system: int | None, most: int, deleting: bool, act: Act) -> int:  # noqa: FBT001
    due = Copy.objects.filter(
        system_id=system,
        state=Copy.State.WAITING,
        exchange=None,
        due_at__lte=act.at,
        is_withdrawn=deleting,
    )
    if not deleting:
        due = due.filter(_ANSWERABLE)
    ids = list(
        due.select_for_update(skip_locked=True)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[: max(most, 0)]
    )
    if ids:
        work = "delete_copies" if deleting else "register_copies"
        exchange = new_exchange(work=work, lane=Lane.COPIES, ids=ids, act=act, system=system)
        with connection.cursor() as cursor:
            cursor.execute(_PUT_INTO, {"exchange": exchange.pk, "ids": ids})
    return len(ids)


def copies_in(exchange: Exchange) -> list[Copy]:
    """Return the copies that a message carries."""
    return list(exchange.copies.order_by("pk"))


@transaction.atomic
def note_copy_digests(exchange: Exchange, digests: Mapping[str, bytes]) -> None:
    """Keep the digests of what was sent: they are what both sides compare."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP_DIGESTS,
            {
                "exchange": exchange.pk,
                "ids": list(digests),
                "digests": list(digests.values()),
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
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "exchange": row.pk,
                "at": act.at,
                "later": act.at + waiting.retry_after(1),
                "done": Copy.State.DELETED if deleting else Copy.State.FORWARDED,
                "taken": list(taken),
                "rejected": list(rejected),
                "codes": [why.code[:40] for why in rejected.values()],
                "words": [why.words[:300] for why in rejected.values()],
            },
        )
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))
    if taken:
        base.record_linkage(
            act,
            "copies_deleted" if deleting else "copies_forwarded",
            subject_count=len(taken),
            information_code=information_code,
            provider="札幌市長",
        )


@dataclass(frozen=True, slots=True)
class HeldThere:
    """One 副本 as the platform holds it, without its content."""

    integrated_number: str
    dataset: str
    key: str
    digest: bytes


def differing_buckets(
    *, information_code: str, buckets: Mapping[str, tuple[int, bytes]]
) -> list[str]:
    """
    Return the buckets (last two digits of the number) in which here and there differ.

    :param buckets: what the platform told: count and digest (XOR) of each.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS_HERE, {"information": information_code})
        here = {name: (count, bytes(digest)) for name, count, digest in cursor.fetchall()}
    empty = (0, bytes(32))
    return sorted(
        name
        for name in here.keys() | buckets.keys()
        if here.get(name, empty) != tuple(buckets.get(name, empty))
    )


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

    :param held_there: what it holds in each bucket that differs; its differences are named by copy.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS_HERE, {"information": information_code})
        rows = cursor.fetchall()
    digest_here, count_here = bytes(32), 0
    for _, count, digest in rows:
        digest_here = bytes(a ^ b for a, b in zip(digest_here, bytes(digest), strict=True))
        count_here += count
    known = Copy.objects.filter(information_code=information_code)
    in_flight = known.filter(state__in=[Copy.State.WAITING, Copy.State.SENDING]).count()
    equal = (count_here, digest_here) == (count_there, digest_there)
    named = _differences(information_code, held_there)
    return Reconciliation.objects.create(
        information_code=information_code,
        started_at=act.at,
        ended_at=act.at,
        state=Reconciliation.State.EQUAL if equal else Reconciliation.State.DIFFERENT,
        count_here=count_here,
        count_there=count_there,
        in_flight=in_flight,
        digest_here=digest_here,
        digest_there=digest_there,
        difference_count=0 if equal else max(len(named), 1),
        differences=named[:_MOST_NAMED],
    )


def _differences(
    information_code: str, held_there: Mapping[str, Sequence[HeldThere]]
) -> list[dict[str, Any]]:
    """Name each copy that is here and not there, there and not here, or another there (by copy number)."""
    there = {
        (one.integrated_number, one.dataset, one.key): one.digest
        for rows in held_there.values()
        for one in rows
    }
    here = Copy.objects.filter(
        information_code=information_code, state=Copy.State.FORWARDED
    ).annotate(bucket=Right("integrated_number", 2))
    named: list[dict[str, Any]] = []
    names = ("pk", "integrated_number", "dataset", "key", "digest")
    for pk, number, dataset, key, digest in here.filter(bucket__in=held_there).values_list(*names):
        found = there.pop((number, dataset, key), None)
        if found is None:
            named.append({"copy": pk, "kind": "missing_there"})
        elif found != bytes(digest or b""):
            named.append({"copy": pk, "kind": "differs"})
    named += [{"kind": "unknown_here", "dataset": dataset, "key": key} for _, dataset, key in there]
    return named
