"""What staff type to find people: a term by its words, a list by its columns. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from unicodedata import normalize

from integrated_address.rules.matching import residence_key, without_prefecture
from sapporo_base.rules.dates import NotADate, parse_date
from sapporo_base.rules.kana import is_kana, kana_keys, script_runs, written_keys
from sapporo_base.rules.places import place_key

_PLACE: Final = re.compile(r"\d|[条番号]|丁目|番地|[市区]$")
_PLACE_SAID: Final = re.compile(r"住所[::]")
_HOME: Final = re.compile(r".+?区.+\d")
_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Term:
    """What a term names; everything in it must be true of a person who is found."""

    name: tuple[str, ...] = ()
    """The beginning of the written name; of several spellings any."""
    kana: tuple[str, ...] = ()
    """The beginning of the reading."""
    mixed: tuple[str, ...] = ()
    """The beginning of a written name in both scripts; or it is `name` or `kana`, and ends as `ends` say."""
    ends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    birth_on: date | None = None
    places: tuple[str, ...] = ()
    home: str = ""
    """A 住所 that stands alone and says enough to search by: ward, town and block."""

    @property
    def names_nobody(self) -> bool:
        """Say whether it is too little to search by: a town alone, or a single kana."""
        return not (self.birth_on or self.name or self.home or _long_enough(self.kana))


def read_term(words: list[str]) -> Term:
    """Return what words name, each by its form: a date, a place, and all else a name in either script."""
    runs: list[str] = []
    said, birth = [], None
    for word in words:
        born = _day(word)
        if born is not None:
            birth = born
        elif _PLACE_SAID.match(word) or _PLACE.search(word):
            said.append(_PLACE_SAID.sub("", word, count=1))
        else:
            runs += script_runs(word)
    pieces = [
        ("kana", kana_keys("".join(piece))) if kana else ("name", written_keys("".join(piece)))
        for kana, piece in groupby(runs, is_kana)
    ]
    begins = dict(pieces[:1])
    kana = begins.get("kana", ())
    return Term(
        name=begins.get("name", ()),
        # オー alone begins as オオ or オウ: a single オ would name half the city.
        kana=kana if birth else _long_enough(kana) or kana,
        mixed=written_keys(" ".join(runs)) if pieces[1:] else (),
        ends=tuple(pieces[1:]),
        birth_on=birth,
        places=tuple(filter(None, map(place_asked, said))),
        home="" if pieces or birth else _home("".join(said)),
    )


def _long_enough(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if len(key) >= _SHORTEST)


def place_asked(place: str) -> str:
    """Return the key of a place that is part of the 住所 of whom somebody looks for, with or without 都道府県."""
    return place_key(without_prefecture(place))


def _home(place: str) -> str:
    key = residence_key(place)
    return key if _HOME.match(key) else ""


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
_NUMBERS: Final = frozenset({"individual_number", "integrated_number"})
_BETWEEN: Final = re.compile(r"[\s\-‐－ー]")


def plain_digits(text: str) -> str:
    """Return a number that people wrote in groups, with hyphens or in full width, as its digits alone."""
    return _BETWEEN.sub("", normalize("NFKC", text))


class NotAList(ValueError):
    """The text can't be read as a list to search by; the message says where and why."""


def read_list(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """
    Yield row number and items of a list with the headings of `COLUMNS`, in any order, any of them left out.

    Between the columns are commas, or tabs as a spreadsheet copies them.

    :raises NotAList: a heading that is none, or a day that is none; its row is named, its value is not.
    """
    text = text.lstrip("\ufeff")
    is_copied = "\t" in text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter="\t" if is_copied else ",")
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
    for name in _NUMBERS & items.keys():
        items[name] = plain_digits(str(items[name]))
    if "birth_on" in items:
        try:
            items["birth_on"] = parse_date(str(items["birth_on"]))
        except NotADate:
            raise NotAList(f"{number}行目: 生年月日が日付ではありません。") from None
    return items
