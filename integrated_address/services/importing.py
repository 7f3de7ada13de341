"""
Migration (移行): numbers of the system before are brought along as they are, and never given again.

Nobody is merged by it (名寄せはしない): what contradicts itself or the register is named, row by row.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from integrated_address.rules import FIRST_SERIAL, LAST_SERIAL
from integrated_address.services import import_sql as sql
from integrated_address.services.keys import complete_digests, writing_column
from integrated_address.services.locks import lock_everyone
from integrated_address.services.name_keys import complete_name_keys
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, Staging, analyze_grown
from sapporo_base.nudge import nudge

LAYOUT = "integrated_numbers"
_EXTRA: Mapping[str, str] = {
    "digest": "bytea",
    "ciphertext": "bytea",
    "name_key": "text",
    "is_first": "boolean",
}
_TABLES = tuple(
    f"integrated_address_{name}"
    for name in ("integratedaddressee", "basicitems", "individualnumber", "businessnumber")
)


def import_numbers(
    *,
    path: Path,
    act: Act,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str = "",
) -> base.Receipt:
    """
    Bring numbers along from the system before: numbers, links with periods, 個人番号, 基本4情報.

    A row is one link; the rows of one person stand under one number, and the first of them (or the one
    with the 統合宛名フラグ) tells the 基本4情報. The same file again changes nothing. New numbers are
    drawn beyond all that were brought.

    :raises UnreadableFile: the file as a whole can't be received; nothing is stored.
    """
    return base.receive_file(
        path=path,
        layout=LAYOUT,
        kind="import_numbers",
        extra=_EXTRA,
        merge=partial(_import, is_rehearsal=dry_run),
        act=act,
        dry_run=dry_run,
        progress=progress,
        encoding=encoding,
    )


def _import(staging: Staging, act: Act, *, is_rehearsal: bool) -> Mapping[str, int]:
    lock_everyone()
    column = writing_column(at=act.at)
    parameters = {
        "at": act.at,
        "day": act.day,
        "trip": act.correlation_id,
        "first": FIRST_SERIAL,
        "last": LAST_SERIAL,
    }
    staging.execute(sql.UNSEAL)
    ahead = staging.execute(sql.NOT_YET, **parameters)
    for statement in sql.REJECTIONS:
        staging.execute(statement, **parameters)
    complete_name_keys(staging)
    staging.execute(sql.CHOOSE_FIRST)
    people = staging.execute(sql.ADD_PEOPLE, **parameters)
    staging.execute(sql.ADD_BASIC_ITEMS, **parameters)
    numbers = staging.execute(sql.ADD_INDIVIDUAL_NUMBERS.format(column=column), **parameters)
    staging.execute(sql.ADD_CODE_STATUS, **parameters)
    links = staging.execute(sql.ADD_LINKS, **parameters)
    staging.execute(sql.TELL, **parameters)
    complete_digests()
    ((alike,),) = staging.select(sql.COUNT_ALIKE)
    if not is_rehearsal:
        # A sequence does not take part in a transaction: beyond numbers that were not stored is harmless.
        staging.execute(sql.MOVE_SEQUENCE, **parameters)
        nudge("gateway.tasks.read_feeds")
    analyze_grown(people, *_TABLES)
    base.record_linkage(
        act,
        "numbers_imported",
        subject_count=people,
        opened_individual_number=True,
        detail=f"移行: {people}人、業務番号{links}件",
    )
    return {
        "引き継いだ団体内統合宛名番号": people,
        "個人番号": numbers,
        "業務番号の紐付": links,
        "基本4情報が同じ別番号の組(名寄せ候補。移行では統合しない)": alike,
        "有効終了年月日が先のため、終了していない紐付": ahead,
    }
