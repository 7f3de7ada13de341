"""口座情報: received from files, registered with a claim, handed out for a pay day."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction

from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, Staging, temporary_staging
from sapporo_base.models import BusinessSystem
from social_address.rules.accounts import Account, BadAccount, bank_names, checked

_ITEMS: Final = (
    "bank_code",
    "branch_code",
    "deposit_type",
    "account_number",
    "holder_kana",
    "yucho_symbol",
    "yucho_number",
)
_REGISTER_PURPOSE: Final = "01"

_TWICE: Final = """
UPDATE {staging} s SET rejected_item = 'account_id', rejected_reason = '口座管理番号が重複している。'
FROM (SELECT account_id, min(row_number) AS first FROM {staging} GROUP BY account_id
      HAVING count(*) > 1) t
WHERE t.account_id = s.account_id AND s.row_number > t.first
"""
_NOBODY: Final = """
UPDATE {staging} s SET rejected_item = 'resident_number',
    rejected_reason = '宛名番号に該当する者がない。'
WHERE rejected_item IS NULL AND NOT EXISTS (
    SELECT FROM social_address_socialaddressee a WHERE a.addressee_number = s.resident_number)
"""
_ENDS_BEFORE: Final = """
UPDATE {staging} SET rejected_item = 'valid_until',
    rejected_reason = '有効終了年月日が有効開始年月日より前である。'
WHERE rejected_item IS NULL AND valid_until::date < valid_from::date
"""
_OPEN_TWICE: Final = """
UPDATE {staging} s SET rejected_item = 'purpose',
    rejected_reason = '同じ業務・用途の有効な口座が重複している。'
FROM (
    SELECT row_number, row_number() OVER (
        PARTITION BY resident_number, system_code, purpose ORDER BY valid_from DESC, row_number
    ) AS place
    FROM {staging} WHERE rejected_item IS NULL AND valid_until IS NULL
) t WHERE t.row_number = s.row_number AND t.place > 1
"""
_CLOSE_OLD: Final = """
UPDATE social_address_bankaccount b SET valid_until = greatest(s.valid_from::date, b.valid_from)
FROM {staging} s JOIN social_address_socialaddressee a ON a.addressee_number = s.resident_number
WHERE s.rejected_item IS NULL AND s.valid_until IS NULL AND b.addressee_id = a.id
    AND b.system_code = s.system_code AND b.purpose = s.purpose AND b.valid_until IS NULL
    AND b.account_id <> s.account_id
"""
_STORE: Final = """
INSERT INTO social_address_bankaccount (addressee_id, account_id, system_code, purpose, bank_code,
    branch_code, deposit_type, account_number, yucho_symbol, yucho_number, holder_kana,
    is_public_money_account, valid_from, valid_until, recorded_at)
SELECT a.id, s.account_id, s.system_code, s.purpose, s.bank_code, s.branch_code, s.deposit_type,
    s.account_number, coalesce(s.yucho_symbol, ''), coalesce(s.yucho_number, ''), s.holder_kana,
    s.is_public_money_account = '1', s.valid_from::date, s.valid_until::date, %(at)s::timestamptz
FROM {staging} s JOIN social_address_socialaddressee a ON a.addressee_number = s.resident_number
WHERE s.rejected_item IS NULL
ON CONFLICT (account_id) WHERE account_id <> '' DO UPDATE SET
    bank_code = EXCLUDED.bank_code, branch_code = EXCLUDED.branch_code,
    deposit_type = EXCLUDED.deposit_type, account_number = EXCLUDED.account_number,
    yucho_symbol = EXCLUDED.yucho_symbol, yucho_number = EXCLUDED.yucho_number,
    holder_kana = EXCLUDED.holder_kana, valid_from = EXCLUDED.valid_from,
    valid_until = EXCLUDED.valid_until, recorded_at = EXCLUDED.recorded_at
WHERE (social_address_bankaccount.bank_code, social_address_bankaccount.branch_code,
    social_address_bankaccount.deposit_type, social_address_bankaccount.account_number,
    social_address_bankaccount.holder_kana, social_address_bankaccount.valid_from,
    social_address_bankaccount.valid_until)
    IS DISTINCT FROM (EXCLUDED.bank_code, EXCLUDED.branch_code, EXCLUDED.deposit_type,
    EXCLUDED.account_number, EXCLUDED.holder_kana, EXCLUDED.valid_from, EXCLUDED.valid_until)
"""


def receive_accounts(
    *,
    path: Path,
    act: Act,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str = "",
) -> base.Receipt:
    """
    Receive a file of 口座 from the 社会保障 systems; the same file again changes nothing.

    :raises UnreadableFile: the file as a whole can't be received; nothing is stored.
    """
    return base.receive_file(
        path=path,
        layout="accounts",
        kind="receive_accounts",
        extra={},
        merge=_merge,
        act=act,
        dry_run=dry_run,
        progress=progress,
        encoding=encoding,
    )


def _merge(staging: Staging, act: Act) -> Mapping[str, int]:
    for statement in (_TWICE, _NOBODY, _ENDS_BEFORE):
        staging.execute(statement)
    _check(staging, "row_number", "rejected_item IS NULL")
    staging.execute(
        "UPDATE {staging} s SET rejected_item = c.item, rejected_reason = c.reason"
        " FROM social_address_checked c WHERE c.key = s.row_number AND c.item <> ''"
    )
    staging.execute(
        "UPDATE {staging} s SET bank_code = c.bank_code, branch_code = c.branch_code,"
        " deposit_type = c.deposit_type, account_number = c.account_number,"
        " holder_kana = c.holder_kana"
        " FROM social_address_checked c WHERE c.key = s.row_number AND c.item = ''"
    )
    Staging("social_address_checked").drop()
    staging.execute(_OPEN_TWICE)
    closed = staging.execute(_CLOSE_OLD)
    stored = staging.execute(_STORE, at=act.at)
    taken = staging.count("rejected_item IS NULL")
    base.record_linkage(
        act, "accounts_received", subject_count=taken, items=["bank_account"], detail="口座情報"
    )
    return {"受領": taken, "登録・変更": stored, "終了": closed}


def _check(staging: Staging, key: str, where: str) -> None:
    """Judge every account of the table by the rules, into the table social_address_checked."""
    columns = {"key": "bigint", "item": "text", "reason": "text", **dict.fromkeys(_ITEMS, "text")}
    judged = Staging("social_address_checked")
    judged.drop()
    judged.create(columns, temporary=True)
    rows = staging.select(f"SELECT {key}, {', '.join(_ITEMS)} FROM {{staging}} WHERE {where}")
    judged.copy(list(columns), (_judged(row[0], [cell or "" for cell in row[1:]]) for row in rows))


def _judged(key: int, cells: list[str]) -> tuple[object, ...]:
    try:
        account = checked(Account(**dict(zip(_ITEMS, cells, strict=True))))
    except BadAccount as bad:
        return (key, bad.item, bad.reason, *cells)
    return (key, "", "", *(getattr(account, item) for item in _ITEMS))


@transaction.atomic
def register_accounts(*, staging: Staging, system: BusinessSystem, act: Act) -> dict[str, int]:
    """
    Register accounts that came with claims, for payment by a system; `problem` says why not.

    Columns: addressee_number, bank_code, branch_code, deposit_type, account_number, yucho_symbol,
    yucho_number, holder_kana, valid_from (date), problem. The same account again changes nothing,
    another one ends the one before it on its `valid_from`.
    """
    columns = {
        "key": "bigint GENERATED ALWAYS AS IDENTITY",
        "place": "tid",
        "addressee_id": "bigint",
        **dict.fromkeys(_ITEMS, "text"),
        "valid_from": "date",
        "problem": "text",
    }
    items = ", ".join(_ITEMS)
    with temporary_staging("social_address_accounts", columns) as work:
        work.execute(
            f"INSERT INTO {{staging}} (place, addressee_id, {items}, valid_from, problem)"
            f" SELECT s.ctid, a.id, {', '.join(f's.{item}' for item in _ITEMS)},"
            " coalesce(s.valid_from, %(day)s::date),"
            " CASE WHEN a.id IS NULL THEN '宛名番号に該当する者がない。' END"
            f" FROM {staging.filled('{staging}')} s LEFT JOIN social_address_socialaddressee a"
            " ON a.addressee_number = s.addressee_number",
            day=act.day,
        )
        _check(work, "key", "problem IS NULL")
        work.execute(
            "UPDATE {staging} w SET problem = nullif(c.reason, ''), bank_code = c.bank_code,"
            " branch_code = c.branch_code, deposit_type = c.deposit_type,"
            " account_number = c.account_number, holder_kana = c.holder_kana"
            " FROM social_address_checked c WHERE c.key = w.key"
        )
        Staging("social_address_checked").drop()
        stored = _store_registered(work, system, act.day, act)
        staging.execute(
            "UPDATE {staging} s SET problem = w.problem FROM social_address_accounts w"
            " WHERE w.place = s.ctid AND w.problem IS NOT NULL"
        )
        problems = work.count("problem IS NOT NULL")
    base.record_linkage(
        act,
        "accounts_registered",
        receiver_code=system.code,
        subject_count=stored,
        items=["bank_account"],
    )
    return {"stored": stored, "problems": problems}


def _store_registered(work: Staging, system: BusinessSystem, day: date, act: Act) -> int:
    """End what a new account replaces, store the last one of each addressee."""
    newest = (
        "(SELECT DISTINCT ON (addressee_id) * FROM {staging} WHERE problem IS NULL"
        " ORDER BY addressee_id, valid_from DESC, key DESC)"
    )
    same = (
        "b.bank_code = n.bank_code AND b.branch_code = n.branch_code"
        " AND b.deposit_type = n.deposit_type AND b.account_number = n.account_number"
        " AND b.holder_kana = n.holder_kana"
    )
    work.execute(
        "UPDATE social_address_bankaccount b SET valid_until = greatest(n.valid_from, b.valid_from)"
        f" FROM {newest} n WHERE b.addressee_id = n.addressee_id AND b.valid_until IS NULL"
        f" AND b.system_code = %(system)s AND b.purpose = %(purpose)s AND NOT ({same})",
        system=system.code,
        purpose=_REGISTER_PURPOSE,
    )
    return work.execute(
        "INSERT INTO social_address_bankaccount (addressee_id, account_id, system_code, purpose,"
        " bank_code, branch_code, deposit_type, account_number, yucho_symbol, yucho_number,"
        " holder_kana, is_public_money_account, valid_from, recorded_at)"
        " SELECT n.addressee_id, '', %(system)s::text, %(purpose)s::text, n.bank_code, n.branch_code,"
        " n.deposit_type, n.account_number, coalesce(n.yucho_symbol, ''),"
        " coalesce(n.yucho_number, ''), n.holder_kana, false, n.valid_from, %(at)s::timestamptz"
        f" FROM {newest} n"
        " ON CONFLICT (addressee_id, system_code, purpose) WHERE valid_until IS NULL DO NOTHING",
        system=system.code,
        purpose=_REGISTER_PURPOSE,
        at=act.at,
    )


@transaction.atomic
def fill_accounts(*, staging: Staging, system: BusinessSystem, purpose: str, act: Act) -> int:
    """
    Fill the accounts in force on the act's day for everyone in `staging`: one record for all.

    Column addressee_number; filled are bank_code, bank_name_kana, branch_code, branch_name_kana,
    deposit_type, account_number, holder_kana, NULL where the system has none in force.
    """
    filled = staging.execute(
        "UPDATE {staging} s SET bank_code = b.bank_code, branch_code = b.branch_code,"
        " deposit_type = b.deposit_type, account_number = b.account_number,"
        " holder_kana = b.holder_kana"
        " FROM social_address_socialaddressee a JOIN social_address_bankaccount b"
        " ON b.addressee_id = a.id AND b.system_code = %(system)s AND b.purpose = %(purpose)s"
        " AND b.valid_from <= %(day)s AND (b.valid_until IS NULL OR b.valid_until > %(day)s)"
        " WHERE a.addressee_number = s.addressee_number",
        system=system.code,
        purpose=purpose,
        day=act.day,
    )
    _fill_names(staging)
    record = base.record_linkage(
        act,
        "accounts_disclosed",
        receiver_code=system.code,
        subject_count=filled,
        items=["bank_account"],
    )
    base.record_subjects_from(record, staging, number_kind="social", column="addressee_number")
    return filled


def _fill_names(staging: Staging) -> None:
    wanted = staging.select(
        "SELECT DISTINCT bank_code, branch_code FROM {staging} WHERE bank_code IS NOT NULL"
    )
    columns = dict.fromkeys(("bank", "branch", "bank_kana", "branch_kana"), "text")
    with temporary_staging("social_address_bank_names", columns) as names:
        names.copy(
            list(columns),
            (
                (bank, branch, bank_names()[bank][0], bank_names()[bank][1].get(branch, ""))
                for bank, branch in wanted
                if bank in bank_names()
            ),
        )
        staging.execute(
            "UPDATE {staging} s SET bank_name_kana = n.bank_kana, branch_name_kana = n.branch_kana"
            " FROM social_address_bank_names n"
            " WHERE n.bank = s.bank_code AND n.branch = s.branch_code"
        )
