"""情報提供等記録 (番号法第23条) of the platform: fetched, kept once, compared with ours, updated."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from gateway.models import Copy, Exchange, ExchangeRecord, FeedReceipt, Inquiry, Provision
from gateway.rules.codes import SAPPORO, organisation_name
from gateway.rules.provisions import answer_outcome, inquiry_outcome
from gateway.selectors import different_records
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, NotPermitted
from sapporo_base.models import LinkageRecord
from sapporo_base.nudge import nudge
from sapporo_base.selectors import legal_basis_for

RECORDS = "platform exchange records"
KINDS = {"inquirer": "platform_record_inquired", "provider": "platform_record_provided"}
_SETTLES_AFTER = timedelta(days=1)
_LOOKED_BACK = timedelta(days=31)
_DONE = frozenset({"provided", "no_record"})
_WORDS = {
    "provided": "提供しました。",
    "no_record": "該当なしと回答しました。",
    "refused": "提供しませんでした。",
    "not_permitted": "許可されていない照会のため拒否されました。",
    "cancelled": "照会が取りやめられました。",
}
_MISSING = """
INSERT INTO gateway_exchangerecord
    (side, integrated_number, inquirer_code, provider_code, procedure_code, step_code,
     information_code, requested_at, provided_at, outcome, items, not_disclosed,
     wanted_not_disclosed, our_record_id, comparison, difference, confirmed_because,
     update_error, fetched_at)
SELECT side, integrated_number, inquirer_code, provider_code, procedure_code, step_code,
    information_code, requested_at, provided_at, outcome, '[]', not_disclosed, not_disclosed,
    our_record_id, 'missing_there', 'プラットフォームに記録がありません。', '', '', %(at)s
FROM (
    SELECT 'inquirer' AS side, integrated_number, %(city)s AS inquirer_code, provider_code,
        procedure_code, step_code, information_code, accepted_at AS requested_at,
        settled_at AS provided_at,
        CASE state WHEN 'answered' THEN 'provided' ELSE state END AS outcome, not_disclosed,
        record_id AS our_record_id
    FROM gateway_inquiry
    WHERE state IN ('answered', 'no_record') AND settled_at BETWEEN %(since)s AND %(until)s
    UNION ALL
    SELECT 'provider', integrated_number, asker_code, %(city)s, procedure_code, step_code,
        information_code, asked_at, sent_at,
        CASE answer WHEN 'provide' THEN 'provided' WHEN 'refuse' THEN 'refused' ELSE answer END,
        not_disclosed, provision_id
    FROM gateway_provision
    WHERE state = 'sent' AND sent_at BETWEEN %(since)s AND %(until)s
) ours
WHERE NOT EXISTS (
    SELECT FROM gateway_exchangerecord known WHERE known.our_record_id = ours.our_record_id
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecord:
    """One 情報提供等記録 as the platform keeps it."""

    sequence: int
    as_inquirer: bool
    inquirer: str
    provider: str
    integrated_number: str
    procedure_code: str
    step_code: str
    information_code: str
    requested_at: datetime
    provided_at: datetime | None
    result: str
    items: Sequence[str]
    not_disclosed: bool
    our_record_id: str


@transaction.atomic
def prepare_record_fetch(*, act: Act) -> bool:
    """Ask for what the platform has recorded since; False where that is under way already."""
    receipt = _receipt()
    if Exchange.objects.filter(work="records", state__in=["ready", "sent", "failed"]).exists():
        return False
    new_exchange(
        work="records", lane="records", count=0, act=act, payload={"after": receipt.receipt}
    )
    return True


def _receipt() -> FeedReceipt:
    FeedReceipt.objects.get_or_create(feed=RECORDS)
    return FeedReceipt.objects.select_for_update().get(feed=RECORDS)


@transaction.atomic
def settle_records(exchange: Exchange, told: Sequence[ToldRecord], *, act: Act) -> None:
    """Keep the records of a file; each is kept once, however often it comes."""
    row = held(exchange)
    if row is None:
        return
    kept = keep_exchange_records(told, act=act)
    row.item_count = len(told)
    finish(row, at=act.at, accepted=kept, refused=0)


@transaction.atomic
def keep_exchange_records(told: Sequence[ToldRecord], *, act: Act) -> int:
    """Write the platform's 情報提供等記録 into ours, once each; return how many are new."""
    receipt = _receipt()
    known = set(
        ExchangeRecord.objects.filter(
            sequence__in=[record.sequence for record in told]
        ).values_list("sequence", flat=True)
    )
    fresh = [record for record in told if record.sequence not in known]
    missed = _missed(fresh)
    rows = [_kept(record, missed, act) for record in fresh]
    _compare(rows)
    ExchangeRecord.objects.filter(pk__in=[row.pk for row in missed.values()]).delete()
    ExchangeRecord.objects.bulk_create(rows)
    receipt.receipt = max([receipt.receipt, *(record.sequence for record in told)])
    receipt.read_at = act.at
    receipt.save()
    return len(fresh)


def _missed(fresh: Sequence[ToldRecord]) -> dict[str, ExchangeRecord]:
    """Return the rows that stood for records that were missing and have come now."""
    ids = [record.our_record_id for record in fresh if record.our_record_id]
    rows = ExchangeRecord.objects.filter(our_record_id__in=ids, sequence=None)
    return {row.our_record_id: row for row in rows}


def _kept(record: ToldRecord, missed: Mapping[str, ExchangeRecord], act: Act) -> ExchangeRecord:
    side = "inquirer" if record.as_inquirer else "provider"
    written = base.record_linkage(
        act,
        KINDS[side],
        subjects=[("integrated", record.integrated_number)],
        result=(
            LinkageRecord.Result.DONE if record.result in _DONE else LinkageRecord.Result.REFUSED
        ),
        detail=_WORDS.get(record.result, record.result),
        items=record.items,
        information_code=record.information_code,
        inquirer=organisation_name(record.inquirer, {}),
        provider=organisation_name(record.provider, {}),
        requested_at=record.requested_at,
        provided_at=record.provided_at,
        not_disclosed=record.not_disclosed,
    )
    before = missed.get(record.our_record_id)
    return ExchangeRecord(
        sequence=record.sequence,
        side=side,
        integrated_number=record.integrated_number,
        inquirer_code=record.inquirer,
        provider_code=record.provider,
        procedure_code=record.procedure_code,
        step_code=record.step_code,
        information_code=record.information_code,
        requested_at=record.requested_at,
        provided_at=record.provided_at,
        outcome=record.result,
        items=list(record.items),
        not_disclosed=record.not_disclosed,
        wanted_not_disclosed=before.wanted_not_disclosed if before else record.not_disclosed,
        our_record_id=record.our_record_id,
        comparison=ExchangeRecord.Comparison.EQUAL,
        linkage_record=written.pk,
        fetched_at=act.at,
    )


def _compare(rows: Sequence[ExchangeRecord]) -> None:
    """Say of each record how it compares with what we have."""
    ids = [row.our_record_id for row in rows]
    inquiries = {
        one.record_id: one
        for one in Inquiry.objects.filter(record_id__in=ids).select_related("result")
    }
    provisions = {one.provision_id: one for one in Provision.objects.filter(provision_id__in=ids)}
    copies = set(
        Copy.objects.filter(
            integrated_number__in=[row.integrated_number for row in rows],
            forwarded_at__isnull=False,
        ).values_list("integrated_number", "information_code")
    )
    for row in rows:
        if row.side == ExchangeRecord.Side.INQUIRER:
            found = _as_inquirer(row, inquiries.get(row.our_record_id))
        else:
            has_copy = (row.integrated_number, row.information_code) in copies
            found = _as_provider(row, provisions.get(row.our_record_id), has_copy=has_copy)
        row.comparison, row.difference = found


_Found = tuple[str, str]
_EQUAL: _Found = (ExchangeRecord.Comparison.EQUAL, "")


def _as_inquirer(row: ExchangeRecord, ours: Inquiry | None) -> _Found:
    if ours is None:
        return (
            ExchangeRecord.Comparison.ONLY_THERE,
            "市の照会に同じレコード識別番号がありません。",
        )
    pairs: list[tuple[str, object, object]] = [
        ("対象者", row.integrated_number, ours.integrated_number),
        ("情報提供者", row.provider_code, ours.provider_code),
        ("事務", row.procedure_code, ours.procedure_code),
        ("特定個人情報", row.information_code, ours.information_code),
        ("不開示", row.not_disclosed, ours.not_disclosed),
    ]
    if expected := inquiry_outcome(ours.state):
        pairs.append(("結果", row.outcome, expected))
    # The contents of a result are dropped once its 事務 needs them no more.
    if ours.state == Inquiry.State.ANSWERED and hasattr(ours, "result") and ours.result.items:
        pairs.append(("項目", sorted(row.items), sorted(ours.result.items)))
    return _differing(pairs)


def _as_provider(row: ExchangeRecord, ours: Provision | None, *, has_copy: bool) -> _Found:
    if row.outcome == "provided" and not _is_allowed(row):
        words = "この事務と特定個人情報の提供には、この日に有効な法令上の根拠がありません。"
        return (ExchangeRecord.Comparison.NOT_ALLOWED, words)
    if ours is None:
        if row.outcome == "provided" and not has_copy:
            return (ExchangeRecord.Comparison.ONLY_THERE, "市はこの人の副本を登録していません。")
        return _EQUAL
    pairs: list[tuple[str, object, object]] = [
        ("対象者", row.integrated_number, ours.integrated_number),
        ("情報照会者", row.inquirer_code, ours.asker_code),
        ("特定個人情報", row.information_code, ours.information_code),
    ]
    if ours.state == Provision.State.SENT:
        pairs.append(("結果", row.outcome, answer_outcome(ours.answer)))
        pairs.append(("項目", sorted(row.items), sorted(ours.answer_items)))
    return _differing(pairs)


def _is_allowed(row: ExchangeRecord) -> bool:
    return (
        legal_basis_for(
            kind="provide",
            day=row.requested_at.date(),
            procedure_code=row.procedure_code,
            step_code=row.step_code,
            information_code=row.information_code,
        )
        is not None
    )


def _differing(pairs: Sequence[tuple[str, object, object]]) -> _Found:
    names = [name for name, there, here in pairs if there != here]
    if not names:
        return _EQUAL
    return (ExchangeRecord.Comparison.DIFFERS, f"異なる項目: {'、'.join(names)}")


@transaction.atomic
def compare_exchange_records(*, act: Act) -> int:
    """
    Compare again what is a month old or newer, now that inquiries have ended; return how many differ.

    What we have and the platform has not, a day after it ended, is a difference too.
    """
    since = act.at - _LOOKED_BACK
    rows = list(
        ExchangeRecord.objects.select_for_update()
        .filter(requested_at__gte=since, sequence__isnull=False)
        .exclude(comparison=ExchangeRecord.Comparison.CONFIRMED)
        .order_by("pk")
    )
    _compare(rows)
    ExchangeRecord.objects.bulk_update(rows, ["comparison", "difference"], batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSING,
            {"at": act.at, "since": since, "until": act.at - _SETTLES_AFTER, "city": SAPPORO},
        )
    return different_records().count()


@transaction.atomic
def confirm_record(*, record: ExchangeRecord, act: Act) -> ExchangeRecord:
    """
    Note what was found out about a difference; it is shown as looked into from then on.

    :raises NotPermitted: nobody is signed in. :raises NotNow: there is no difference.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    row = ExchangeRecord.objects.select_for_update().get(pk=record.pk)
    if row.comparison in {ExchangeRecord.Comparison.EQUAL, ExchangeRecord.Comparison.CONFIRMED}:
        raise NotNow("相違はないか、すでに確認済みです。")
    row.comparison = ExchangeRecord.Comparison.CONFIRMED
    row.confirmed_by, row.confirmed_at = act.staff, act.at
    row.confirmed_because = act.reason[:300]
    row.save()
    base.record_linkage(
        act,
        "platform_record_confirmed",
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        detail=row.difference,
    )
    return row


@transaction.atomic
def withhold_records(*, ids: Collection[int], withheld: bool, act: Act) -> int:
    """
    Have 情報提供等記録 shown no more in マイナポータル, or shown again (番号法第23条第2項).

    Return how many go to the platform; those that stand as wanted are left.
    """
    rows = list(
        ExchangeRecord.objects.select_for_update()
        .filter(pk__in=ids, sequence__isnull=False)
        .exclude(wanted_not_disclosed=withheld)
        .order_by("pk")
    )
    if not rows:
        return 0
    exchange = new_exchange(work="update_records", lane="records", count=len(rows), act=act)
    exchange.payload = {
        "rows": [
            [f"{exchange.idempotency_key.hex[:20]}{row.pk:016d}", row.pk, row.sequence, withheld]
            for row in rows
        ]
    }
    exchange.save(update_fields=["payload"])
    ExchangeRecord.objects.filter(pk__in=[row.pk for row in rows]).update(
        wanted_not_disclosed=withheld, update_error=""
    )
    base.record_linkage(
        act,
        "platform_record_withheld" if withheld else "platform_record_shown",
        subjects=[("integrated", row.integrated_number) for row in rows],
        detail=f"情報提供等記録{len(rows)}件",
        not_disclosed=withheld,
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return len(rows)


@transaction.atomic
def settle_record_updates(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Note which records the platform has updated; what it refused stands with its words."""
    row = held(exchange)
    if row is None:
        return
    taken, rejected = told.taken(), told.rejected()
    for record_id, pk, _, withheld in row.payload["rows"]:
        record = ExchangeRecord.objects.filter(pk=pk)
        if record_id in taken:
            record.update(not_disclosed=withheld, update_error="")
        else:
            why = rejected.get(record_id)
            record.update(
                wanted_not_disclosed=not withheld,
                update_error=(why.words if why else "結果がありませんでした。")[:300],
            )
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))
