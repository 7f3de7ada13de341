"""Claims as they arrive: a file of 請求・届出 and one of their children, taken in set by set."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from child_allowance.services import intake_sql as sql
from child_allowance.services.systems import asking, own_system
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, SilentProgress, Staging, temporary_staging
from sapporo_base.layouts import Reject as UnreadableRow
from sapporo_base.layouts import Source
from sapporo_base.models import BatchRun
from sapporo_base.sealing import seal_texts
from social_address import services as social_address

CLAIM_EXTRA = {
    "claimant": "text",
    "spouse": "text",
    "note": "text DEFAULT ''",
    "rejected_item": "text",
    "rejected_why": "text",
    "follows": "boolean DEFAULT false",
}
CHILD_EXTRA = {
    "child": "text",
    "rejected_item": "text",
    "rejected_why": "text",
    "follows": "boolean DEFAULT false",
}
SUBJECT_COLUMNS = {
    "resident_number": "text",
    "digest": "bytea",
    "ciphertext": "bytea",
    "name": "text",
    "name_kana": "text",
    "birth_on": "date",
    "sex": "text",
    "municipality_code": "text",
    "residential_address": "text",
    "postal_code": "text",
    "addressee_number": "text",
    "problem": "text",
}

MONTH_FIELDS = ("requested_from", "requested_until", "entitled_from", "paid_until")


@dataclass(frozen=True)
class ClaimsReceipt:
    """What became of a pair of files: rows read, claims new and known, recipients handed over."""

    rows: int
    stored: int
    known: int
    handed_over: int
    rejected: int
    children: int
    rejected_children: int
    children_without_claim: int


@transaction.atomic
def receive_claims(
    *, claims: Source, children: Source, act: Act, progress: Progress | None = None
) -> ClaimsReceipt:
    """
    Take in 請求・届出 with their children; claims known by 受付番号 stay as they are.

    Claimants, spouses and children get their number from 社会保障宛名. A claim that lost a child on
    the way goes to an examiner. 移行 rows become recipients at once.
    """
    progress = progress or SilentProgress()
    batches = [
        base.open_batch(
            act, source.layout.code, file_name=source.path.name, file_sha256=source.survey.sha256
        )
        for source in (claims, children)
    ]
    staged_claims = Staging("child_allowance_claims_in")
    staged_children = Staging("child_allowance_children_in")
    unreadable = [
        _stage(claims, staged_claims, CLAIM_EXTRA, progress),
        _stage(children, staged_children, CHILD_EXTRA, progress),
    ]
    _judge(staged_claims, staged_children)
    _name_people(staged_claims, staged_children, act)
    _in(staged_claims, sql.FEWER_CHILDREN, children=staged_children)
    _mark_new(staged_claims, staged_children)
    stored = staged_claims.execute(sql.INSERT_CLAIMS)
    inserted_children = staged_children.execute(sql.INSERT_CHILDREN)
    handed_over = _hand_over(staged_claims, act)
    _register_accounts(staged_claims, act)
    rejected = [
        _reject(batch, source, staging, rows, act)
        for batch, source, staging, rows in zip(
            batches,
            (claims, children),
            (staged_claims, staged_children),
            unreadable,
            strict=True,
        )
    ]
    without_claim = staged_children.count("follows")
    receipt = ClaimsReceipt(
        rows=claims.survey.rows,
        stored=stored,
        known=staged_claims.count("rejected_item IS NULL AND NOT is_new"),
        handed_over=handed_over,
        rejected=rejected[0],
        children=inserted_children,
        rejected_children=rejected[1] - without_claim,
        children_without_claim=without_claim,
    )
    for batch, source, count, lost in zip(
        batches, (claims, children), (stored, inserted_children), rejected, strict=True
    ):
        base.close_batch(
            batch,
            state=BatchRun.State.REJECTED if lost else BatchRun.State.DONE,
            at=act.by_now(),
            counts={"rows": source.survey.rows, "stored": count, "rejected": lost},
        )
    base.record_linkage(
        act,
        "claims_received",
        detail=f"{claims.path.name} 受領{stored:,}件 受領エラー{rejected[0]:,}件",
        subject_count=stored,
    )
    staged_claims.drop()
    staged_children.drop()
    return receipt


def _stage(
    source: Source, staging: Staging, extra: dict[str, str], progress: Progress
) -> list[UnreadableRow]:
    names = source.layout.names
    staging.drop()
    staging.create(
        {
            "row_number": "integer",
            **dict.fromkeys(names, "text DEFAULT ''"),
            **extra,
            "is_new": "boolean DEFAULT false",
        },
        temporary=True,
    )
    unreadable: list[UnreadableRow] = []
    progress.begin(f"{source.layout.name}の読込", source.survey.rows)
    columns = ", ".join(connection.ops.quote_name(name) for name in ("row_number", *names))
    for chunk in source.chunks(seal=seal_texts):
        with (
            connection.cursor() as cursor,
            cursor.copy(staging.filled(f"COPY {{staging}} ({columns}) FROM STDIN")) as copy,
        ):
            copy.write(chunk.copy_text(names, with_row=True))
        unreadable += chunk.rejects
        progress.advance(len(chunk.rows) + len(chunk.rejects))
    staging.execute("CREATE INDEX ON {staging} (claim_number)")
    staging.execute("ANALYZE {staging}")
    return unreadable


def _in(staging: Staging, statement: str, *, parameters: Any = None, **names: Any) -> int:
    """Run a statement that also names other staging tables or columns of ours."""
    for name, value in names.items():
        word = connection.ops.quote_name(value.name if isinstance(value, Staging) else value)
        statement = statement.replace(f"{{{name}}}", word)
    return staging.execute(statement, **(parameters or {}))


def _judge(claims: Staging, children: Staging) -> None:
    for month in MONTH_FIELDS:
        _in(claims, sql.NO_MONTH, column=month, parameters={"item": month})
    for statement in (
        sql.TWICE_IN_FILE,
        sql.MONTHS_OUT_OF_ORDER,
        sql.NOT_HANDED_OVER_WHOLE,
        sql.NOBODY_NAMED,
    ):
        claims.execute(statement)
    _in(children, sql.CHILD_WITHOUT_CLAIM, claims=claims)
    children.execute(sql.CHILD_TWICE)
    children.execute(sql.CHILD_NOT_NAMED)


def _name_people(claims: Staging, children: Staging, act: Act) -> None:
    with temporary_staging("child_allowance_subjects", SUBJECT_COLUMNS) as subjects:
        _in(subjects, sql.COLLECT_SUBJECTS, claims=claims, children=children)
        subjects.execute("ANALYZE {staging}")
        social_address.register_subjects(staging=subjects, system=own_system(), act=asking(act))
        for staging, into, who in (
            (claims, "claimant", "claimant"),
            (claims, "spouse", "spouse"),
            (children, "child", "child"),
        ):
            _in(
                staging,
                sql.NAME_PEOPLE,
                subjects=subjects,
                into=into,
                resident=f"{who}_resident_number",
                individual=f"{who}_individual_number",
            )
    _in(claims, sql.NOT_FOUND, into="claimant", parameters={"item": "claimant_resident_number"})
    _in(children, sql.NOT_FOUND, into="child", parameters={"item": "child_resident_number"})
    _in(
        children,
        sql.CHILD_WITHOUT_CLAIM + " AND rejected_item IS NULL",
        claims=claims,
    )


def _mark_new(claims: Staging, children: Staging) -> None:
    claims.execute(
        "UPDATE {staging} s SET is_new = true WHERE rejected_item IS NULL AND NOT EXISTS"
        " (SELECT FROM child_allowance_claim q WHERE q.claim_number = s.claim_number)"
    )
    _in(
        children,
        "UPDATE {staging} c SET is_new = true FROM {claims} s"
        " WHERE s.claim_number = c.claim_number AND s.is_new AND s.rejected_item IS NULL",
        claims=claims,
    )


def _hand_over(claims: Staging, act: Act) -> int:
    handed_over = claims.execute(sql.HAND_OVER_RECIPIENTS)
    for statement in (sql.TIE_CLAIMS, sql.NOT_TIED, sql.HAND_OVER_CHILDREN, sql.CHILDREN_OF_OTHERS):
        claims.execute(statement)
    claims.execute(sql.HAND_OVER_DECISIONS, at=act.at)
    return handed_over


def _register_accounts(claims: Staging, act: Act) -> None:
    columns = {
        **dict.fromkeys(
            (
                "addressee_number",
                "bank_code",
                "branch_code",
                "deposit_type",
                "account_number",
                "yucho_symbol",
                "yucho_number",
                "holder_kana",
            ),
            "text",
        ),
        "valid_from": "date",
        "problem": "text",
    }
    with temporary_staging("child_allowance_accounts", columns) as accounts:
        _in(accounts, sql.COLLECT_ACCOUNTS, claims=claims)
        social_address.register_accounts(staging=accounts, system=own_system(), act=asking(act))
        _in(accounts, sql.REFUSED_ACCOUNTS, claims=claims)


def _reject(
    batch: BatchRun,
    source: Source,
    staging: Staging,
    unreadable: Iterable[UnreadableRow],
    act: Act,
) -> int:
    rejects = [
        base.Reject(row.row, row.label, row.code, row.reason, {"row": row.raw})
        for row in unreadable
    ]
    names = ", ".join(connection.ops.quote_name(name) for name in source.layout.names)
    rejects += [
        base.Reject(
            number,
            source.layout.by_name[item].label,
            "E0901" if follows else "E0900",
            why,
            dict(zip(source.layout.names, cells, strict=True)),
        )
        for number, item, why, follows, *cells in staging.select(
            f"SELECT row_number, rejected_item, rejected_why, follows, {names} FROM {{staging}}"
            " WHERE rejected_item IS NOT NULL ORDER BY row_number"
        )
    ]
    return base.reject_rows(batch, rejects)
