"""What happens within households: deaths and who follows, splits, mergers, new heads, marriages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from sapporo_base.sample_city import days, names
from sapporo_base.sample_city.passing import Passing, Person
from sapporo_base.sample_city.people import CHILD, MAN, WOMAN

_UNKNOWN_DEATH: Final = 0.012


class Households(Passing):
    """Households lose people, and change their head."""

    def _death(self, day: date) -> None:
        position = int(np.searchsorted(self._weights, self._rng.random() * self._weights[-1]))
        household = int(self._part.people.household[position])
        if household in self._touched:
            return
        home = self._home(household)
        dead = next(p for p in home if p.position == position)
        died = day - timedelta(days=int(self._rng.integers(0, 7)))
        changes = {
            "resident_status": "3",
            "removed_on": died.isoformat(),
            "removed_on_unknown": "0",
        }
        if self._rng.random() < _UNKNOWN_DEATH:
            words = days.unknown_words(died, int(self._rng.choice([1, 2, 5, 6])))
            for name in ("removed_on", "changed_on"):
                changes |= {name: "", f"{name}_unknown": "1", f"{name}_text": words}
            self._happened(day, "unknown_death_date")
        self._emit(dead, day, "23", died, changes)
        self._leaves(dead, home, day, died)
        self._happened(day, "death")

    def _leaves(self, gone: Person, home: list[Person], day: date, changed_on: date) -> None:
        """Take someone out of a household; when the head goes, another follows and the 続柄 change."""
        gone.gone = True
        self._residents -= 1
        rest = [p for p in home if not p.gone]
        if gone.values["relationship_1"] == "02" and rest:
            self._follow(rest, day, changed_on)

    def _follow(self, rest: list[Person], day: date, changed_on: date) -> None:
        rest.sort(
            key=lambda p: (
                p.values["relationship_1"] not in ("11", "12", "13", "14"),
                p.values["born_on"],
            )
        )
        head = rest[0]
        was_spouse = head.values["relationship_1"] in ("11", "12")
        for order, person in enumerate(rest, start=1):
            codes = (
                ("02",)
                if person is head
                else _relationship_after(person.values, was_spouse=was_spouse, head=head.values)
            )
            self._emit(
                person, day, "53", changed_on,
                {
                    "relationship_1": codes[0], "relationship_2": codes[1] if len(codes) > 1 else "",
                    "head_name": head.values["name"], "head_resident_number": head.values["resident_number"],
                    "entry_order": str(order),
                },
            )  # fmt: skip

    def _as_single(self, person: Person) -> dict[str, str]:
        return {
            "relationship_1": "02", "relationship_2": "", "head_name": person.values["name"],
            "head_resident_number": person.values["resident_number"], "entry_order": "1",
        }  # fmt: skip

    def _split(self, day: date) -> None:
        """世帯分離: a grown child or parent becomes a household of its own at the same place."""
        crowd = self._part.people
        home = self._some_home(
            lambda ps: any(crowd.role[p] == CHILD and crowd.age[p] > 20 for p in ps)
        )
        if home:
            own = next(
                p for p in home if crowd.role[p.position] == CHILD and crowd.age[p.position] > 20
            )
            self._emit(
                own,
                day,
                "50",
                day,
                self._as_single(own) | {"household_number": self._new_household()},
            )
            self._happened(day, "split")

    def _merge(self, day: date) -> None:
        """世帯合併: a single person moves into the household of another single person (縁故者)."""
        crowd = self._part.people
        one = self._some_home(lambda ps: len(ps) == 1 and crowd.age[ps[0]] > 25)
        other = self._some_home(lambda ps: len(ps) == 1 and crowd.age[ps[0]] > 25)
        if not one or not other:
            return
        head, guest = one[0], other[0]
        place = {
            name: head.values[name]
            for name in ("household_number", "municipality_code", "town_code", "prefecture", "municipality", "town",
                         "block", "building", "postal_code")
        }  # fmt: skip
        self._emit(
            guest, day, "51", day,
            place | {
                "relationship_1": "96", "head_name": head.values["name"], "residence_fixed_on": day.isoformat(),
                "head_resident_number": head.values["resident_number"], "entry_order": "2",
            },
        )  # fmt: skip
        self._happened(day, "merge")

    def _new_head(self, day: date) -> None:
        home = self._some_home(lambda ps: len(ps) > 1 and self._part.people.spouse[ps[0]] >= 0)
        if home:
            old = home[0]
            rest = [p for p in home if p is not old]
            rest.sort(key=lambda p: p.values["relationship_1"] not in ("11", "12"))
            if rest[0].values["relationship_1"] not in ("11", "12"):
                return
            self._follow_with(rest[0], old, rest[1:], day)
            self._happened(day, "new_head")

    def _follow_with(self, head: Person, old: Person, others: list[Person], day: date) -> None:
        who = {
            "head_name": head.values["name"],
            "head_resident_number": head.values["resident_number"],
        }
        self._emit(head, day, "53", day, who | {"relationship_1": "02", "entry_order": "1"})
        spouse = "11" if old.values["sex"] == "1" else "12"
        self._emit(old, day, "53", day, who | {"relationship_1": spouse, "entry_order": "2"})
        for person in others:
            codes = _relationship_after(person.values, was_spouse=True, head=head.values)
            self._emit(
                person, day, "53", day,
                who | {"relationship_1": codes[0], "relationship_2": codes[1] if len(codes) > 1 else ""},
            )  # fmt: skip

    def _marriage(self, day: date) -> None:
        """婚姻: someone single takes another surname; some keep the old one beside it (旧氏)."""
        crowd = self._part.people
        home = self._some_home(
            lambda ps: len(ps) == 1 and 20 < crowd.age[ps[0]] < 45 and not self._part.foreign[ps[0]]
        )
        if not home:
            return
        person, stock = home[0], names.surnames()
        s = int(stock.draw(self._rng, 1)[0])
        given = person.values["given_name"]
        name = f"{stock.written[s]}　{given}"
        old, old_kana = person.values["family_name"], person.values["name_kana"].split("　")
        changes = {
            "name": name, "family_name": stock.written[s], "head_name": name,
            "name_kana": f"{stock.kana[s]}　{old_kana[-1]}", "family_register_head": name,
        }  # fmt: skip
        self._emit(person, day, "42", day, changes)
        self._happened(day, "marriage")
        if self._rng.random() < 0.05:
            self._emit(
                person,
                day,
                "54",
                day,
                {"former_family_name": old, "former_family_name_kana": old_kana[0]},
            )
            self._happened(day, "former_name")


def _relationship_after(
    values: dict[str, str], *, was_spouse: bool, head: dict[str, str]
) -> tuple[str, ...]:
    """Return someone's 続柄 to a new head: the spouse of the old one, or one of the children."""
    old, man = values["relationship_1"], values["sex"] == str(MAN)
    if was_spouse:
        if old in ("51", "52"):
            return ("11" if head["sex"] == str(WOMAN) else "12", old)
        return (old, values.get("relationship_2", "")) if old == "20" else ("96",)
    if old == "20" and not values.get("relationship_2"):
        older = values["born_on"] < head["born_on"]
        return (("71" if older else "74") if man else ("81" if older else "84"),)
    return ("96",)
