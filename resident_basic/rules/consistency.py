"""What must agree in the register across rows, each of which is valid by itself. No Django."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from sapporo_base.rules.kana import name_key

HEAD: Final = "02"
YOUNGER, OLDER = "younger", "older"


@dataclass(frozen=True, slots=True)
class Relationship:
    """
    One 続柄 of the 基本データリスト as the register must hold it: `sex` as its last word says, and
    whether who stands so to the 世帯主 must be younger or older; "" where it says nothing.
    """

    code: str
    sex: str
    generation: str


@cache
def relationships() -> Sequence[Relationship]:
    """Return the 続柄 that say something of sex or age (`relationships.csv`)."""
    text = resources.files("resident_basic.rules").joinpath("relationships.csv").read_text("utf-8")
    return tuple(
        Relationship(line["code"], line["sex"] or "", line["generation"] or "")
        for line in csv.DictReader(text.splitlines())
    )


def registered_twice(people: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """
    Return who of some people is registered more than once, by folded name (異体字 are equals).

    :param people: (宛名番号, 氏名) of people with the same birth, sex and 住所. Twins have names of their
        own, so a name that only sounds alike is not enough.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    for number, name in people:
        by_name[name_key(name)].append(number)
    return {key: sorted(numbers) for key, numbers in by_name.items() if len(numbers) > 1}
