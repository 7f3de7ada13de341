"""What conversion leaves behind, noted: codes that nobody maps, characters that a receiver lacks."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse

from sapporo_base.acts import Act
from sapporo_base.layouts import Unmapped
from sapporo_base.models import BusinessSystem, ConversionLoss
from sapporo_base.rules.characters import Loss
from sapporo_base.selectors import conversions
from sapporo_base.services.alarms import Raised

_LONGEST = 20
_LIKE_A_NUMBER = re.compile(r"[0-9０-９]{12}")
_HIDDEN = "(表示できない値)"
_NOTE = """
INSERT INTO sapporo_base_unmappedcode AS u
    (table_code, direction, code, count, first_met_at, last_met_at, layout_code, item, place)
SELECT * FROM unnest(%(tables)s::varchar[], %(directions)s::varchar[], %(codes)s::varchar[],
    %(counts)s::bigint[], %(at)s::timestamptz[], %(at)s::timestamptz[], %(layouts)s::varchar[],
    %(items)s::varchar[], %(places)s::varchar[])
ORDER BY 1, 2, 3
ON CONFLICT (table_code, direction, code) DO UPDATE
SET count = u.count + excluded.count, last_met_at = excluded.last_met_at,
    layout_code = excluded.layout_code, item = excluded.item, place = excluded.place,
    settled_at = NULL
"""


def _keepable(code: str) -> str:
    """Return a code as it may be kept: what stands in the wrong column may be anything."""
    if len(code) > _LONGEST or _LIKE_A_NUMBER.search(code) or not code.isprintable():
        return _HIDDEN
    return code


@transaction.atomic
def note_unmapped(found: Iterable[Unmapped], *, layout_code: str, place: str, at: datetime) -> int:
    """
    Count codes that no table has, and keep where each was met last; return how many different ones.

    :param place: the file or message, without anybody's data.
    """
    merged: dict[tuple[str, str, str], tuple[int, str, int]] = {}
    for one in found:
        key = (one.table, one.direction, _keepable(one.code))
        count, item, row = merged.get(key, (0, one.item, one.row))
        merged[key] = (count + one.count, item, row)
    if not merged:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "tables": [table for table, _, _ in merged],
                "directions": [direction for _, direction, _ in merged],
                "codes": [code for _, _, code in merged],
                "counts": [count for count, _, _ in merged.values()],
                "at": [at] * len(merged),
                "layouts": [layout_code] * len(merged),
                "items": [item[:100] for _, item, _ in merged.values()],
                "places": [f"{place} {row}行目"[:200] for _, _, row in merged.values()],
            },
        )
    return len(merged)


def unmapped_alarms(*, at: datetime) -> list[Raised]:
    """Codes were met that their table lacks, and nobody has entered them yet: one for each table."""
    page = reverse("admin:sapporo_base_unmappedcode_changelist")
    return [
        Raised(
            "unmapped_code",
            f"コード表「{one.name}」にないコードがあります"[:80],
            f"{one.codes:,}種類、{one.count:,}件現れています(項目「{one.item}」など)。"
            "「未対応コード」から登録すると、次から変換されます。",
            key=one.table_code,
            page=f"{page}?q={one.table_code}",
        )
        for one in conversions.open_unmapped_by_table()
    ]


@dataclass(frozen=True, slots=True)
class LostIn:
    """What one item of one record lost."""

    record: str
    item: str
    losses: tuple[Loss, ...]


@transaction.atomic
def note_losses(
    lost: Iterable[LostIn],
    *,
    of: Collection[str],
    origin: str,
    layout_code: str,
    layout_version: int,
    system: BusinessSystem | None,
    act: Act,
) -> int:
    """
    Keep every character that records lost on their way; return how many.

    :param of: all records that were converted: what they lost the time before is kept no longer.
    """
    ConversionLoss.objects.filter(
        origin=origin, layout_code=layout_code, system=system, record__in=of
    ).delete()
    rows = [
        ConversionLoss(
            at=act.at,
            origin=origin,
            system=system,
            layout_code=layout_code,
            layout_version=layout_version,
            record=one.record[:120],
            item=one.item[:100],
            position=loss.position,
            original=loss.original[:20],
            replacement=loss.replacement[:20],
            rule=str(loss.rule)[:30],
            correlation_id=act.correlation_id,
        )
        for one in lost
        for loss in one.losses
    ]
    ConversionLoss.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
