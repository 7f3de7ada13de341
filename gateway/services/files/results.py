"""照会結果 as files: each begins in the feed where the one before ended, in the layout of its receiver."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final

from django.db import transaction

from gateway.models import ExchangedFile, FileExchangeSetting, Inquiry
from gateway.rules.stray_numbers import holds_individual_number
from gateway.services.files import folders
from gateway.services.inquiries import Result, inquiry_results, results_end
from sapporo_base import selectors as base_questions
from sapporo_base.acts import JAPAN, Act
from sapporo_base.bulk import file_sha256
from sapporo_base.layouts import LayoutSpecification, parse_layout, write_records

_AT_ONCE: Final = 5_000
_KEPT_FINDINGS: Final = 10_000
_EXTENSIONS: Final = {"csv": "csv", "fixed": "txt", "xml": "xml", "json": "json"}
_STATES: Final = dict(Inquiry.State.choices)


def write_results(setting: FileExchangeSetting, *, act: Act) -> ExchangedFile | None:
    """
    Write the results of a system that no file of it has yet; None where there are none.

    First the stretch of the feed is noted, then the file is written: after a stop the same stretch is
    written again, so that nothing is missing and nothing comes twice.
    """
    act = replace(act, correlation_id=uuid.uuid4(), system=setting.system, path="file")
    file = ExchangedFile.objects.filter(
        setting=setting,
        direction=ExchangedFile.Direction.OUT,
        state=ExchangedFile.State.WRITING,
    ).first() or _begin(setting, act)
    return _write(file, setting, act) if file else None


def _begin(setting: FileExchangeSetting, act: Act) -> ExchangedFile | None:
    until = results_end(system=setting.system, receipt=setting.results_after, most=_AT_ONCE)
    if until is None:
        return None
    layout = _layout(setting, act)
    first = setting.results_after + 1
    with transaction.atomic():
        file = ExchangedFile.objects.create(
            setting=setting,
            system=setting.system,
            direction=ExchangedFile.Direction.OUT,
            name=f"results_{setting.prefix}_{first}_{until}.{_EXTENSIONS[layout.form]}",
            state=ExchangedFile.State.WRITING,
            after_receipt=setting.results_after,
            until_receipt=until,
            at=act.at,
            correlation_id=act.correlation_id,
        )
        setting.results_after = until
        setting.save(update_fields=["results_after"])
    return file


def _layout(setting: FileExchangeSetting, act: Act) -> LayoutSpecification:
    return parse_layout(base_questions.layout_definition(setting.result_layout_code, day=act.day))


def _write(file: ExchangedFile, setting: FileExchangeSetting, act: Act) -> ExchangedFile:
    layout = _layout(setting, act)
    page = inquiry_results(
        system=setting.system, receipt=file.after_receipt, limit=_AT_ONCE, act=act
    )
    results = [one for one in page.results if one.receipt <= file.until_receipt]
    findings: list[tuple[int, str, str]] = []
    rows = [_row(at, one, layout, findings) for at, one in enumerate(results, 1)]
    places = [at for at, row in enumerate(rows, 1) if row is not None]
    whole = [row for row in rows if row is not None]

    def write(stream: BinaryIO) -> None:
        tables = base_questions.tables_for([layout], day=act.day)
        written = write_records(stream, layout, whole, tables=tables, encoding=setting.encoding)
        findings.extend((places[u.row - 1], u.label, u.reason) for u in written.unwritten)
        findings.extend(
            (places[lost.row - 1], layout.by_name[lost.item].label, "字形を置き換えました。")
            for lost in written.losses
        )
        file.rows = written.rows

    path = folders.write_whole(setting.system, folders.OUT, file.name, write)
    file.size, file.sha256 = path.stat().st_size, file_sha256(path)
    file.accepted, file.rejected = file.rows, len(results) - file.rows
    file.findings = [list(one) for one in sorted(findings)[:_KEPT_FINDINGS]]
    is_whole = not file.findings
    file.state = ExchangedFile.State.DONE if is_whole else ExchangedFile.State.PARTLY
    file.answered_at = act.at
    receipt = _receipt(file)
    folders.write_whole(
        setting.system, folders.RECEIPTS, f"{file.name}.json", lambda out: _put(out, receipt)
    )
    file.save()
    return file


def _put(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


def _receipt(file: ExchangedFile) -> bytes:
    told = {
        "file": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "rows": file.rows,
        "left_out": file.rejected,
        "after_receipt": file.after_receipt,
        "until_receipt": file.until_receipt,
        "findings": file.findings,
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def _row(
    at: int, one: Result, layout: LayoutSpecification, findings: list[tuple[int, str, str]]
) -> dict[str, str] | None:
    """Return a result as the layout names its items; what has no place there is told, not dropped in silence."""
    told = {
        "receipt": str(one.receipt),
        "inquiry_id": str(one.inquiry_id),
        "request_key": one.request_key,
        "business_number": one.business_number,
        "business_numbers": " ".join(one.business_numbers),
        "state": one.state,
        "state_words": _STATES[one.state],
        "information_code": one.information_code,
        "provider_code": one.provider_code,
        "fiscal_year": str(one.fiscal_year or ""),
        "provided_at": one.provided_at.astimezone(JAPAN).isoformat(timespec="seconds")
        if one.provided_at
        else "",
        "items": json.dumps(one.items, ensure_ascii=False) if one.items else "",
        "reason_code": one.reason_code,
        "reason": one.reason,
    }
    if holds_individual_number(told["items"]):
        findings.append((at, "項目", "個人番号と読める値があるため、ファイルに書き出しません。"))
        return None
    findings.extend((at, told_of["item"], told_of["words"]) for told_of in one.problems)
    plain = _plain(one.items)
    row = {
        field.name: told[field.name] if field.name in told else plain.pop(field.label, "")
        for field in layout.fields
        if not field.sealed
    }
    if "items" not in layout.names and one.items:
        named = {field.label for field in layout.fields}
        findings.extend(
            (at, name, "この項目の欄がレイアウトにありません。")
            for name in one.items
            if name not in named or not isinstance(one.items[name], str | None)
        )
    return row


def _plain(items: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in items.items() if isinstance(value, str)}
