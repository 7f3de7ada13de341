"""A row that could not be taken, mended by a person and sent again by the same path as a file."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction

from resident_basic import selectors
from resident_basic.models import ResidentVersion
from resident_basic.rules.intake import SEALED
from resident_basic.rules.items import register_layout
from resident_basic.selectors import CHANGES
from resident_basic.services.intake import FORWARD_TASK, KIND
from resident_basic.services.merging import MergeCounts
from resident_basic.services.rows import faults_of, merge_row, read_row
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow
from sapporo_base.models import RejectedRow
from sapporo_base.nudge import nudge

_SEALED_TEXT: Final = re.compile(r"[0-9a-f]{64}:[0-9a-f]{80,}")
_PROTECTED: Final = {"1", "2"}


@dataclass(frozen=True, slots=True)
class RowToMend:
    """
    A rejected row as a person mends it: its items without 個人番号, and what is wrong with each.

    `has_number`: a 個人番号 stands in it, sealed; it may stay unless it is among what is wrong. `is_cut`:
    the row could be cut into its items; otherwise they may stand in wrong places. `is_protected`: it
    is about someone under 支援措置.
    """

    rejected: RejectedRow
    values: Mapping[str, str]
    wrong: Mapping[str, str]
    has_number: bool
    is_cut: bool
    is_protected: bool


def row_to_mend(rejected: RejectedRow, *, day: date) -> RowToMend:
    """
    Return what stands in a rejected row, for a decision whether it may be opened.

    :param day: by whose コード表 it is judged; a code may have been entered since it was rejected.

    :raises NotFound: it is no row of the register.
    """
    if rejected.batch.kind != KIND:
        raise NotFound
    cells, sealed, labels = _content(base.open_rejected_row(rejected))
    layout = register_layout()
    is_cut = len(cells) == len(layout.names)
    values = {
        name: "" if name == SEALED or _SEALED_TEXT.search(cell) else cell
        for name, cell in zip(layout.names, cells, strict=False)
    }
    label = layout.by_name[SEALED].label
    wrong = faults_of(values, day=day)
    if label in {rejected.item, *labels}:
        wrong[SEALED] = rejected.reason if rejected.item == label else "番号に誤りがある。"
    elif len(sealed) > 1:
        wrong[SEALED] = "どれが個人番号か読み取れない。"
    numbers = selectors.protected_among([values.get("resident_number", "")])
    return RowToMend(
        rejected=rejected,
        values=values,
        wrong=wrong,
        has_number=bool(sealed),
        is_cut=is_cut,
        is_protected=bool(numbers) or values.get("support_measure") in _PROTECTED,
    )


def _content(row: Any) -> tuple[list[str], list[str], list[str]]:
    """Return the cells of a rejected row, the sealed 個人番号 in it, and the labels of what is wrong."""
    if isinstance(row, Mapping):
        cells = [str(row.get(name, "")) for name in register_layout().names]
        labels: list[str] = []
    else:
        cells = next(csv.reader([str(row[0])]), [])
        labels = [str(label) for label in row[1:]]
    return cells, [found for cell in cells for found in _SEALED_TEXT.findall(cell)], labels


@transaction.atomic
def open_row_to_mend(*, rejected: RejectedRow, reason: str, act: Act) -> RowToMend:
    """
    Record that a rejected row is opened, and why, then return it.

    :raises InvalidRequest: no reason is given.
    :raises NotFound: it is no row of the register.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    opened = row_to_mend(rejected, day=act.day)
    number = opened.values.get("resident_number", "")
    base.record_linkage(
        act.for_purpose(reason=reason),
        "rejected_row_opened",
        subjects=[("resident", number)] if number else [],
        items=[rejected.item],
        detail=f"一括処理{rejected.batch_id} {rejected.row_number}行",
    )
    return opened


def mend_rejected_row(
    *,
    rejected: RejectedRow,
    values: Mapping[str, str],
    individual_number: str | None,
    reason: str,
    act: Act,
) -> MergeCounts:
    """
    Receive a rejected row as it was mended. What was received since is never overwritten.

    :param values: texts by name of layout `juki_resident`, 個人番号 left out.
    :param individual_number: typed anew, "" for none; None leaves what stands sealed in the row.
    :raises InvalidRequest: an item is wrong; `fields` names each with the reason.
    :raises NotNow: it was mended or dropped already, or its 履歴 was received since.
    """
    with transaction.atomic():
        counts = _mend(rejected, dict(values), individual_number, reason, act)
    CHANGES.publish()
    return counts


def _mend(
    rejected: RejectedRow,
    values: dict[str, str],
    individual_number: str | None,
    reason: str,
    act: Act,
) -> MergeCounts:
    settled = base.settle_rejected_row(
        rejected, state=RejectedRow.State.MENDED, reason=reason, act=act
    )
    opened = row_to_mend(settled, day=act.day)
    sealed = ""
    if individual_number is None:
        if SEALED in opened.wrong:
            words = "封緘された個人番号は使えません。入力し直すか、空にしてください。"
            raise InvalidRequest(fields={SEALED: words})
        _, numbers, _ = _content(base.open_rejected_row(settled))
        sealed = numbers[0] if numbers else ""
    row = read_row({**values, SEALED: individual_number or ""}, day=act.day, sealed_number=sealed)
    since = ResidentVersion.objects.filter(
        resident_number=row.resident_number,
        history_number=row.history_number,
        superseded_at__isnull=True,
        recorded_at__gt=settled.batch.started_at,
    )
    if since.exists():
        raise NotNow("この履歴は、このファイルより後に受領済みです。この行は破棄してください。")
    counts = merge_row(row, batch_number=settled.batch_id, act=act)
    if counts.outdated:
        raise NotNow("処理日時がより新しい内容を受領済みです。この行は破棄してください。")
    changed = [name for name, value in opened.values.items() if values.get(name, "") != value]
    base.record_linkage(
        act.for_purpose(reason=reason),
        "rejected_row_mended",
        subjects=[("resident", row.resident_number)],
        items=[*changed, *([] if individual_number is None else [SEALED])],
        detail=f"一括処理{settled.batch_id} {settled.row_number}行",
        information="住民基本台帳ファイル",
    )
    nudge(FORWARD_TASK, queue="bulk")
    return counts
