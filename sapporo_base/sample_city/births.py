"""Births, and the 個人番号 and 請求 that follow them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import numpy as np

from sapporo_base.sample_city import days, names, numbers
from sapporo_base.sample_city.claims import BIRTH, received_after
from sapporo_base.sample_city.families import PUBLIC_SERVANTS, Family
from sapporo_base.sample_city.passing import NEWBORN_START, Passing, Person


class Births(Passing):
    """Children are born, numbered, and claimed for."""

    def _birth(self, day: date) -> None:
        while self._mothers:
            mother = self._mothers.pop()
            household = int(self._part.people.household[mother])
            if household not in self._touched:
                break
        else:
            return
        home = self._home(household)
        head = home[0]
        born = day - timedelta(days=int(self._rng.integers(0, 13)))
        sex = "2" if self._rng.random() < 0.487 else "1"
        stock = names.given_names(sex, 4)
        given = int(stock.draw(self._rng, 1)[0])
        place = NEWBORN_START + self._born
        self._born += 1
        number = int(self._serials.residents(place, 1)[0])
        foreign = head.values["resident_kind"] == "2" and self._part.foreign[mother]
        family = head.values["name"].split("　")[0]
        kept = {
            name: head.values[name]
            for name in ("household_number", "head_name", "head_resident_number", "domicile_of_origin",
                         "family_register_head", "municipality_code", "town_code", "prefecture", "municipality",
                         "town", "block", "building", "postal_code", "nationality_code", "nationality")
        }  # fmt: skip
        flags = dict.fromkeys(
            (
                "born_on_unknown",
                "voter_registered",
                "health_insurance",
                "elderly_medical",
                "care_insurance",
            ),
            "0",
        )
        dates = {
            "became_foreign_resident_on" if foreign else "became_resident_on": born.isoformat()
        }
        items = kept | flags | dates | {
            "resident_number": f"{number:015d}", "history_number": "0", "resident_status": "1",
            "resident_kind": "2" if foreign else "1", "name": f"{family}　{stock.written[given]}",
            "family_name": family, "given_name": stock.written[given],
            "name_kana": f"{head.values['name_kana'].split('　')[0]}　{stock.kana[given]}",
            "name_kana_confirmation": "1", "born_on": born.isoformat(), "sex": sex, "relationship_1": "20",
            "entry_order": str(len(home) + 1), "residence_fixed_on": born.isoformat(),
            "became_resident_on_unknown": "0",
            "article_30_45": "05" if foreign else "", "individual_number": "", "resident_record_code": "",
        }  # fmt: skip
        if head.values["support_measure"]:
            items |= {
                name: head.values[name]
                for name in ("support_measure", "support_from", "support_until")
            }
            items["support_subject"] = "2"
        newborn = Person(items, self._part, -1)
        self._emit(newborn, day, "03", born, {})
        self._residents += 1
        self._happened(day, "birth")
        self._in(
            5 + int(self._rng.integers(0, 5)), lambda later: self._number(newborn, place, later)
        )
        self._claim_for(newborn, mother, born, day)

    def _claim_for(self, newborn: Person, mother: int, born: date, day: date) -> None:
        received = received_after(self._rng, born, day)
        delivered = next((d for d in self._calendar if d >= received), None)
        known = self._family_of.get(mother)
        spouse = int(self._part.people.spouse[mother])
        has_children = known is None and any(
            self._part.people.mother[p] == mother and self._part.people.age[p] < 18
            for p in range(mother, min(mother + 8, len(self._part)))
        )
        if delivered is None or has_children or newborn.values["resident_kind"] == "2":
            return
        if known is None and self._rng.random() < PUBLIC_SERVANTS:
            return
        if known is not None:
            claim = self._writer.more_children(known, born, delivered, [newborn.values])
        else:
            family = Family(*self._writer.by_income(mother, spouse), [], [])
            claim = self._writer.new_family(
                family, BIRTH, born, delivered, self._writer.account(), newborn=newborn.values
            )
        self.chronicle.claims[delivered].append(claim)

    def _number(self, person: Person, place: int, day: date) -> None:
        """Enter the first 個人番号 and 住民票コード of a newborn (職権記載)."""
        if person.gone:
            return
        position = int(self._serials.positions(place, 1)[0])
        number = int(numbers.city_individual_numbers(np.array([position]))[0])
        code = f"{position * 2_654_435_761 % 10_000_000_000:010d}{position * 7 % 10}"
        changes = {
            "individual_number": f"{number:012d}",
            "resident_record_code": code,
            "notified_on": "",
        }
        self._emit(person, day, "47", day, changes)
        self._happened(day, "first_number")

    def _numbers_of_newborns(self) -> None:
        """Those who were too young to have a number on the reference day get it in the first days."""
        self._index = 0
        today = days.number_of(self._part.as_of)
        for position in np.flatnonzero(self._part.born > today - 14).tolist():
            household = int(self._part.people.household[position])
            if household not in self._touched:
                self._touched.add(household)
                person = Person(self._part.values(position), self._part, position)
                wait = int(self._rng.integers(0, 8))
                self._in(wait, partial(self._given_number, person))

    def _given_number(self, person: Person, day: date) -> None:
        number = self._part.individual_numbers[person.position]
        self._emit(person, day, "47", day, {"individual_number": number, "notified_on": ""})
        self._happened(day, "first_number")
