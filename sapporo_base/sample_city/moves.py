"""Who moves in, out and within the city."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np

from sapporo_base.sample_city import days, places
from sapporo_base.sample_city.claims import MOVED_IN, received_after
from sapporo_base.sample_city.households import Households
from sapporo_base.sample_city.passing import Person
from sapporo_base.sample_city.people import CHILD
from sapporo_base.sample_city.registers import site_items
from sapporo_base.sample_city.residents import Register

_ABROAD: Final = 0.1
_RETURNING: Final = 0.06


class Moves(Households):
    """People move."""

    def _move_in(self, day: date) -> None:
        if self._rng.random() < _RETURNING and self._former:
            self._return(day)
            return
        if not self._arriving:
            return
        household = self._arriving.pop()
        moved = day - timedelta(days=int(self._rng.integers(0, 13)))
        abroad = self._rng.random() < _ABROAD
        site = places.elsewhere().sites(self._rng, 1)[0]
        for position in range(
            self._newcomer_starts[household], self._newcomer_starts[household + 1]
        ):
            person = Person(self._newcomers.values(position), self._newcomers, position)
            self._newcomers.became[position] = days.number_of(moved)
            code, text = ("", "海外") if abroad else (site.municipality_code, site.text)
            self._newcomers.columns["previous_municipality_code"][position] = code
            self._newcomers.columns["previous_residential_address"][position] = text
            kind = (
                "became_foreign_resident_on"
                if person.values["resident_kind"] == "2"
                else "became_resident_on"
            )
            changes = {
                "became_resident_on": "", "became_resident_on_unknown": "0", "became_resident_on_text": "",
                kind: moved.isoformat(), "residence_fixed_on": moved.isoformat(), "voter_registered": "0",
                "previous_municipality_code": code, "previous_residential_address": text, "history_number": "0",
            }  # fmt: skip
            person.values |= changes
            self._emit(person, day, "02" if abroad else "01", moved, {})
            self._residents += 1
            self._happened(day, "move_in")
        family = next(
            (
                self._newcomer_family_of[p]
                for p in range(
                    self._newcomer_starts[household], self._newcomer_starts[household + 1]
                )
                if p in self._newcomer_family_of
            ),
            None,
        )
        if family is not None:
            received = received_after(self._rng, moved, day)
            delivered = next((d for d in self._calendar if d >= received), None)
            if delivered is not None:
                writer = self._newcomer_writer
                claim = writer.new_family(family, MOVED_IN, moved, delivered, writer.account())
                self.chronicle.claims[delivered].append(claim)

    def _return(self, day: date) -> None:
        """Someone who left years ago comes back: same 宛名番号, next 履歴番号 (再転入)."""
        position = self._former.pop()
        person = Person(self._former_part.values(position), self._former_part, position)
        moved = day - timedelta(days=int(self._rng.integers(0, 13)))
        came_from = {
            "previous_municipality_code": person.values["confirmed_municipality_code"],
            "previous_residential_address": person.values["confirmed_residential_address"],
        }
        site = places.sites_in_wards(self._rng, places.draw_wards(self._rng, 1))[0]
        cleared = dict.fromkeys(
            ("moving_out_notified_on", "moving_out_planned_on", "planned_municipality_code", "removed_on",
             "planned_residential_address", "moved_out_on", "confirmed_municipality_code",
             "confirmed_residential_address"), "",
        )  # fmt: skip
        dates = {
            "became_resident_on": moved.isoformat(),
            "became_resident_on_unknown": "0",
            "became_resident_on_text": "",
        }
        self._emit(
            person, day, "01", moved,
            cleared | came_from | site_items(site) | dates
            | {"resident_status": "1", "residence_fixed_on": moved.isoformat()}
            | {"household_number": self._new_household()},
        )  # fmt: skip
        self._residents += 1
        self._happened(day, "move_in")
        self._happened(day, "return")

    def _move_out(self, day: date) -> None:
        home = self._some_home(_mostly_young(self._part, self._rng))
        if not home:
            return
        leaving = home if len(home) == 1 or self._rng.random() < 0.55 else [home[-1]]
        if leaving != home and self._part.people.age[leaving[0].position] < 18:
            leaving = home
        abroad = self._rng.random() < _ABROAD
        site = places.elsewhere().sites(self._rng, 1)[0]
        code, text = ("", "海外") if abroad else (site.municipality_code, site.text)
        for person in leaving:
            self._emit(
                person, day, "22" if abroad else "21", day,
                {
                    "resident_status": "2", "moving_out_notified_on": day.isoformat(),
                    "moving_out_planned_on": day.isoformat(), "planned_municipality_code": code,
                    "planned_residential_address": text, "removed_on": day.isoformat(), "removed_on_unknown": "0",
                },
            )  # fmt: skip
            self._happened(day, "move_out")
            if not abroad:
                self._in(4 + int(self._rng.integers(0, 8)), partial(self._confirm, person))
        for person in leaving:
            self._leaves(person, home if leaving != home else [], day, day)

    def _confirm(self, person: Person, day: date) -> None:
        """The new municipality tells that the person has arrived (転入通知)."""
        arrived = date.fromisoformat(person.values["moving_out_planned_on"]) + timedelta(days=1)
        self._emit(
            person, day, "42", day,
            {
                "moved_out_on": arrived.isoformat(), "notified_on": "",
                "confirmed_municipality_code": person.values["planned_municipality_code"],
                "confirmed_residential_address": person.values["planned_residential_address"],
            },
        )  # fmt: skip
        self._happened(day, "move_out_confirmed")

    def _move_within(self, day: date) -> None:
        home = self._some_home(_mostly_young(self._part, self._rng))
        if not home:
            return
        ward = places.draw_wards(self._rng, 1) if self._rng.random() < 0.5 else None
        if ward is None:
            codes = [code for code, _, _ in places.WARDS]
            ward = np.array([codes.index(home[0].values["municipality_code"])])
        self._relocate(home, places.sites_in_wards(self._rng, ward)[0], day)

    def _relocate(self, people: list[Person], site: places.Site, day: date) -> None:
        moved = day - timedelta(days=int(self._rng.integers(0, 13)))
        changes = site_items(site) | {"residence_fixed_on": moved.isoformat()}
        if site.municipality_code != people[0].values["municipality_code"]:
            changes["household_number"] = self._new_household()
            self._happened(day, "move_between_wards", len(people))
        for person in people:
            since = max(moved.isoformat(), person.values["born_on"])
            self._emit(person, day, "41", moved, {**changes, "residence_fixed_on": since})
        self._happened(day, "move_within", len(people))

    def _leave_home(self, day: date) -> None:
        """A grown child takes a flat of its own."""
        crowd = self._part.people
        home = self._some_home(
            lambda ps: any(crowd.role[p] == CHILD and 18 < crowd.age[p] < 35 for p in ps)
        )
        if not home:
            return
        child = next(
            p for p in home if crowd.role[p.position] == CHILD and 18 < crowd.age[p.position] < 35
        )
        child.values |= self._as_single(child)
        child.values["household_number"] = self._new_household()
        self._relocate(
            [child], places.sites_in_wards(self._rng, places.draw_wards(self._rng, 1))[0], day
        )


def _mostly_young(part: Register, rng: np.random.Generator) -> Callable[[list[int]], bool]:
    return lambda ps: bool(rng.random() < (0.9 if part.people.age[ps[0]] < 40 else 0.2))
