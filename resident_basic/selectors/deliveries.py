"""Who was given what about a person: single disclosures, and bulk deliveries by their feed range."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from resident_basic.selectors.disclosure import CHANGES
from sapporo_base.models import LinkageRecord
from sapporo_base.selectors import records_about, records_over

RESIDENT_DISCLOSED: Final = "resident_disclosed"
CHANGES_DISCLOSED: Final = "changes_disclosed"
SNAPSHOT_DISCLOSED: Final = "snapshot_disclosed"
HASHES_DISCLOSED: Final = "hashes_disclosed"
FILE_DISCLOSED: Final = "file_disclosed"

FORMS: Final = {
    RESIDENT_DISCLOSED: "個別の移転",
    CHANGES_DISCLOSED: "異動情報",
    SNAPSHOT_DISCLOSED: "全件",
    HASHES_DISCLOSED: "照合用ハッシュ",
    FILE_DISCLOSED: "日次ファイル",
}
"""Kinds of 情報連携記録 by which this app hands data to a system, and the words for each."""


@dataclass(frozen=True, slots=True)
class PersonDelivery:
    """
    One delivery that held a person: to whom, when, in which form, which items.

    `items` are names of items (`rules.items.item_labels` has the words), `withheld` those that were
    kept back; what 支援措置 hid of this person is not among either. `record_id` leads to the
    情報連携記録.
    """

    record_id: int
    at: datetime
    receiver_code: str
    form: str
    path: str
    items: tuple[str, ...]
    withheld: tuple[str, ...]
    with_individual_number: bool
    procedure: str
    legal_basis: str


def deliveries_about(resident_number: str, *, limit: int = 200) -> list[PersonDelivery]:
    """
    Return who was given what about this person and when, newest first.

    A single disclosure names its people. A bulk delivery (異動情報, 全件, 日次ファイル, 照合用ハッシュ)
    is one record with its stretch of the feed: the person was in it where one of their 異動情報 has
    its place in that stretch. 全件 stands at a receipt, so its stretch begins at 0.
    """
    single = records_about([("resident", resident_number)]).filter(kind=RESIDENT_DISCLOSED)
    bulk = records_over(CHANGES.table, _receipts_of(resident_number)).filter(kind__in=FORMS)
    found = [
        record
        for record in (*single[:limit], *bulk[:limit])
        if record.result != LinkageRecord.Result.REFUSED
    ]
    found.sort(key=lambda record: (record.at, record.pk), reverse=True)
    return [
        PersonDelivery(
            record_id=record.pk,
            at=record.at,
            receiver_code=record.receiver_code,
            form=FORMS[record.kind],
            path=record.get_path_display(),
            items=tuple(record.items),
            withheld=tuple(record.withheld),
            with_individual_number="individual_number" in record.items,
            procedure=record.procedure,
            legal_basis=record.legal_basis,
        )
        for record in found[:limit]
    ]


def _receipts_of(resident_number: str) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.position FROM {CHANGES.position_table} p"
            " JOIN resident_basic_residentchange c ON c.id = p.entry_id"
            " WHERE c.resident_number = %s",
            [resident_number],
        )
        return [position for (position,) in cursor.fetchall()]
