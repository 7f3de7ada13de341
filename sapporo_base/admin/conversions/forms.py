"""Forms of the conversion workbench: what a definition says beside its rows, and its rows as a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget
from sapporo_base.layouts.definitions import ENCODINGS, FORMS, KEYS, UNITS, DefinitionFault
from sapporo_base.layouts.sheets import SheetColumn
from sapporo_base.models import CharacterMap, CodeTableRevision, Layout
from sapporo_base.models.layouts import DraftedVersion
from sapporo_base.selectors import conversions

_NEWLINES = {"crlf": "CRLF", "lf": "LF", "none": "なし(固定長のみ)"}
_NEWLINE_TEXTS = {"crlf": "\r\n", "lf": "\n", "none": ""}
_BLANK_ROWS = 3
_PRIMARY = 6
_PURPOSES = {
    "": "ファイル",
    "copy": "副本(市から中間サーバへ)",
    "result": "照会結果(中間サーバから市へ)",
}


def _text(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget(), **more)


def _choice(label: str, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget(), **more)


def _flag(label: str, **more: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget(), **more)


class HeadForm(forms.Form):
    """What every definition says beside its rows."""

    name = _text("名称", max_length=100)
    valid_from = WarekiDateField(label="適用開始日", widget=WarekiDateWidget())
    remark = forms.CharField(
        label="改訂の理由",
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="承認する職員が読みます。例: 相手先システムの更新により性別のコードが変わるため",
    )

    def head(self) -> dict[str, Any]:
        """Return what the definition says, from what was typed."""
        return {}


class LayoutHeadForm(HeadForm):
    """What a layout says of its file."""

    form = _choice("形式", FORMS.items())
    encoding = _choice("文字コード", ENCODINGS.items())
    unit = _choice("桁数の単位", UNITS.items())
    newline = _choice("改行", _NEWLINES.items())
    keys = _choice("XML・JSON・電文の名前", KEYS.items())
    characters = forms.ChoiceField(
        label="文字集合",
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="相手が扱える文字です。空欄の場合は文字コードの範囲です。",
    )
    header = _flag("見出し行を付ける")
    trailer = _flag("トレーラ(件数の行)を付ける")
    purpose = _choice("使いみち", _PURPOSES.items(), required=False)
    information_code = _text(
        "特定個人情報名コード", required=False, help_text="使いみちが副本・照会結果の場合だけ"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the characters there are."""
        super().__init__(*args, **kwargs)
        day = kwargs.get("initial", {}).get("valid_from") or date.max
        self.fields["characters"].choices = [
            ("", "文字コードに従う"),
            *conversions.character_choices(day=day),
        ]

    def head(self) -> dict[str, Any]:
        """Return what the definition says, from what was typed."""
        data = self.cleaned_data
        names = ("form", "encoding", "unit", "keys", "characters", "header", "trailer")
        return {
            **{name: data[name] for name in names},
            "newline": _NEWLINE_TEXTS[data["newline"]],
            "purpose": data["purpose"],
            "information_code": data["information_code"],
        }


class CodeHeadForm(HeadForm):
    """What a code table says of itself."""

    source = _text("出典", required=False, max_length=200)
    stands_for = forms.ChoiceField(
        label="対応する市のコード表",
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="相手先のコード表の場合に選びます。選ぶと、コードごとに市のコードを入力できます。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the tables there are."""
        super().__init__(*args, **kwargs)
        self.fields["stands_for"].choices = [
            ("", "なし(市のコード表)"),
            *conversions.table_choices(),
        ]

    def head(self) -> dict[str, Any]:
        """Return what the definition says, from what was typed."""
        return {name: self.cleaned_data[name] for name in ("source", "stands_for")}


class CharacterHeadForm(HeadForm):
    """What a 文字対応表 says of its receiver."""

    target = _choice(
        "文字集合",
        [
            ("", "文字コードに従う"),
            ("mj", "文字情報基盤(制限なし)"),
            ("jisx0213", "JIS X 0213"),
            ("jisx0208", "JIS X 0208"),
            ("cp932", "シフトJIS(CP932)"),
        ],
        required=False,
        help_text="この表にない文字は、縮退マップによってこの文字集合に置き換えます。",
    )

    def head(self) -> dict[str, Any]:
        """Return what the definition says, from what was typed."""
        return {"target": self.cleaned_data["target"]}


HEAD_FORMS: Mapping[type[DraftedVersion], type[HeadForm]] = {
    Layout: LayoutHeadForm,
    CodeTableRevision: CodeHeadForm,
    CharacterMap: CharacterHeadForm,
}


def head_initial(draft: DraftedVersion) -> dict[str, Any]:
    """Return what stands in the form at first."""
    said = dict(draft.definition)
    newlines = {text: key for key, text in _NEWLINE_TEXTS.items()}
    return {
        **said,
        "newline": newlines.get(said.get("newline", "\r\n"), "crlf"),
        "unit": said.get("unit", "characters"),
        "keys": said.get("keys", "name"),
        "name": draft.name,
        "valid_from": draft.valid_from,
        "remark": draft.remark,
    }


class NewDefinitionForm(forms.Form):
    """The first version of a definition that there is none of yet."""

    code = forms.SlugField(
        label="識別名",
        max_length=60,
        widget=UnfoldAdminTextInputWidget(),
        help_text="半角の英数字・ハイフン・下線です。後から変更できません。",
    )
    name = _text("名称", max_length=100)


class ImportForm(forms.Form):
    """A sheet as a CSV file."""

    file = forms.FileField(
        label="CSVファイル", help_text="UTF-8またはシフトJIS。1行目は見出しです。"
    )
    dry_run = _flag(
        "取り込まずに確認だけする", help_text="誤りの有無だけを表示します。", initial=True
    )


class ActivationForm(forms.Form):
    """From when a version is in force, and why it breaks examples where it does."""

    valid_from = WarekiDateField(label="適用開始日", widget=WarekiDateWidget())
    broken_reason = forms.CharField(
        label="変換見本と異なる理由",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="上に「変換見本と異なる」と表示されている場合は必須です。",
    )


# Rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the sheet as it is shown."""

    column: SheetColumn
    name: str
    value: Any
    fault: str

    @property
    def widget(self) -> str:
        """Say how it is typed."""
        return {"flag": "flag", "choice": "choice", "number": "number"}.get(
            self.column.kind, "text"
        )

    @property
    def offered(self) -> str:
        """Name the list of what there is to choose from."""
        return {"table": "sb-tables", "characters": "sb-characters"}.get(self.column.kind, "")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of the sheet as it is shown; `more` stand in its second line."""

    number: int
    index: int
    cells: Sequence[Cell]
    more: Sequence[Cell]

    @property
    def is_open(self) -> bool:
        """Say whether the second line must be seen."""
        return any(cell.fault for cell in self.more)

    @property
    def told(self) -> str:
        """Say in words what the second line says."""
        parts = []
        for cell in self.more:
            if cell.value is True:
                parts.append(cell.column.label)
            elif cell.value:
                words = (cell.column.choices or {}).get(str(cell.value), cell.value)
                parts.append(f"{cell.column.label}: {words}")
        return "、".join(parts)


def sheet(
    columns: Sequence[SheetColumn],
    rows: Sequence[Mapping[str, Any]],
    faults: Sequence[DefinitionFault],
) -> list[SheetRow]:
    """Return the rows of a sheet to be edited, and a few empty ones behind them."""
    told = {(fault.row, fault.column): fault.reason for fault in reversed(faults)}
    shown = []
    for index, row in enumerate([*rows, *({} for _ in range(_BLANK_ROWS))]):
        cells = [
            Cell(
                column,
                f"rows-{index}-{column.key}",
                row.get(column.key, ""),
                told.get((index + 1, column.key), "") if index < len(rows) else "",
            )
            for column in columns
        ]
        shown.append(SheetRow(index + 1, index, cells[:_PRIMARY], cells[_PRIMARY:]))
    return shown


def posted_rows(data: QueryDict, columns: Sequence[SheetColumn]) -> list[dict[str, Any]]:
    """Return the rows that were typed, in the order that was typed; empty and removed ones are none."""
    indexes = {
        int(parts[1])
        for key in data
        if len(parts := key.split("-", 2)) == 3 and parts[0] == "rows" and parts[1].isdigit()  # noqa: PLR2004
    }
    found = []
    for index in sorted(indexes):
        row = {one.key: data.get(f"rows-{index}-{one.key}", "") for one in columns}
        if data.get(f"rows-{index}-delete") or not any(str(v).strip() for v in row.values()):
            continue
        order = data.get(f"rows-{index}-order", "")
        place = float(order) if order.replace(".", "", 1).isdigit() else float("inf")
        found.append((place, index, row))
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])]
