"""What staff type to find people: a term by its words, a list by its columns. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sapporo_base.rules.dates import NotADate, parse_date
from sapporo_base.rules.kana import is_kana, kana_key, written_key
from sapporo_base.rules.places import place_key

_PLACE: Final = re.compile(r"\d|[条番号]|丁目|番地|[市区]$")
_PLACE_SAID: Final = re.compile(r"住所[::]")
_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Term:
    """What a term names; everything in it must be true of a person who is found."""

    name: str = ""
    kana: str = ""
    birth_on: date | None = None
    places: tuple[str, ...] = ()

    @property
    def names_nobody(self) -> bool:
        """Say whether it is too little to search by: a place alone, or a single kana."""
        return not self.birth_on and not self.name and len(self.kana) < _SHORTEST


def read_term(words: list[str]) -> Term:
    """Return what words name, each by its form: a date, a place, kana, and all else a written name."""
    names, kana, places, birth = [], [], [], None
    for word in words:
        born = _day(word)
        if born is not None:
            birth = born
        elif _PLACE_SAID.match(word) or _PLACE.search(word):
            places.append(place_key(_PLACE_SAID.sub("", word, count=1)))
        elif is_kana(word):
            kana.append(word)
        else:
            names.append(word)
    return Term(
        name=written_key(" ".join(names)),
        kana=kana_key("".join(kana)),
        birth_on=birth,
        places=tuple(filter(None, places)),
    )


def _day(word: str) -> date | None:
    try:
        return parse_date(word)
    except NotADate:
        return None


COLUMNS: Final[Mapping[str, str]] = {
    "業務番号": "business_number",
    "個人番号": "individual_number",
    "団体内統合宛名番号": "integrated_number",
    "氏名": "name",
    "氏名フリガナ": "name_kana",
    "生年月日": "birth_on",
    "性別": "sex",
}
"""Headings of a list to search by, and the items they are."""


class NotAList(ValueError):
    """The text can't be read as a list to search by; the message says where and why."""


def read_list(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """
    Yield row number and items of a list (CSV with the headings of `COLUMNS`, in any order, any of them left out).

    :raises NotAList: a heading that is none, or a day that is none; its row is named, its value is not.
    """
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    headings = [heading.strip() for heading in next(rows, [])]
    if not headings or not set(headings) <= COLUMNS.keys():
        raise NotAList(f"1行目の見出しは {'・'.join(COLUMNS)} から選んでください。")
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(headings):
            raise NotAList(f"{number}行目: 項目の数が見出しと違います。")
        yield number, _items(number, dict(zip(headings, cells, strict=True)))


def _items(number: int, row: Mapping[str, str]) -> Mapping[str, object]:
    items: dict[str, object] = {
        COLUMNS[heading]: cell.strip() for heading, cell in row.items() if cell.strip()
    }
    if "birth_on" in items:
        try:
            items["birth_on"] = parse_date(str(items["birth_on"]))
        except NotADate:
            raise NotAList(f"{number}行目: 生年月日が日付ではありません。") from None
    return items
