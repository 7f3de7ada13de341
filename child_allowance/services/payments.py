"""A pay day: what is owed becomes payments and a 全銀 file; what the bank says is written back."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from child_allowance.models import Payment, PaymentRun
from child_allowance.rules.bank_files import (
    PAID,
    RESULTS,
    BankFile,
    CannotBeTransferred,
    NotABankFile,
    Sender,
    Transfer,
    TransferResult,
    data_record,
    results_of,
)
from child_allowance.rules.months import Month
from child_allowance.rules.pay_days import NotAPayDay, months_paid_on
from child_allowance.services.entitlements import compute_entitlements
from child_allowance.services.systems import asking, own_system
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, Refusal
from sapporo_base.bulk import Progress, SilentProgress, Staging, temporary_staging
from social_address import services as social_address

PAY_OUT = "01"
"""口座用途: 支給."""

# Owed is what no payment holds that went out: also the months of those held or returned before.
OWED = """
INSERT INTO {staging} (recipient_id, addressee_number, amount)
SELECT r.id, r.addressee_number, sum(e.amount)
  FROM (SELECT recipient_id, amount FROM child_allowance_entitlement
         WHERE month <= %(last)s AND payment_id IS NULL
         UNION ALL
        SELECT e.recipient_id, e.amount FROM child_allowance_entitlement e
          JOIN child_allowance_payment p ON p.id = e.payment_id
         WHERE e.month <= %(last)s AND p.state IN ('held', 'returned')) e
  JOIN child_allowance_recipient r ON r.id = e.recipient_id
 GROUP BY r.id, r.addressee_number
"""

PAY = """
INSERT INTO child_allowance_payment
       (run_id, recipient_id, payment_number, amount, bank_code, bank_name_kana, branch_code,
        branch_name_kana, deposit_type, account_number, holder_kana, state, reason)
SELECT %(run)s, recipient_id,
       to_char(%(pay_on)s::date, 'YYYYMMDD') || lpad(recipient_id::text, 12, '0'), amount,
       coalesce(bank_code, ''), coalesce(bank_name_kana, ''), coalesce(branch_code, ''),
       coalesce(branch_name_kana, ''), coalesce(deposit_type, ''), coalesce(account_number, ''),
       coalesce(holder_kana, ''),
       CASE WHEN problem IS NULL THEN 'in_file' ELSE 'held' END, coalesce(problem, '')
  FROM {staging}
"""

HOLD_ENTITLEMENTS = """
UPDATE child_allowance_entitlement e SET payment_id = p.id
  FROM child_allowance_payment p
 WHERE p.run_id = %s AND p.recipient_id = e.recipient_id AND e.month <= %s
   AND (e.payment_id IS NULL
        OR EXISTS (SELECT FROM child_allowance_payment earlier
                    WHERE earlier.id = e.payment_id AND earlier.state IN ('held', 'returned')))
"""

ACCOUNT_COLUMNS = (
    "bank_code",
    "bank_name_kana",
    "branch_code",
    "branch_name_kana",
    "deposit_type",
    "account_number",
    "holder_kana",
)


class NotThePayDay(Refusal):
    """Nothing is paid regularly on the day."""

    code = "not_the_pay_day"
    message = "定時支払日ではありません。"


class ResultsDoNotFit(InvalidRequest):
    """The bank's file speaks of payments that are not in the run, or of other amounts."""

    code = "results_do_not_fit"


@dataclass(frozen=True)
class SettledRun:
    """What the bank said: transfers that arrived and those that came back."""

    run: PaymentRun
    paid: int
    returned: int


def run_payday(
    *, pay_on: date, folder: Path, act: Act, progress: Progress | None = None
) -> PaymentRun:
    """
    Pay what is owed on a pay day and write the 全銀 file into `folder`; once made, it is kept.

    Everybody's months are computed first. Who has no account in force is held and stays owed.

    :raises NotThePayDay: the day is none of the city's pay days (13th or the open day before).
    :raises NotNow: the file of an earlier run is not the one that was written then.
    """
    try:
        months = months_paid_on(pay_on)
    except NotAPayDay:
        raise NotThePayDay(f"{pay_on:%Y-%m-%d}は定時支払日ではありません。") from None
    run = PaymentRun.objects.filter(pay_on=pay_on).first()
    if run is None:
        run = _make_run(pay_on, months, act, progress or SilentProgress())
    return _write_file(run, folder)


@transaction.atomic
def receive_payment_results(*, content: bytes, act: Act) -> SettledRun:
    """
    Take in what the bank sent back. The same file again changes nothing.

    :raises ResultsDoNotFit: it is no whole file, or not that of one of our runs.
    """
    try:
        results = results_of(content)
    except NotABankFile as error:
        raise ResultsDoNotFit(str(error)) from None
    if not results:
        raise ResultsDoNotFit("明細が1件もありません。")
    run = _run_of(results)
    with temporary_staging(
        "child_allowance_result", {"number": "text", "amount": "bigint", "code": "text"}
    ) as staging:
        staging.copy(
            ["number", "amount", "code"],
            ((result.number, result.amount, result.code) for result in results),
        )
        _refuse_strangers(staging, run)
        staging.execute(
            "UPDATE child_allowance_payment p"
            " SET state = CASE WHEN s.code = %(paid)s THEN 'paid' ELSE 'returned' END,"
            " reason = CASE WHEN s.code = %(paid)s THEN '' ELSE %(words)s::jsonb ->> s.code END"
            " FROM {staging} s WHERE s.number = p.payment_number",
            paid=PAID,
            words=_json_of_results(),
        )
        returned = staging.count(f"code <> '{PAID}'")
    run.state = PaymentRun.State.RETURNED
    run.save(update_fields=["state"])
    base.record_linkage(
        act,
        "payment_results_received",
        detail=f"{run.pay_on:%Y-%m-%d} 振込結果 {len(results):,}件、うち振込不能{returned:,}件",
        subject_count=len(results),
    )
    return SettledRun(run=run, paid=len(results) - returned, returned=returned)


@transaction.atomic
def open_bank_file(*, run: PaymentRun, folder: Path, act: Act) -> bytes:
    """
    Return the 全銀 file of a run to a member of staff, and record that it left the system.

    :raises NotNow: the file is missing or is not the one that was written.
    """
    content = _checked_file(run, folder)
    base.record_linkage(
        act,
        "bank_file_opened",
        detail=f"{run.file_name} {run.count:,}件 {run.yen:,}円",
        subject_count=run.count,
    )
    return content


@transaction.atomic
def _make_run(pay_on: date, months: tuple[Month, ...], act: Act, progress: Progress) -> PaymentRun:
    with connection.cursor() as cursor:
        # Two operators at once: the second waits, and finds the run made.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('child_allowance.payday'))")
    made = PaymentRun.objects.filter(pay_on=pay_on).first()
    if made:
        return made
    for month in months:
        compute_entitlements(month=month, act=act, progress=progress)
    progress.begin("支払の作成")
    run = PaymentRun.objects.create(
        pay_on=pay_on,
        months=" ".join(map(str, months)),
        made_at=act.at,
        count=0,
        yen=0,
        held_count=0,
        held_yen=0,
    )
    last = months[-1].first_day
    columns = {
        "recipient_id": "bigint",
        "addressee_number": "text",
        "amount": "bigint",
        "problem": "text",
        **dict.fromkeys(ACCOUNT_COLUMNS, "text"),
    }
    with temporary_staging("child_allowance_owed", columns) as staging:
        staging.execute(OWED, last=last)
        staging.execute("ANALYZE {staging}")
        social_address.fill_accounts(
            staging=staging,
            system=own_system(),
            purpose=PAY_OUT,
            act=asking(act),
        )
        _find_problems(staging)
        staging.execute(PAY, run=run.pk, pay_on=pay_on)
    with connection.cursor() as cursor:
        cursor.execute(HOLD_ENTITLEMENTS, [run.pk, last])
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'in_file'),"
            " coalesce(sum(amount) FILTER (WHERE state = 'in_file'), 0),"
            " count(*) FILTER (WHERE state = 'held'),"
            " coalesce(sum(amount) FILTER (WHERE state = 'held'), 0)"
            " FROM child_allowance_payment WHERE run_id = %s",
            [run.pk],
        )
        run.count, run.yen, run.held_count, run.held_yen = cursor.fetchone()
    run.save(update_fields=["count", "yen", "held_count", "held_yen"])
    base.record_linkage(
        act,
        "payday_run",
        detail=f"{pay_on:%Y-%m-%d} 支払 {run.count:,}件 {run.yen:,}円、保留{run.held_count:,}件",
        subject_count=run.count + run.held_count,
    )
    return run


def _find_problems(staging: Staging) -> None:
    """Write into `problem` why a payment can't go into the file; the record itself is the judge."""
    staging.execute(
        "UPDATE {staging} SET problem = '有効な振込口座がありません。' WHERE account_number IS NULL"
    )
    found = []
    for number, *account, amount in staging.select(
        f"SELECT recipient_id, {', '.join(ACCOUNT_COLUMNS)}, amount FROM {{staging}}"
        " WHERE problem IS NULL"
    ):
        try:
            data_record(
                Transfer(
                    number=f"{number:020}",
                    amount=amount,
                    **dict(zip(ACCOUNT_COLUMNS, account, strict=True)),
                )
            )
        except CannotBeTransferred as error:
            found.append((number, str(error)))
    if found:
        with temporary_staging(
            "child_allowance_problem", {"recipient_id": "bigint", "problem": "text"}
        ) as problems:
            problems.copy(["recipient_id", "problem"], found)
            staging.execute(
                "UPDATE {staging} o SET problem = p.problem"
                f" FROM {problems.name} p WHERE p.recipient_id = o.recipient_id"
            )


def _write_file(run: PaymentRun, folder: Path) -> PaymentRun:
    """Write the file beside its name, then rename it: whoever sees it, sees all of it."""
    if run.file_sha256:
        _checked_file(run, folder)
        return run
    folder.mkdir(parents=True, exist_ok=True)
    name = f"child-allowance-{run.pay_on:%Y%m%d}.txt"
    bank_file, digest = BankFile(Sender(**settings.TRANSFER_SENDER), run.pay_on), hashlib.sha256()
    with transaction.atomic():
        descriptor = os.open(folder / f".{name}", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for record in bank_file.records(_transfers(run)):
                file.write(record)
                digest.update(record)
            file.flush()
            os.fsync(file.fileno())
        if (bank_file.totals.count, bank_file.totals.yen) != (run.count, run.yen):
            raise NotNow("振込データの合計が支払の合計と一致しません。")
        (folder / f".{name}").replace(folder / name)
        run.file_name, run.file_sha256 = name, digest.hexdigest()
        run.save(update_fields=["file_name", "file_sha256"])
    return run


def _checked_file(run: PaymentRun, folder: Path) -> bytes:
    try:
        content = (folder / run.file_name).read_bytes()
    except OSError:
        raise NotNow("振込データのファイルがありません。運用担当に連絡してください。") from None
    if hashlib.sha256(content).hexdigest() != run.file_sha256:
        raise NotNow("振込データが作成時のものと異なります。使用しないでください。")
    return content


def _transfers(run: PaymentRun) -> Iterator[Transfer]:
    rows = run.payments.filter(state=Payment.State.IN_FILE).order_by(
        "bank_code", "branch_code", "payment_number"
    )
    for number, amount, *account in rows.values_list(
        "payment_number", "amount", *ACCOUNT_COLUMNS
    ).iterator(chunk_size=10_000):
        yield Transfer(
            number=number, amount=amount, **dict(zip(ACCOUNT_COLUMNS, account, strict=True))
        )


def _run_of(results: list[TransferResult]) -> PaymentRun:
    first = Payment.objects.filter(payment_number=results[0].number).select_related("run").first()
    if first is None:
        raise ResultsDoNotFit("この振込結果に対応する支払回がありません。")
    return PaymentRun.objects.select_for_update().get(pk=first.run_id)


def _refuse_strangers(staging: Staging, run: PaymentRun) -> None:
    twice = staging.count() - int(
        staging.select("SELECT count(DISTINCT number) FROM {staging}")[0][0]
    )
    strangers = staging.select(
        "SELECT count(*) FROM {staging} s LEFT JOIN child_allowance_payment p"
        " ON p.payment_number = s.number AND p.run_id = %(run)s AND p.amount = s.amount"
        " AND p.state <> 'held' WHERE p.id IS NULL",
        run=run.pk,
    )[0][0]
    if twice or strangers:
        raise ResultsDoNotFit(
            f"支払と一致しない明細が{strangers:,}件、重複が{twice:,}件あります。1件も反映していません。"
        )


def _json_of_results() -> str:
    return json.dumps(RESULTS, ensure_ascii=False)
