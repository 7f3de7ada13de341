"""One row of `juki_resident` by itself: judged, packed and merged as a row of a file is."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from resident_basic.rules.intake import SEALED, pack
from resident_basic.rules.items import register_layout
from resident_basic.services.judging import close_absences
from resident_basic.services.merging import MergeCounts, merge
from resident_basic.services.staging import (
    copy_statement,
    create_staging,
    drop_staging,
    fingerprint_key,
)
from sapporo_base import sealing
from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.bulk import Staging
from sapporo_base.layouts import Chunk, Tables, judged_by
from sapporo_base.layouts.decoding import Decoder, RawChunk, fingerprints


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was found right: whom it is about, and what is copied into the staging table."""

    event_id: str
    resident_number: str
    history_number: int
    content_digest: str
    copy_text: bytes


def faults_of(values: Mapping[str, str], *, day: date) -> dict[str, str]:
    """Return what is wrong with a row, by item of layout `juki_resident`."""
    return _decoded(values, day)[1]


def read_row(values: Mapping[str, str], *, day: date, sealed_number: str = "") -> ReadRow:
    """
    Return the row, judged as a row of a file is.

    :param values: texts by name of layout `juki_resident`; what is absent is empty.
    :param day: by whose コード表 it is judged.
    :param sealed_number: the 個人番号 where it stays sealed, as `sealing.seal_texts` made it.
    :raises InvalidRequest: an item is wrong; `fields` names each with the reason.
    """
    chunk, wrong = _decoded(values, day)
    if wrong:
        raise InvalidRequest(fields=wrong)
    if sealed_number:
        chunk.columns[SEALED] = [sealed_number]
    number = chunk.columns[SEALED][0].partition(":")[0]
    content = f"{chunk.lines[0]},{number}"
    (content_digest,) = fingerprints([content], sealing.digest("content of a row"))
    return ReadRow(
        event_id=chunk.columns["event_id"][0],
        resident_number=chunk.columns["resident_number"][0],
        history_number=int(chunk.columns["history_number"][0]),
        content_digest=content_digest,
        copy_text=pack(chunk).copy_text,
    )


def _decoded(values: Mapping[str, str], day: date) -> tuple[Chunk, dict[str, str]]:
    layout = register_layout()
    if unknown := sorted(set(values) - set(layout.names)):
        raise InvalidRequest(fields=dict.fromkeys(unknown, "この項目はレイアウトにありません。"))
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([values.get(name, "") for name in layout.names])
    codes = base_selectors.judging_codes(layout, day=day)
    key = fingerprint_key(judged_by(layout, codes))
    decoder = Decoder(layout, Tables(codes), "utf-8", sealing.seal_texts, key)
    chunk = decoder.decode(RawChunk(0, [1], [line.getvalue()]))
    if not chunk.rejects:
        return chunk, {}
    first = chunk.rejects[0]
    wrong = {first.item or "row": first.reason}
    return chunk, wrong | {name: fault.reason for name, _, fault in first.more}


def merge_row(row: ReadRow, *, batch_number: int | None, act: Act) -> MergeCounts:
    """Merge a row into the register. Call it in a transaction."""
    staging = Staging("resident_event")
    drop_staging(staging)
    create_staging(staging, temporary=True)
    with connection.cursor() as cursor, cursor.copy(copy_statement(staging)) as copy:
        copy.write(row.copy_text)
    counts = merge(staging, batch_number=batch_number, act=act)
    close_absences(staging, at=act.at)
    drop_staging(staging)
    return counts
