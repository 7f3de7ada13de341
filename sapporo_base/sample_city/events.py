"""異動: what happens to the people of a block day after day, as rows of `juki_resident` in the order of processing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np

from sapporo_base.sample_city import days, names, numbers, places, rates
from sapporo_base.sample_city.claims import BIRTH, MOVED_IN, Claim, ClaimWriter, received_after
from sapporo_base.sample_city.families import PUBLIC_SERVANTS, Family
from sapporo_base.sample_city.files import layout
from sapporo_base.sample_city.people import CHILD, HEAD, MAN, SPOUSE, WOMAN
from sapporo_base.sample_city.registers import site_items
from sapporo_base.sample_city.residents import Register, Serials, support_items

NEWBORN_START: Final = 30_000
"""Numbers of a block from here on belong to those born after the reference day."""
_MORNING: Final = 9 * 3600
_ABROAD: Final = 0.1
_RETURNING: Final = 0.06
_UNKNOWN_DEATH: Final = 0.012
_SINGLE_LEAVES: Final = ("", "12", "20")


@dataclass
class Person:
    """Someone's 住民票 as it stands: all items, changed by each 異動."""

    values: dict[str, str]
    part: Register
    position: int
    gone: bool = False


@dataclass
class Chronicle:
    """The 異動 of a block: rows by day with their time, and how many of each 異動事由."""

    rows: dict[date, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    reasons: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    happenings: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    claims: dict[date, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    residents: dict[date, int] = field(default_factory=dict)


class Days:
    """Lets working days pass over a block."""

    def __init__(
        self, rng: np.random.Generator, serials: Serials, part: Register, newcomers: Register, former: Register,
        families: list[Family], writers: tuple[ClaimWriter, ClaimWriter], newcomer_families: list[Family],
        calendar: list[date], left_alone: set[int],
    ) -> None:  # fmt: skip
        self._rng, self._serials, self._part, self._newcomers = rng, serials, part, newcomers
        self._calendar = calendar
        self._former = [
            n for n, status in enumerate(former.columns["resident_status"]) if status == "2"
        ]
        self._former_part = former
        self._writer, self._newcomer_writer = writers
        self._family_of = {p: f for f in families for p in (f.claimant, f.spouse) if p >= 0}
        self._newcomer_family_of = {f.claimant: f for f in newcomer_families}
        self._order = rng.permutation(part.people.household_count).tolist()
        self._arriving = _arrivals(rng, newcomers)
        self._starts = np.searchsorted(
            part.people.household, np.arange(part.people.household_count + 1)
        ).tolist()
        self._newcomer_starts = np.searchsorted(
            newcomers.people.household, np.arange(newcomers.people.household_count + 1)
        ).tolist()
        self._touched = set(left_alone)
        self._later: dict[int, list[Callable[[date], None]]] = defaultdict(list)
        self._serial = 0
        self._born = 0
        self._households = part.people.household_count
        self._clock = 0
        self._residents = len(part)
        self._weights = np.cumsum(np.exp((part.people.age - 82.0) / 9.5))
        self._mothers = self._possible_mothers()
        self.chronicle = Chronicle()

    def pass_by(self) -> Chronicle:
        """Let all days pass and return what happened."""
        self._numbers_of_newborns()
        acts: dict[str, Callable[[date], None]] = {
            "birth": self._birth, "death": self._death, "move_in": self._move_in, "move_out": self._move_out,
            "move_within": self._move_within, "leave_home": self._leave_home, "split": self._split,
            "merge": self._merge, "new_head": self._new_head, "marriage": self._marriage,
            "new_number": self._new_number, "former_name": self._former_name, "alias": self._alias,
            "reading": self._reading, "mistake": self._mistake, "ex_officio": self._ex_officio,
            "renewal": self._renewal, "protect": self._protect, "protect_end": self._protect_end,
            "resident_record_code": self._resident_record_code,
        }  # fmt: skip
        for index, day in enumerate(self._calendar):
            self._index, self._clock = index, 8 * 3600 + 45 * 60
            for act in self._later.pop(index, []):
                act(day)
            kinds = [
                kind
                for kind in acts
                for _ in range(int(self._rng.poisson(rates.expected(kind, day, len(self._part)))))
            ]
            self._rng.shuffle(kinds)
            for kind in kinds:
                self._clock = _MORNING + int(self._rng.integers(0, 8 * 3600))
                acts[kind](day)
            self.chronicle.residents[day] = self._residents
        return self.chronicle

    # How a row comes to be

    def _emit(
        self, person: Person, day: date, reason: str, changed_on: date, changes: dict[str, str]
    ) -> None:
        self._clock += 1 + int(self._rng.integers(0, 3))
        self._serial += 1
        clock = self._clock
        person.values |= {
            "changed_on_unknown": "0", "changed_on_text": "", "changed_on": changed_on.isoformat(),
            "notified_on": day.isoformat(), **changes,
            "event_id": f"{day:%Y%m%d}D{self._serials.block:04d}{self._serial:06d}",
            "change_reason": reason,
            "processed_on": day.isoformat(),
            "processed_time": f"{clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}",
            "history_number": str(int(person.values["history_number"]) + 1),
        }  # fmt: skip
        row = layout("juki_resident").row(person.values)
        self.chronicle.rows[day].append(
            (person.values["processed_time"] + person.values["event_id"], row)
        )
        self.chronicle.reasons[day][reason] += 1

    def _happened(self, day: date, kind: str, people: int = 1) -> None:
        self.chronicle.happenings[day][kind] += people

    def _in(self, working_days: int, act: Callable[[date], None]) -> None:
        self._later[self._index + working_days].append(act)

    # Whom it happens to

    def _home(self, household: int) -> list[Person]:
        self._touched.add(household)
        return [
            Person(self._part.values(p), self._part, p)
            for p in range(self._starts[household], self._starts[household + 1])
        ]

    def _some_home(self, suits: Callable[[list[int]], bool] | None = None) -> list[Person]:
        """Take a household to which nothing has happened yet; empty if none suits."""
        for _ in range(400):
            if not self._order:
                return []
            household = self._order.pop()
            if household in self._touched:
                continue
            if suits is None or suits(
                list(range(self._starts[household], self._starts[household + 1]))
            ):
                return self._home(household)
            self._order.insert(int(self._rng.integers(0, len(self._order) + 1)), household)
        return []

    def _possible_mothers(self) -> list[int]:
        crowd = self._part.people
        able = (crowd.sex == WOMAN) & (crowd.age > 20) & (crowd.age < 44) & (crowd.spouse >= 0)
        able &= (crowd.role == HEAD) | (crowd.role == SPOUSE)
        with_baby = {
            m for m, age in zip(crowd.mother.tolist(), crowd.age.tolist(), strict=True) if age < 1
        }
        found = [p for p in np.flatnonzero(able).tolist() if p not in with_baby]
        self._rng.shuffle(found)
        return found

    # What happens

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

    def _one_change(self, day: date, kind: str, reason: str, change: Callable[[dict[str, str]], dict[str, str]],
                    suits: Callable[[int], bool] | None = None) -> None:  # fmt: skip
        home = self._some_home(None if suits is None else lambda ps: suits(ps[0]))
        if home:
            self._emit(home[0], day, reason, day, change(home[0].values))
            self._happened(day, kind)

    def _new_number(self, day: date) -> None:
        place = NEWBORN_START + self._born
        self._born += 1
        number = int(numbers.city_individual_numbers(self._serials.positions(place, 1))[0])
        self._one_change(day, "new_number", "45", lambda _: {"individual_number": f"{number:012d}"})

    def _resident_record_code(self, day: date) -> None:
        place = NEWBORN_START + self._born
        self._born += 1
        position = int(self._serials.positions(place, 1)[0])
        code = f"{position * 2_654_435_761 % 10_000_000_000:010d}{position * 7 % 10}"
        self._one_change(
            day, "resident_record_code", "48", lambda _: {"resident_record_code": code}
        )

    def _former_name(self, day: date) -> None:
        stock = names.surnames()
        s = int(stock.draw(self._rng, 1)[0])
        self._one_change(
            day, "former_name", "54",
            lambda _: {"former_family_name": stock.written[s], "former_family_name_kana": stock.kana[s]},
            lambda p: not self._part.foreign[p] and bool(self._part.people.sex[p] == WOMAN),
        )  # fmt: skip

    def _alias(self, day: date) -> None:
        stock = names.surnames()
        s = int(stock.draw(self._rng, 1)[0])
        self._one_change(
            day, "alias", "57", lambda v: {"alias": f"{stock.written[s]}　{v['name'].split('　')[-1]}"},
            lambda p: bool(self._part.foreign[p]),
        )  # fmt: skip

    def _reading(self, day: date) -> None:
        self._one_change(day, "reading", "42", lambda _: {"name_kana_confirmation": "1"})

    def _mistake(self, day: date) -> None:
        self._one_change(day, "mistake", "44", lambda v: {"building": v["building"] or "管理人室"})

    def _renewal(self, day: date) -> None:
        """在留期間の更新: three more years."""
        until = day.replace(year=day.year + 3, day=min(day.day, 28)).isoformat()
        self._one_change(
            day, "renewal", "42",
            lambda _: {"stay_years": "03", "stay_months": "00", "stay_days": "000", "stay_expires_on": until},
            lambda p: bool(self._part.columns["stay_expires_on"][p]),
        )  # fmt: skip

    def _ex_officio(self, day: date) -> None:
        home = self._some_home(lambda ps: len(ps) == 1)
        if home:
            changes = {
                "resident_status": "9",
                "removed_on": day.isoformat(),
                "removed_on_unknown": "0",
                "notified_on": "",
            }
            self._emit(home[0], day, "26", day, changes)
            self._leaves(home[0], [], day, day)
            self._happened(day, "ex_officio")

    def _protect(self, day: date) -> None:
        """支援措置 begins, for the person and those who live with her."""
        home = self._some_home(
            lambda ps: (
                self._part.people.sex[ps[0]] == WOMAN
                and not self._part.columns["support_measure"][ps[0]]
            )
        )
        kind = "2" if self._rng.random() < 0.3 else "1"
        for person in home:
            self._emit(person, day, "42", day, support_items(day, kind, subject=person is home[0]))
            self._happened(day, "protect")

    def _protect_end(self, day: date) -> None:
        home = self._some_home(lambda ps: self._part.columns["support_measure"][ps[0]] == "1")
        for person in home:
            self._emit(
                person, day, "42", day, {"support_measure": "3", "support_until": day.isoformat()}
            )
            self._happened(day, "protect_end")

    def _new_household(self) -> str:
        self._households += 1
        return f"{int(self._serials.households(self._households - 1, 1)[0]):015d}"


def _mostly_young(part: Register, rng: np.random.Generator) -> Callable[[list[int]], bool]:
    return lambda ps: bool(rng.random() < (0.9 if part.people.age[ps[0]] < 40 else 0.2))


def _arrivals(rng: np.random.Generator, newcomers: Register) -> list[int]:
    """Order the households that may move in, the young ones mostly first out of the list."""
    crowd = newcomers.people
    heads = np.searchsorted(crowd.household, np.arange(crowd.household_count))
    chance = np.where(crowd.age[heads] < 42, 1.0, 0.15)
    order: list[int] = np.argsort(rng.random(len(heads)) ** (1 / chance), kind="stable").tolist()
    return order


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
