"""
How two people are compared (照合): keys that make writings comparable, items, and levels of agreement. Pure.

Fellegi and Sunter: each level of each item has a weight, log2 of how much more often it is seen of one
person than of two. One text of the conditions serves both engines: the one that learns and scores
masses, and the register itself.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sapporo_base.rules.kana import kana_key, name_key

_PREFECTURE_AND_CITY: Final = re.compile(r"^(北海道)?札幌市")
_PREFECTURE: Final = re.compile(r"^(北海道|東京都|京都府|大阪府|.{2,3}県)")
_SPACES: Final = re.compile(r"[\s　]+")
_KANJI_NUMBER: Final = re.compile(r"[〇一二三四五六七八九十百]+(?=条|丁目|番|号|線|区画)")
_DIGITS: Final = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_TENS: Final = {"十": 10, "百": 100}
_JOINTS: Final = re.compile(r"(?<=\d)(丁目|番地の|番地|番|号|の|ノ|[-‐‑‒–—―−ーｰ~])+(?=\d|$)")
_UP_TO_THE_BLOCK: Final = re.compile(r"^.*?\d+(?:-\d+)+(?=\D|$)|^.*?\d+(?=\D*$)")
_BLOCK: Final = re.compile(r"-?\d+(-\d+)?$")
MOST_RESIDENCES: Final = 20
_SHIPPED_FOR: Final = 200_000
"""People of a register for which the weights that come with the release were set."""


def _number(kanji: str) -> str:
    total, digit = 0, 0
    for character in kanji:
        if character in _TENS:
            total += max(digit, 1) * _TENS[character]
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[character]
    return str(total + digit)


def residence_key(residential_address: str) -> str:
    """
    Return a residence as it is compared: 条, 丁目, 番 and 号 in whichever writing, no building.

    北海道札幌市東区北三十五条東七丁目２７番１８号　Ａマンション１２０１号室 and 札幌市東区北35条東7-27-18 are one.
    """
    text = unicodedata.normalize("NFKC", residential_address).strip()
    text = _PREFECTURE_AND_CITY.sub("", text)
    text = _PREFECTURE.sub("", text)
    text = _SPACES.split(text)[0] if text else ""
    text = _KANJI_NUMBER.sub(lambda found: _number(found[0]), text)
    text = _JOINTS.sub("-", text).rstrip("-")
    found = _UP_TO_THE_BLOCK.match(text)
    return found[0] if found else text


def without_prefecture(place: str) -> str:
    """Return a place without its 都道府県, which some systems write and others leave out; itself if it is no more."""
    return _PREFECTURE.sub("", place.strip()) or place


def town_key(residence: str) -> str:
    """Return the part of a residence's key before its block: the town."""
    return _BLOCK.sub("", residence)


def given_name_key(name_kana: str) -> str:
    """Return the key of the name after the family name; empty where nothing tells them apart."""
    words = _SPACES.split(name_kana.strip())
    return kana_key("".join(words[1:])) if len(words) > 1 else ""


def whole_name_key(name: str) -> str:
    """Return the key of a written name: 異体字 as equals, spaces left out."""
    return name_key(_SPACES.sub("", name))


@dataclass(frozen=True, slots=True)
class Level:
    """
    One level of agreement of an item, the nearest first.

    `condition` is SQL over {l} and {r}, the two people's columns. `rarity`: the weight grows with how
    rare the reading of the name is. `fixed`: the weight, where nothing may be learnt of it.
    """

    code: str
    words: str
    condition: str
    rarity: bool = False
    fixed: float | None = None

    @property
    def as_learnt(self) -> dict[str, float] | None:
        """Return a fixed weight in the form of a learnt one; None where it is learnt."""
        if self.fixed is None:
            return None
        return {"weight": self.fixed, "m": _FIXED_SHARE * 2**self.fixed, "u": _FIXED_SHARE}


@dataclass(frozen=True, slots=True)
class Item:
    """One item that is compared; where `unknown` holds it says nothing."""

    code: str
    words: str
    unknown: str
    levels: tuple[Level, ...]
    otherwise: str = "相違"


_FIXED_SHARE: Final = 1e-3
LEAST_WEIGHT, MOST_WEIGHT = -20.0, 30.0
ELSE: Final = "else"
UNKNOWN: Final = "unknown"


def _swapped(*pieces: tuple[int, int]) -> str:
    """Return the condition that one birth date is the other with pieces of it in another order."""
    parts = " || ".join(f"substr({{r}}birth, {start}, {length})" for start, length in pieces)
    return f"{{l}}birth = {parts}"


_BIRTH_SLIPS: Final = " OR ".join(
    (
        "levenshtein({l}birth, {r}birth) <= 1",
        _swapped((1, 4), (7, 2), (5, 2)),
        _swapped((1, 2), (4, 1), (3, 1), (5, 4)),
        _swapped((1, 4), (6, 1), (5, 1), (7, 2)),
        _swapped((1, 6), (8, 1), (7, 1)),
    )
)
_LEAST_KANA: Final = 4
# Born on one day into one home under one family name: what is learnt without labels takes them for one,
# for each of these agrees. A human being sees two given names, and so does this.
_TWINS: Final = " AND ".join(
    (
        "{l}birth <> ''",
        "{l}birth = {r}birth",
        "{l}residence <> ''",
        "{l}residence = {r}residence",
        "{l}given <> ''",
        "{r}given <> ''",
        "{l}name <> {r}name",
        "{l}given <> {r}given",
        # Who wrote the reading where the name belongs says nothing of two given names by one wrong kana.
        "(levenshtein({l}given, {r}given) > 1"
        " OR NOT {l}name SIMILAR TO '[ぁ-ゖァ-ヺー]+' AND NOT {r}name SIMILAR TO '[ぁ-ゖァ-ヺー]+')",
        "left({l}kana, length({l}kana) - length({l}given))"
        " = left({r}kana, length({r}kana) - length({r}given))",
    )
)
ITEMS: Final = (
    Item(
        "name",
        "氏名",
        "({l}kana = '' OR {r}kana = '') AND ({l}name = '' OR {r}name = '')",
        (
            Level(
                "same",
                "一致",
                "{l}kana <> '' AND {l}kana = {r}kana AND {l}name = {r}name",
                rarity=True,
            ),
            Level("reading", "読みが一致", "{l}kana <> '' AND {l}kana = {r}kana", rarity=True),
            Level("writing", "漢字が一致", "{l}name <> '' AND {l}name = {r}name"),
            Level("twins", "名が相違(双子とみられる)", _TWINS, fixed=LEAST_WEIGHT),
            Level(
                "slip",
                "読みが一字違い",
                f"length({{l}}kana) >= {_LEAST_KANA} AND length({{r}}kana) >= {_LEAST_KANA}"
                " AND levenshtein({l}kana, {r}kana) <= 1",
            ),
            Level("given", "名の読みが一致", "{l}given <> '' AND {l}given = {r}given"),
        ),
    ),
    Item(
        "birth",
        "生年月日",
        "{l}birth = '' OR {r}birth = ''",
        (
            Level("same", "一致", "{l}birth = {r}birth"),
            Level("slip", "数字の誤り・入替り", _BIRTH_SLIPS),
            Level("month_day", "月日が一致", "substr({l}birth, 5, 4) = substr({r}birth, 5, 4)"),
        ),
    ),
    Item(
        "sex",
        "性別",
        "{l}sex = '' OR {r}sex = ''",
        (Level("same", "一致", "{l}sex = {r}sex"),),
    ),
    Item(
        "residence",
        "住所",
        "{l}residence = '' OR {r}residence = ''",
        (
            Level("same", "一致", "{l}residence = {r}residence"),
            Level("past", "過去の住所と一致", "{l}residences && {r}residences"),
            Level("town", "町字が一致", "{l}town = {r}town"),
        ),
    ),
    Item(
        "number",
        "個人番号",
        "1 = 0",
        (Level("free", "一方または双方に登録なし", "NOT ({l}has_number AND {r}has_number)"),),
        otherwise="双方に登録あり",
    ),
)
COLUMNS: Final = (
    "name", "kana", "given", "birth", "sex", "residence", "town", "residences", "has_number",
)  # fmt: skip
"""Columns of a key that are compared."""
BLOCKS: Final = (
    "{l}birth = {r}birth AND substr({l}kana, 1, 2) = substr({r}kana, 1, 2)",
    "{l}birth = {r}birth AND {l}given = {r}given",
    "{l}birth = {r}birth AND {l}name = {r}name",
    "{l}birth = {r}birth AND {l}residence = {r}residence",
    "{l}kana = {r}kana",
    "{l}residence = {r}residence AND {l}given = {r}given",
    "{l}residence = {r}residence AND substr({l}kana, 1, 2) = substr({r}kana, 1, 2)",
)
"""
Who is compared at all. Two characters of the reading are enough beside a birth date or a residence;
trigrams would find nothing in 佐藤.
"""


def words_of(item: str, level: str) -> str:
    """Return the level of an item in words."""
    found = next(one for one in ITEMS if one.code == item)
    if level == UNKNOWN:
        return "比較できない"
    return next((one.words for one in found.levels if one.code == level), found.otherwise)


def agrees(level: str) -> bool:
    """Say whether a level is agreement, whole or near."""
    return level not in {ELSE, UNKNOWN}


def clamped(weight: float) -> float:
    """Return a weight within bounds: what was never seen is improbable, not impossible."""
    return min(max(weight, LEAST_WEIGHT), MOST_WEIGHT)


def scoring_sql(weights: dict[str, dict[str, dict[str, float]]], *, left: str, right: str) -> str:
    """
    Return SQL columns for two aliases: `<item>_level` of each item, then `weight`, the sum in bits.

    The prior is not in it. `{left}rarity` is how rare the reading of the name is, in bits.
    """
    levels, terms = [], []
    for item in ITEMS:
        learnt = weights[item.code]
        named, weighed = [], []
        unknown = _filled(item.unknown, left, right)
        for level in item.levels:
            condition = _filled(level.condition, left, right)
            known = learnt[level.code]
            named.append(f"WHEN {condition} THEN '{level.code}'")
            weight = f"{known['weight']:.6f}"
            if level.rarity:
                weight = f"{known['weight'] + math.log2(known['u']):.6f} + {left}rarity"
            weighed.append(f"WHEN {condition} THEN {weight}")
        levels.append(
            f"CASE WHEN {unknown} THEN '{UNKNOWN}' {' '.join(named)} ELSE '{ELSE}' END"
            f" AS {item.code}_level"
        )
        terms.append(
            f"CASE WHEN {unknown} THEN 0.0 {' '.join(weighed)}"
            f" ELSE {learnt[ELSE]['weight']:.6f} END"
        )
    return ", ".join([*levels, " + ".join(terms) + " AS weight"])


def _filled(condition: str, left: str, right: str) -> str:
    return "(" + condition.replace("{l}", left).replace("{r}", right) + ")"


def prior_among(people: float, *, prior: float, learnt_of: int) -> float:
    """
    Return the odds that two of so many people are one, from those of the people it was learnt of.

    Doubles grow with the people, the pairs with their square: beside two million a given name and a birth
    date in common say less than beside twenty thousand.
    """
    return prior * min(1.0, (learnt_of or _SHIPPED_FOR) / max(people, 1.0))


def _numbers(told: Any) -> dict[str, float]:
    return {name: float(told[name]) for name in ("weight", "m", "u")}


def as_numbers(weights: Any) -> dict[str, dict[str, dict[str, float]]]:
    """
    Return weights that were read from somewhere, checked: every level of every item, numbers only.

    :raises ValueError: a level is missing or its weight is no number.
    """
    try:
        return {
            item.code: {
                **{
                    level.code: level.as_learnt or _numbers(weights[item.code][level.code])
                    for level in item.levels
                },
                ELSE: _numbers(weights[item.code][ELSE]),
            }
            for item in ITEMS
        }
    except (KeyError, TypeError) as error:
        raise ValueError("照合モデルの重みが欠けています。") from error
