"""
Definitions as a sheet of rows, as people edit them and spreadsheets hold them: the fields of a layout, the
codes of a table, the characters of a 文字対応表. What is wrong is told by row and column.
"""

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sapporo_base.layouts.definitions import DATE_FORMS, PADS, TYPES, DefinitionFault
from sapporo_base.rules.characters import visible_characters
from sapporo_base.rules.check_digits import CHECKS

Row = dict[str, Any]
_YES: Final = frozenset({"1", "true", "on", "はい", "○", "必須", "yes"})
_MOST_ROWS: Final = 2_000
_LONGEST_CODE: Final = 20
_LONGEST_NAME: Final = 200
_LONGEST_REPLACEMENT: Final = 10
DIRECTIONS: Final[Mapping[str, str]] = {
    "both": "双方向",
    "inward": "受領のみ",
    "outward": "送付のみ",
}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet: its key in the definition, its heading, and what it may hold."""

    key: str
    label: str
    kind: str = "text"
    choices: Mapping[str, str] | None = None
    help: str = ""


LAYOUT_COLUMNS: Final = (
    SheetColumn("label", "項目名"),
    SheetColumn("name", "識別名", help="英小文字・数字・_"),
    SheetColumn("type", "型", "choice", TYPES),
    SheetColumn("length", "桁数", "number"),
    SheetColumn("required", "必須", "flag"),
    SheetColumn("codes", "市のコード表", "table"),
    SheetColumn("code_map", "相手先コード表", "table"),
    SheetColumn("date_form", "日付の書き方", "choice", DATE_FORMS),
    SheetColumn("characters", "文字集合", "characters"),
    SheetColumn("pad", "前ゼロ", "choice", PADS),
    SheetColumn("check", "検査", "choice", {one: one for one in sorted(CHECKS)}),
    SheetColumn("unknown_date", "不詳日を許す", "flag"),
    SheetColumn("unknown_inline", "不詳表記を日付の欄に書く", "flag"),
    SheetColumn("sealed", "個人番号", "flag"),
    SheetColumn("integrated_number", "統合宛名番号", "flag"),
    SheetColumn("group", "繰返し", help="電文の繰返し項目の名前"),
)
CODE_COLUMNS: Final = (
    SheetColumn("code", "コード"),
    SheetColumn("name", "名称"),
    SheetColumn("counterpart", "市のコード", help="相手先のコード表だけ"),
    SheetColumn("direction", "方向", "choice", DIRECTIONS),
)
CHARACTER_COLUMNS: Final = (
    SheetColumn("from", "元の文字"),
    SheetColumn("to", "置換え後"),
    SheetColumn("direction", "方向", "choice", DIRECTIONS),
    SheetColumn("note", "備考"),
)


class NotASheet(Exception):
    """The file can't be taken as a sheet at all; `reason` tells staff why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def settled_row(columns: Sequence[SheetColumn], raw: Mapping[str, Any]) -> Row:
    """Return a row as a definition holds it: nothing where nothing was said."""
    row: Row = {}
    for one in columns:
        value = raw.get(one.key, "")
        if one.kind == "flag":
            if value is True or str(value).strip().lower() in _YES:
                row[one.key] = True
            continue
        text = unicodedata.normalize("NFC", str(value if value is not None else "")).strip(" ")
        if one.kind == "choice" and one.choices and text not in one.choices:
            text = next((key for key, word in one.choices.items() if word == text), text)
        if one.kind == "number":
            text = unicodedata.normalize("NFKC", text)
            if text.isascii() and text.isdigit():
                row[one.key] = int(text)
                continue
        if text:
            row[one.key] = text
    return row


def sheet_rows(data: bytes, columns: Sequence[SheetColumn]) -> list[Row]:
    """
    Return the rows of a CSV file (UTF-8 or CP932) whose headings are those of the columns.

    :raises NotASheet: no text, no headings, headings that are not known, too many rows.
    """
    text = _text(data)
    lines = list(csv.reader(io.StringIO(text, newline="")))
    headings = [one.strip() for one in lines[0]] if lines else []
    by_label = {one.label: one for one in columns} | {one.key: one for one in columns}
    strange = [one for one in headings if one and one not in by_label]
    missing = [one.label for one in columns[:2] if not {one.label, one.key} & set(headings)]
    if strange or missing:
        known = "、".join(one.label for one in columns)
        wrong = (
            f"見出し「{strange[0]}」は使えません"
            if strange
            else f"見出し「{missing[0]}」がありません"
        )
        raise NotASheet(f"{wrong}。1行目の見出しは次のものです: {known}")
    body = [(number, line) for number, line in enumerate(lines[1:], 2) if any(line)]
    if len(body) > _MOST_ROWS:
        raise NotASheet(f"{_MOST_ROWS:,}行を超えています。")
    for number, line in body:
        if len(line) > len(headings):
            raise NotASheet(f"{number}行目の列が見出しより多くあります。")
    keys = [by_label[one].key if one else "" for one in headings]
    return [settled_row(columns, dict(zip(keys, line, strict=False))) for _, line in body]


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotASheet("文字として読めません。UTF-8かシフトJISのCSVで保存してください。")


def sheet_csv(rows: Sequence[Row], columns: Sequence[SheetColumn]) -> bytes:
    """Return rows as a CSV file with BOM, as spreadsheets open it and `sheet_rows` reads it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([one.label for one in columns])
    for row in rows:
        writer.writerow(["1" if (v := row.get(one.key, "")) is True else v for one in columns])
    return stream.getvalue().encode("utf-8-sig")


# Codes and characters --------------------------------------------------------------------------


def code_faults(
    rows: Sequence[Row], *, stands_for: str, ours: Collection[str]
) -> Iterator[DefinitionFault]:
    """
    Give what is wrong with the codes of a table.

    :param stands_for: the city's table that a neighbour's stands for, "" for one of the city's own.
    :param ours: the codes of that table.
    """
    if not rows:
        yield DefinitionFault(0, "entries", "コードが1つもありません。")
    said = [(row.get("code", ""), row.get("counterpart", "")) for row in rows]
    theirs, back = Counter[str](), Counter[str]()
    for (code, counterpart), row in zip(said, rows, strict=True):
        direction = row.get("direction", "both")
        theirs[code] += direction in {"both", "inward"} or not stands_for
        back[counterpart] += direction in {"both", "outward"} and bool(counterpart)
    for number, ((code, counterpart), row) in enumerate(zip(said, rows, strict=True), 1):
        for column, reason in _code_faults(row, stands_for, ours):
            yield DefinitionFault(number, column, reason, code)
        direction = row.get("direction", "both")
        if code and theirs[code] > 1 and direction != "outward":
            yield DefinitionFault(number, "code", f"コード「{code}」が2回あります。", code)
        if counterpart and back[counterpart] > 1 and direction != "inward":
            reason = (
                f"市のコード「{counterpart}」の送付先が2つあります。片方を「受領のみ」にします。"
            )
            yield DefinitionFault(number, "counterpart", reason, code)


def _code_faults(row: Row, stands_for: str, ours: Collection[str]) -> Iterator[tuple[str, str]]:
    code, counterpart = str(row.get("code", "")), str(row.get("counterpart", ""))
    if not code or len(code) > _LONGEST_CODE:
        yield "code", f"コードは1から{_LONGEST_CODE}文字です。"
    name = str(row.get("name", ""))
    if not name or len(name) > _LONGEST_NAME:
        yield "name", f"名称は1から{_LONGEST_NAME}文字です。"
    if row.get("direction", "both") not in DIRECTIONS:
        yield "direction", f"方向は {'・'.join(DIRECTIONS.values())} から選びます。"
    # One that has no counterpart is known and can't be converted: it is met as an unmapped code.
    if stands_for and counterpart and counterpart not in ours:
        yield "counterpart", f"市のコード「{counterpart}」は「{stands_for}」にありません。"
    if not stands_for and counterpart:
        yield "counterpart", "市のコード表では、市のコードの欄は空けておきます。"


def character_faults(rows: Sequence[Row]) -> Iterator[DefinitionFault]:
    """Give what is wrong with the replacements of a 文字対応表."""
    if not rows:
        yield DefinitionFault(0, "entries", "文字が1つもありません。")
    outward, inward = Counter[str](), Counter[str]()
    for row in rows:
        direction = row.get("direction", "both")
        outward[row.get("from", "")] += direction in {"both", "outward"}
        inward[row.get("to", "")] += direction in {"both", "inward"}
    for number, row in enumerate(rows, 1):
        one, to = str(row.get("from", "")), str(row.get("to", ""))
        direction = row.get("direction", "both")
        if len(visible_characters(one)) != 1:
            yield DefinitionFault(
                number, "from", "元の文字は1文字です(異体字セレクタ付きも可)。", one
            )
        if not 1 <= len(to) <= _LONGEST_REPLACEMENT:
            reason = f"置換え後は1から{_LONGEST_REPLACEMENT}文字です。"
            yield DefinitionFault(number, "to", reason, one)
        if one and one == to:
            yield DefinitionFault(number, "to", "元の文字と同じです。", one)
        if direction not in DIRECTIONS:
            reason = f"方向は {'・'.join(DIRECTIONS.values())} から選びます。"
            yield DefinitionFault(number, "direction", reason, one)
        if direction != "inward" and outward[one] > 1:
            yield DefinitionFault(number, "from", f"元の文字「{one}」が2回あります。", one)
        if direction != "outward" and inward[to] > 1:
            reason = f"「{to}」から戻す文字が2つあります。片方を「送付のみ」にします。"
            yield DefinitionFault(number, "to", reason, one)
