"""Datasets that 個人基本 lays down as 副本: dated files beside this one, each with its certainty."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Dataset:
    """
    One dataset in one 版: its codes, from when it holds, how sure it is, and its items.

    `items` leads from the label on the wire to the item of the register. `certainty` is "assumed"
    where the official layout was not at hand.
    """

    information_code: str
    dataset: str
    layout_version: str
    valid_from: date
    certainty: str
    items: Mapping[str, str]


class NoDataset(LookupError):
    """No 版 of the dataset holds on that day."""


@cache
def _versions(name: str) -> tuple[Dataset, ...]:
    found = [
        Dataset(**tomllib.loads(path.read_text(encoding="utf-8")))
        for path in _HERE.glob(f"{name}-*.toml")
    ]
    return tuple(sorted(found, key=lambda one: one.valid_from))


def household_dataset(day: date) -> Dataset:
    """
    Return the 世帯情報 in the 版 that holds on a day.

    :raises NoDataset: it is before the first.
    """
    holding = [one for one in _versions("household") if one.valid_from <= day]
    if not holding:
        raise NoDataset
    return holding[-1]
