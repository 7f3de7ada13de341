"""What a definition of a layout may say, and what is wrong with one: by item and column, in words."""

import codecs
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ebcdic  # noqa: F401 - registers the EBCDIC codecs by being imported

from sapporo_base.rules.check_digits import CHECKS

TYPES: Final[Mapping[str, str]] = {
    "X": "X 半角文字",
    "N": "N 全角文字",
    "9": "9 数字",
    "S9": "S9 符号付き整数",
    "9V": "9V 小数",
    "YEAR": "YEAR 西暦年",
    "DATE": "DATE 日付",
    "TIME": "TIME 時刻",
}
FORMS: Final[Mapping[str, str]] = {
    "csv": "CSV",
    "fixed": "固定長",
    "xml": "XML",
    "json": "JSON",
    "message": "電文(項目名と値)",
}
UNITS: Final[Mapping[str, str]] = {"characters": "文字数", "bytes": "バイト数"}
KEYS: Final[Mapping[str, str]] = {"name": "識別名", "label": "項目名"}
ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8(BOMなし)",
    "utf-8-sig": "UTF-8(BOM付き)",
    "utf-16": "UTF-16(BOM付き)",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "cp932": "シフトJIS(CP932)",
    "shift_jis_2004": "シフトJIS(JIS X 0213)",
    "euc_jp": "EUC-JP",
    "euc_jis_2004": "EUC(JIS X 0213)",
    "cp290": "EBCDIC(カタカナ、半角のみ)",
    "cp1047": "EBCDIC(英数字、半角のみ)",
}
HALF_WIDTH_ONLY: Final = frozenset({"cp290", "cp1047"})
WITHOUT_CODEC: Final[Mapping[str, str]] = {
    "jef": "JEF(富士通)",
    "keis": "KEIS(日立)",
    "jips": "JIPS(NEC)",
    "cp930": "IBM漢字(CP930)",
    "cp939": "IBM漢字(CP939)",
    "ebcdic": "EBCDIC(種類の指定なし)",
}
CHARACTER_SETS: Final[Mapping[str, str]] = {
    "mj": "文字情報基盤(制限なし)",
    "jisx0213": "JIS X 0213",
    "jisx0208": "JIS X 0208",
    "cp932": "シフトJIS(CP932)",
    "zengin": "全銀(半角カナ・英数字)",
}
DATE_FORMS: Final[Mapping[str, str]] = {
    "iso": "2026-04-01",
    "compact": "20260401",
    "gyymmdd": "5080401(元号コード)",
    "points": "R08.04.01",
    "wareki": "令和8年4月1日",
}
PADS: Final[Mapping[str, str]] = {"zero": "前にゼロ"}
_OF_FORM: Final[Mapping[str, frozenset[str]]] = {
    "xml": frozenset({"utf-8", "utf-8-sig", "utf-16"}),
    "json": frozenset({"utf-8", "utf-8-sig"}),
    "message": frozenset({"utf-8"}),
}
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_TABLE: Final = re.compile(r"[a-zA-Z0-9_-]{1,60}\Z")
_XML_NAME: Final = re.compile(r"[^\W\d][\w.-]*\Z")
_LONGEST: Final = 4_000


@dataclass(frozen=True)
class DefinitionFault:
    """What is wrong in a definition: in which item (from 1, 0 is the layout's head), which column."""

    row: int
    column: str
    reason: str
    item: str = ""

    @property
    def words(self) -> str:
        """The fault with its place."""
        where = f"{self.row}番目の項目({self.item})" if self.row else "レイアウト"
        return f"{where}: {self.reason}"


def definition_faults(
    raw: Mapping[str, Any],
    *,
    tables: Collection[str] | None = None,
    character_maps: Collection[str] | None = None,
) -> list[DefinitionFault]:
    """
    Return everything that is wrong with a definition; none of it is guessed at or mended.

    :param tables: the code tables that there are, None where that is asked elsewhere.
    :param character_maps: the 文字対応表 that there are, None likewise.
    """
    found = list(_head_faults(raw, character_maps))
    fields = raw.get("fields")
    if not isinstance(fields, list | tuple) or not fields:
        return [*found, DefinitionFault(0, "fields", "項目が1つもありません。")]
    for row, one in enumerate(fields, 1):
        for column, reason in _field_faults(one, raw, tables, character_maps):
            item = str(one.get("label") or one.get("name") or "名称なし")
            found.append(DefinitionFault(row, column, reason, item))
    return [*found, *_repeated(fields)]


def _head_faults(
    raw: Mapping[str, Any], character_maps: Collection[str] | None
) -> Iterator[DefinitionFault]:
    for key, label in (("name", "名称"), ("version", "版"), ("valid_from", "適用開始日")):
        if not raw.get(key):
            yield DefinitionFault(0, key, f"{label}がありません。")
    try:
        date.fromisoformat(str(raw.get("valid_from") or "2000-01-01"))
    except ValueError:
        yield DefinitionFault(0, "valid_from", "適用開始日を日付として読めません。")
    form = raw.get("form", "")
    if form not in FORMS:
        yield DefinitionFault(0, "form", f"形式は {'・'.join(FORMS.values())} から選びます。")
    if raw.get("unit", "characters") not in UNITS:
        yield DefinitionFault(0, "unit", "桁数の単位は文字数かバイト数です。")
    if raw.get("keys", "name") not in KEYS:
        yield DefinitionFault(0, "keys", "XML・JSONの名前は識別名か項目名です。")
    encoding = str(raw.get("encoding", "")).lower()
    yield from _encoding_faults(encoding, form)
    yield from _place_faults(raw, form, encoding)
    if form == "fixed" and raw.get("header"):
        yield DefinitionFault(0, "header", "固定長に見出し行は付けられません。")
    if form == "csv" and not raw.get("newline", "\r\n"):
        yield DefinitionFault(0, "newline", "CSVには改行が必要です。")
    if form in _OF_FORM and (raw.get("header") or raw.get("trailer")):
        yield DefinitionFault(0, "trailer", f"{FORMS[form]}に見出し行・トレーラは付けられません。")
    if form == "xml":
        for key in ("root", "record"):
            if not _XML_NAME.match(raw.get(key, "record")):
                yield DefinitionFault(0, key, "XMLの要素名として使えません。")
    yield from (
        DefinitionFault(0, "characters", reason)
        for reason in _unknown_characters(raw.get("characters", ""), character_maps)
    )


def _encoding_faults(encoding: str, form: str) -> Iterator[DefinitionFault]:
    if name := WITHOUT_CODEC.get(encoding):
        yield DefinitionFault(
            0,
            "encoding",
            f"{name}の変換表は公開されていないため扱えません。"
            "相手方にUTF-8かシフトJISでの送受信を依頼してください。",
        )
    elif encoding not in ENCODINGS:
        yield DefinitionFault(0, "encoding", f"文字コード「{encoding}」は扱えません。")
    elif encoding not in _OF_FORM.get(form, ENCODINGS):
        yield DefinitionFault(0, "encoding", f"{FORMS[form]}の文字コードはUTF-8などに限ります。")
    else:
        codecs.lookup(encoding)


def _place_faults(raw: Mapping[str, Any], form: str, encoding: str) -> Iterator[DefinitionFault]:
    """Say where an encoding and a fixed length can't go together."""
    in_bytes = raw.get("unit", "characters") == "bytes"
    if form == "fixed" and in_bytes and encoding.startswith("utf-16"):
        yield DefinitionFault(0, "unit", "UTF-16の固定長は、桁数を文字数で指定します。")
    if encoding in HALF_WIDTH_ONLY and (form != "fixed" or raw.get("newline", "\r\n")):
        yield DefinitionFault(
            0, "newline", "EBCDICのファイルは、改行のない固定長としてだけ扱えます。"
        )


def _unknown_characters(named: str, character_maps: Collection[str] | None) -> Iterator[str]:
    if not named or named in CHARACTER_SETS:
        return
    if not _TABLE.match(named) or (character_maps is not None and named not in character_maps):
        yield f"文字集合・文字対応表「{named}」がありません。"


def _field_faults(  # noqa: PLR0912 - one line for each rule, in the order of the columns
    one: Mapping[str, Any],
    head: Mapping[str, Any],
    tables: Collection[str] | None,
    character_maps: Collection[str] | None,
) -> Iterator[tuple[str, str]]:
    form, kind = head.get("form"), one.get("type", "")
    name, label = str(one.get("name", "")), str(one.get("label", ""))
    if not label.strip():
        yield "label", "項目名がありません。"
    elif form in {"xml", "message"} and head.get("keys") == "label" and not _XML_NAME.match(label):
        yield "label", "この項目名はXMLの名前として使えません(記号・数字始まりは不可)。"
    if not _IDENTIFIER.match(name):
        yield "name", "識別名は英小文字で始まる英小文字・数字・_ の60字以内です。"
    if kind not in TYPES:
        yield "type", f"型は {'・'.join(TYPES)} から選びます。"
    length = str(one.get("length", ""))
    if not (length.isascii() and length.isdigit() and 1 <= int(length) <= _LONGEST):
        yield "length", f"桁数は1から{_LONGEST:,}までの整数です。"
    if (check := one.get("check", "")) and check not in CHECKS:
        yield "check", f"検査「{check}」はありません。"
    for column in ("codes", "code_map"):
        if (table := one.get(column, "")) and tables is not None and table not in tables:
            yield column, f"コード表「{table}」がありません。"
    if one.get("code_map") and not one.get("codes"):
        yield "codes", "コードを変換する項目には、市のコード表も指定します。"
    if form_of_date := one.get("date_form", ""):
        if form_of_date not in DATE_FORMS:
            yield "date_form", f"日付の書き方は {'・'.join(DATE_FORMS)} から選びます。"
        elif kind != "DATE":
            yield "date_form", "日付の書き方は、型がDATEの項目だけに指定します。"
    for reason in _unknown_characters(one.get("characters", ""), character_maps):
        yield "characters", reason
    if one.get("characters") and kind not in {"X", "N"}:
        yield "characters", "文字集合は、型がXかNの項目だけに指定します。"
    if pad := one.get("pad", ""):
        if pad not in PADS:
            yield "pad", "詰め方は「zero」か空欄です。"
        elif kind != "9" or form != "fixed":
            yield "pad", "前ゼロは、固定長の型9の項目だけに指定します。"
    if group := str(one.get("group", "")):
        if form != "message":
            yield "group", "繰返しは、電文のレイアウトだけに指定します。"
        elif not _XML_NAME.match(group):
            yield "group", "この繰返しの名前はXMLの名前として使えません(記号・数字始まりは不可)。"
    if kind == "N" and str(head.get("encoding", "")).lower() in HALF_WIDTH_ONLY:
        yield "type", "EBCDIC(半角のみ)のファイルに全角の項目は置けません。"
    yield from _unknown_date_faults(one, head)


def _unknown_date_faults(
    one: Mapping[str, Any], head: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if one.get("unknown_inline"):
        if one.get("type") != "DATE" or not one.get("unknown_date"):
            yield "unknown_inline", "不詳表記を日付の欄に書けるのは、不詳日を許す日付だけです。"
        return
    if one.get("unknown_date"):
        names = {field.get("name") for field in head.get("fields", ())}
        companions = {f"{one.get('name')}_unknown", f"{one.get('name')}_text"} - names
        if companions:
            yield (
                "unknown_date",
                f"不詳日のための項目 {'、'.join(sorted(companions))} がありません。",
            )


def _repeated(fields: Collection[Mapping[str, Any]]) -> Iterator[DefinitionFault]:
    for column, label in (("name", "識別名"), ("label", "項目名")):
        seen: dict[str, int] = {}
        for row, one in enumerate(fields, 1):
            value = str(one.get(column, ""))
            if column == "label" and value:
                value = f"{one.get('group', '')}/{value}".strip("/")
            if first := seen.get(value):
                reason = f"{label}「{value}」は{first}番目の項目と同じです。"
                yield DefinitionFault(row, column, reason, str(one.get("label", "")))
            elif value:
                seen[value] = row
