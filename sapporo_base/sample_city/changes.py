"""What changes on a 住民票 without a move: names, numbers, corrections, 在留, 支援措置."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sapporo_base.sample_city import names, numbers
from sapporo_base.sample_city.households import Households
from sapporo_base.sample_city.passing import NEWBORN_START
from sapporo_base.sample_city.people import WOMAN
from sapporo_base.sample_city.registering import support_items


class Changes(Households):
    """Items change."""

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
