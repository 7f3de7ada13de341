"""Definitions in versions: drafted by one person, activated by another, from a day; examples that guard them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow, NotPermitted
from sapporo_base.layouts import BadLayout, golden, parse_layout
from sapporo_base.layouts.sheets import NotASheet, settled_row, sheet_rows
from sapporo_base.models import (
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    GoldenExample,
    Layout,
    Staff,
    UnmappedCode,
)
from sapporo_base.models.layouts import DraftedVersion
from sapporo_base.selectors import conversions
from sapporo_base.services.records import record_linkage

Kind = type[DraftedVersion]
State = DraftedVersion.State


def _staff(act: Act) -> Staff:
    if act.staff is None:
        raise NotPermitted("定義の改訂は、職員だけが行えます。")
    return act.staff


@transaction.atomic
def begin_draft(
    *, kind: Kind, code: str, name: str = "", definition: Mapping[str, Any] | None = None, act: Act
) -> DraftedVersion:
    """
    Begin a draft of the next version, from the newest there is; a draft that there is already is returned.

    :param name: for the first version of a new definition, with its `definition`.
    :raises NotFound: there is no such definition, and none to begin with is given.
    """
    staff = _staff(act)
    versions = kind._default_manager.select_for_update().filter(code=code)
    open_draft: DraftedVersion | None = versions.filter(state=State.DRAFT).first()
    if open_draft is not None:
        return open_draft
    newest = versions.order_by("-version").first()
    if newest is not None:
        name, content = newest.name, dict(newest.definition)
    elif kind is CodeTableRevision and (table := CodeTable.objects.filter(code=code).first()):
        name, content = table.name, _table_definition(table, act.day)
    elif definition is not None and name:
        content = dict(definition)
    else:
        raise NotFound("この識別名の定義はありません。")
    if kind is CodeTableRevision and newest is not None:
        # Codes also come with a release: what is in force counts, not the last revision.
        content = _table_definition(CodeTable.objects.get(code=code), act.day)
    version = newest.version + 1 if newest is not None else 1
    draft = kind(
        code=code,
        version=version,
        name=name,
        valid_from=act.day,
        definition=_with_head(kind, content, code, name, version, act.day),
        state=State.DRAFT,
        drafted_by=staff,
        drafted_at=act.at,
    )
    draft.save()
    return draft


def _table_definition(table: CodeTable, day: date) -> dict[str, Any]:
    return {
        "source": table.source,
        "stands_for": table.stands_for.code if table.stands_for else "",
        "entries": conversions.entries_on(table, day=day),
    }


def _with_head(
    kind: Kind, content: Mapping[str, Any], code: str, name: str, version: int, day: date
) -> dict[str, Any]:
    """Return the definition as the engine reads it: a layout's names itself and its version."""
    if kind is not Layout:
        return dict(content)
    return {
        **content,
        "code": code,
        "name": name,
        "version": version,
        "valid_from": day.isoformat(),
    }


@transaction.atomic
def save_draft(
    *,
    kind: Kind,
    draft_id: int,
    head: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    name: str,
    remark: str,
    valid_from: date,
    act: Act,
) -> DraftedVersion:
    """
    Save what is drafted, finished or not: what is wrong with it is shown, and stops its activation.

    Who saves is the drafter from then on, and may not activate it.

    :param head: what a definition says beside its rows.
    """
    draft: DraftedVersion = _open_draft(kind, draft_id)
    rows_key, columns = conversions.COLUMNS[kind]
    content = dict(draft.definition) | dict(head)
    content[rows_key] = [settled_row(columns, row) for row in rows]
    draft.name, draft.remark, draft.valid_from = name, remark, valid_from
    draft.definition = _with_head(kind, content, draft.code, name, draft.version, valid_from)
    draft.drafted_by, draft.drafted_at = _staff(act), act.at
    draft.save()
    return draft


def import_rows(
    *, kind: Kind, draft_id: int, data: bytes, dry_run: bool, act: Act
) -> tuple[list[dict[str, Any]], list[Any]]:
    """
    Put the rows of a CSV file in the place of a draft's rows; return them and what is wrong with them.

    Where anything is wrong, or on a dry run, nothing is changed.

    :raises InvalidRequest: the file is no such sheet.
    """
    rows_key, columns = conversions.COLUMNS[kind]
    try:
        rows = sheet_rows(data, columns)
    except NotASheet as error:
        raise InvalidRequest(error.reason, fields={"file": error.reason}) from None
    with transaction.atomic():
        draft = _open_draft(kind, draft_id)
        content = dict(draft.definition) | {rows_key: rows}
        faults = conversions.definition_faults(kind, content, day=draft.valid_from)
        if not faults and not dry_run:
            draft.definition = content
            draft.drafted_by, draft.drafted_at = _staff(act), act.at
            draft.save()
    return rows, faults


@transaction.atomic
def discard_draft(*, kind: Kind, draft_id: int, act: Act) -> None:
    """Throw a draft away; what is in force stays."""
    _staff(act)
    _open_draft(kind, draft_id).delete()


@transaction.atomic
def activate_draft(
    *, kind: Kind, draft_id: int, valid_from: date, broken_reason: str = "", act: Act
) -> DraftedVersion:
    """
    Put a draft in force from a day; the version before it ends there. By another than who drafted it.

    An example that the new version breaks must be given a reason; from that day on it is what the new
    version makes of the same values.

    :raises NotPermitted: who drafted it can't activate it (the database refuses it, too).
    :raises NotNow: something is wrong with it, or it would break examples without a reason.
    :raises InvalidRequest: the day lies in the past, or not behind the beginning of the version before.
    """
    draft: DraftedVersion = _open_draft(kind, draft_id)
    staff = _staff(act)
    if draft.drafted_by_id == staff.pk:
        raise NotPermitted("起案した職員は承認できません。別の職員が承認してください。")
    if valid_from < act.day:
        raise InvalidRequest(fields={"valid_from": "適用開始日は今日以降にしてください。"})
    content = _with_head(kind, draft.definition, draft.code, draft.name, draft.version, valid_from)
    faults = conversions.definition_faults(kind, content, day=valid_from)
    if faults:
        raise NotNow(f"誤りが{len(faults)}件あるため承認できません。{faults[0].words}")
    draft.definition, draft.valid_from = content, valid_from
    broken = conversions.broken_examples(draft, day=valid_from) if isinstance(draft, Layout) else []
    if broken and not broken_reason.strip():
        names = "、".join(one.example.name for one in broken[:3])
        raise NotNow(
            f"変換見本{len(broken)}件と結果が異なります({names})。理由を入力してください。",
            fields={"broken_reason": "変換見本と異なる理由を入力してください。"},
        )
    _end_version_before(kind, draft)
    draft.state, draft.activated_by, draft.activated_at = State.ACTIVE, staff, act.at
    draft.broken_examples, draft.broken_reason = len(broken), broken_reason if broken else ""
    draft.save()
    for one in broken:
        _renew_example(one.example, draft, act)
    if kind is CodeTableRevision:
        _put_codes_in_force(draft, act)
    record_linkage(
        act,
        "definition_activated",
        detail=f"{kind._meta.verbose_name} {draft.code} 第{draft.version}版 {valid_from}から"
        + (f" 見本と異なる{len(broken)}件" if broken else ""),
    )
    return draft


def _open_draft(kind: Kind, draft_id: int) -> Any:
    draft = kind._default_manager.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise NotFound("この改訂案はありません。")
    if draft.state != State.DRAFT:
        raise NotNow("承認済みの版は変更できません。新しい改訂案を作成してください。")
    return draft


def _end_version_before(kind: Kind, draft: DraftedVersion) -> None:
    before = kind._default_manager.filter(
        code=draft.code, state=State.ACTIVE, valid_until=None
    ).first()
    if before is None:
        return
    if before.valid_from >= draft.valid_from:
        raise InvalidRequest(
            fields={
                "valid_from": f"現行の第{before.version}版の適用開始日"
                f"({before.valid_from:%Y-%m-%d})より後にしてください。"
            }
        )
    kind._default_manager.filter(pk=before.pk).update(valid_until=draft.valid_from)


def _put_codes_in_force(draft: DraftedVersion, act: Act) -> None:
    """End the codes that the revision has no more or has otherwise, and begin those that it has anew."""
    content, day = draft.definition, draft.valid_from
    stands_for = CodeTable.objects.filter(code=content.get("stands_for", "")).first()
    table, _ = CodeTable.objects.update_or_create(
        code=draft.code,
        defaults={
            "name": draft.name,
            "source": content.get("source", ""),
            "stands_for": stands_for,
        },
    )
    wanted = {
        (
            row["code"],
            row["name"],
            row.get("counterpart", ""),
            row.get("direction", CodeEntry.Direction.BOTH),
        )
        for row in content["entries"]
    }
    there = table.entries.filter(valid_until=None)
    gone = [
        one
        for one in there.select_for_update()
        if (one.code, one.name, one.counterpart, one.direction) not in wanted
    ]
    kept = {(e.code, e.name, e.counterpart, e.direction) for e in there} - {
        (e.code, e.name, e.counterpart, e.direction) for e in gone
    }
    # One that has not begun yet, or begins that day, leaves no trace; the others end there.
    table.entries.filter(pk__in=[e.pk for e in gone], valid_from__gte=day).delete()
    table.entries.filter(pk__in=[e.pk for e in gone]).update(valid_until=day)
    CodeEntry.objects.bulk_create(
        CodeEntry(
            table=table,
            code=code,
            name=name,
            counterpart=counterpart,
            direction=direction,
            valid_from=day,
        )
        for code, name, counterpart, direction in sorted(wanted - kept)
    )
    known = {code for code, _, _, _ in wanted} | {ours for _, _, ours, _ in wanted}
    UnmappedCode.objects.filter(table_code=draft.code, settled_at=None, code__in=known).update(
        settled_at=act.at
    )


# Examples --------------------------------------------------------------------------------------


@transaction.atomic
def add_golden_example(
    *, layout_id: int, name: str, rows: Sequence[Mapping[str, str]], act: Act
) -> GoldenExample:
    """
    Keep made-up values and what a layout makes of them today as an example that later versions must meet.

    :raises InvalidRequest: the values hold a 個人番号, or some row can't be written.
    :raises NotNow: the version is a draft: what nobody has activated is no measure.
    """
    layout = Layout.objects.filter(pk=layout_id).first()
    if layout is None:
        raise NotFound
    if layout.state != State.ACTIVE:
        raise NotNow("改訂案の結果は見本にできません。承認された版で登録してください。")
    try:
        spec = parse_layout(layout.definition)
    except BadLayout as error:
        raise NotNow(str(error)) from error
    sealed = {spec.names[place] for place in spec.sealed_places} | {"individual_number"}
    if any(row.get(one) for row in rows for one in sealed):
        raise InvalidRequest("個人番号を見本に保存することはできません。空欄にしてください。")
    tables = conversions.tables_for([spec], day=act.day)
    found = golden.rendered(spec, rows, tables)
    if found.written.unwritten or not rows:
        raise InvalidRequest("書き出せない行があるため、見本にできません。")
    if GoldenExample.objects.filter(layout_code=layout.code, name=name, valid_until=None).exists():
        raise InvalidRequest(fields={"name": "同じ名称の見本があります。"})
    return GoldenExample.objects.create(
        layout_code=layout.code,
        name=name,
        rows=[{key: value for key, value in row.items() if value} for row in rows],
        expected=found.content,
        valid_from=act.day,
        added_by=_staff(act),
        added_at=act.at,
    )


@transaction.atomic
def end_golden_example(*, example_id: int, act: Act) -> GoldenExample:
    """Have an example hold no longer than until today."""
    _staff(act)
    example = GoldenExample.objects.select_for_update().filter(pk=example_id).first()
    if example is None:
        raise NotFound
    if example.valid_until is None:
        example.valid_until = max(act.day, example.valid_from)
        example.save(update_fields=["valid_until"])
    return example


def _renew_example(example: GoldenExample, layout: DraftedVersion, act: Act) -> None:
    spec = parse_layout(layout.definition)
    tables = conversions.tables_for([spec], day=layout.valid_from)
    names = set(spec.value_names)
    rows = [{k: v for k, v in row.items() if k in names} for row in example.rows]
    found = golden.rendered(spec, rows, tables)
    example.valid_until = max(layout.valid_from, example.valid_from)
    example.save(update_fields=["valid_until"])
    if found.written.unwritten:
        return
    GoldenExample.objects.create(
        layout_code=example.layout_code,
        name=example.name,
        rows=rows,
        expected=found.content,
        valid_from=layout.valid_from,
        added_by=_staff(act),
        added_at=act.at,
    )
