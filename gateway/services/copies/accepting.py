"""副本 taken in from business systems: numbers and contents converted, what was held before kept."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction

from gateway import conversion
from gateway.models import CopyError, PublicationEnd
from gateway.rules.stray_numbers import holds_individual_number
from gateway.selectors.grounds import grounds_to_forward
from gateway.services import layouts
from gateway.services.permissions import insist_on_permission
from integrated_address import selectors as addressees
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from sapporo_base.bulk import temporary_staging
from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.nudge import nudge

_NO_GROUND = "この特定個人情報の副本を登録する、本日現在の法令上の根拠がありません。"
OPEN_END = date(9999, 12, 31)
LAYOUT_VERSION = "0001"
_CHUNK = 5000
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
# What the platform holds, or may hold in a moment, becomes a version when a new content takes its place.
_MERGE = """
WITH merged AS (
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
    state = CASE WHEN c.state = 'sending' THEN c.state
        -- Nothing of it was ever sent: there is nothing to delete at the platform.
        WHEN excluded.is_withdrawn AND c.sent_hash IS NULL AND c.forwarded_hash IS NULL THEN 'deleted'
        ELSE 'waiting' END
WHERE c.wanted_hash <> excluded.wanted_hash OR c.state = 'refused'
RETURNING old.id AS copy, old.items, old.published_from, old.published_until, old.digest,
    old.forwarded_at, old.wanted_hash AS content_hash,
    old.forwarded_hash = old.wanted_hash AND old.state <> 'deleted' AS is_held,
    old.state = 'sending' AND old.sent_hash = old.wanted_hash AS is_under_way,
    old.is_withdrawn OR old.wanted_hash = new.wanted_hash AS is_nothing_new
),
versions AS (
INSERT INTO gateway_copyversion
    (copy_id, items, published_from, published_until, content_hash, digest, held_from,
     superseded_at, correlation_id)
SELECT copy, items, published_from, published_until, content_hash, digest,
    CASE WHEN is_held THEN forwarded_at END, %(at)s, %(trip)s
FROM merged WHERE copy IS NOT NULL AND (is_held OR is_under_way) AND NOT is_nothing_new
)
SELECT count(*) FROM merged
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


def accept_copies(
    *,
    system: BusinessSystem,
    information_code: str,
    copies: Iterable[CopyData],
    act: Act,
    layout_version: str = LAYOUT_VERSION,
    provider: BusinessSystem | None = None,
    procedure_code: str = "",
    step_code: str = "",
) -> CopyCounts:
    """
    Take in copies: numbers and contents are converted; what can't be goes to the error list.

    What did not change is not sent again. The rest is sent even where some rows are wrong.

    :param provider: whose ground counts, where the numbers are those of another system.
    :param procedure_code: the 事務 that may ask for them, with its `step_code` (事務手続); without one
        every 事務 for which the provider has a ground that day.

    :raises NotPermitted: no ground of the day lets the system provide this (to that 事務), or it may
        not use the interface for it; that is recorded.
    """
    provider = provider or system
    grounds = grounds_to_forward(
        system=provider,
        information_code=information_code,
        day=act.day,
        procedure_code=procedure_code,
        step_code=step_code,
    )
    if not grounds:
        missing = base_questions.missing_ground(
            kind="provide",
            day=act.day,
            system=provider,
            codes=(procedure_code, step_code, information_code),
        )
        base.record_refusal(
            act,
            "copies_refused",
            detail=f"{_NO_GROUND}{missing}",
            information_code=information_code[:16],
            receiver_code=provider.code,
        )
        raise NotPermitted(f"{_NO_GROUND}{missing}")
    insist_on_permission(system=provider, group="DBM", information_code=information_code, act=act)
    return _accept(system, (information_code, layout_version), copies, grounds, act)


@transaction.atomic
def _accept(
    system: BusinessSystem,
    layout: tuple[str, str],
    copies: Iterable[CopyData],
    grounds: Sequence[LegalBasis],
    act: Act,
) -> CopyCounts:
    information_code, _ = layout
    received = changed = errors = 0
    stream = iter(copies)
    while chunk := list(islice(stream, _CHUNK)):
        received += len(chunk)
        one_changed, one_errors = _accept_chunk(system, layout, chunk, act)
        changed += one_changed
        errors += one_errors
    base.record_linkage(
        act,
        "copies_accepted",
        information_code=information_code,
        receiver_code=system.code,
        subject_count=changed,
        legal_basis=grounds[0] if len(grounds) == 1 else None,
        detail=f"受領{received}件、更新{changed}件、エラー{errors}件 根拠 {_named(grounds)}",
    )
    if changed:
        nudge("gateway.tasks.work_bulk", queue="bulk")
    return CopyCounts(changed, received - changed - errors, errors)


def _named(grounds: Sequence[LegalBasis]) -> str:
    return "、".join(dict.fromkeys(one.item for one in grounds))


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
    # Asked before: while a COPY runs, the connection takes no other question.
    last_day = _last_day(information_code, version)
    rows = list(_converted(chunk, troubled, (system, information_code), last_day, act))
    with temporary_staging("gateway_copy_staging", _STAGED) as staging:
        staging.copy(
            [column for column in _STAGED if column != "integrated_number"],
            rows,
        )
        addressees.fill_integrated_numbers(staging, system, "business_number", "integrated_number")
        ((changed,),) = staging.select(_MERGE, **parameters)
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
    whose: tuple[BusinessSystem, str],
    last_day: date,
    act: Act,
) -> Iterable[tuple[Any, ...]]:
    system, information_code = whose
    messages = [conversion.Message(*conversion.converted_items(copy.items)) for copy in chunk]
    layouts.convert_copies(
        [(copy.business_number, message) for copy, message in zip(chunk, messages, strict=True)],
        system=system,
        information_code=information_code,
        act=act,
    )
    for copy, message in zip(chunk, messages, strict=True):
        items, problems = message.items, message.problems
        if copy.published_from > last_day:
            problems.append(
                conversion.Problem(
                    "公開開始日",
                    "publication_ended",
                    f"この版の公開は{last_day:%Y-%m-%d}で終了しています。新しい版で転送してください。",
                )
            )
        published_until = min(copy.published_until, last_day)
        key = copy.key
        if holds_individual_number(copy.key) or holds_individual_number(copy.dataset):
            # Named before anything else, and the key is not kept: the list would show it.
            name = "データセットレコードのキー"
            problems.insert(
                0, conversion.Problem(name, "individual_number", conversion.HOLDS_NUMBER)
            )
            key = "(伏せました)"
        if problems:
            first = problems[0]
            troubled.append(
                CopyError(
                    system=system,
                    information_code=information_code,
                    business_number=copy.business_number,
                    key=key,
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
            published_until,
            copy.is_withdrawn,
            conversion.content_hash(
                items,
                published_from=copy.published_from,
                published_until=published_until,
                is_withdrawn=copy.is_withdrawn,
            ),
        )


def _last_day(information_code: str, version: str) -> date:
    """Return the day on which the publication of a version ends for all (公開終了日一括設定)."""
    ended = PublicationEnd.objects.filter(
        information_code=information_code,
        layout_version=version,
        state=PublicationEnd.State.DONE,
    )
    return min(ended.values_list("ends_on", flat=True), default=OPEN_END)
