"""Opening hours, the master table, the journal: what the far end decides by itself."""

import csv
import json
from datetime import UTC, datetime

import pytest

from gateway.simulator.citizens import Citizens, CitizensNotUnderstood
from gateway.simulator.hours import HoursNotUnderstood, WeeklyHours
from gateway.simulator.journal import Journal, JournalDamaged
from gateway.simulator.juki_net import JukiNet, SealNotOpened, cause_of_failure
from gateway.simulator.masters import Masters
from tests.gateway.far_end import (
    ACCOUNT,
    DIGITAL_AGENCY,
    OTHER_CITY,
    PENSION,
    PENSION_SERVICE,
    RESIDENCE,
    ROOT,
    TAX,
    individual_number,
)


def japan(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


class TestHours:
    HOURS = WeeklyHours.read("mon-fri=07:00-23:00; sat,sun=08:00-18:00")

    @pytest.mark.parametrize(
        ("at", "is_open", "changes_at"),
        [
            ("2026-11-24T06:59:59", False, "2026-11-24T07:00"),
            ("2026-11-24T07:00", True, "2026-11-24T23:00"),
            ("2026-11-24T23:00", False, "2026-11-25T07:00"),
            ("2026-11-27T23:30", False, "2026-11-28T08:00"),
            ("2026-11-29T18:00", False, "2026-11-30T07:00"),
        ],
    )
    def test_by_day_of_the_week(self, at, is_open, changes_at):
        assert self.HOURS.is_open(japan(at)) == is_open
        assert self.HOURS.next_change(japan(at)) == japan(changes_at)

    def test_are_japan_time_whatever_the_offset(self):
        assert self.HOURS.is_open(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))

    def test_two_days_that_touch_at_midnight_are_one_opening(self):
        hours = WeeklyHours.read("mon-fri=00:00-24:00")

        assert hours.next_change(japan("2026-11-24T12:00")) == japan("2026-11-28T00:00")

    def test_none_is_always_open(self):
        always = WeeklyHours.read("")

        assert always.is_open(japan("2026-01-01T03:00"))
        assert always.next_change(japan("2026-01-01T03:00")) is None

    @pytest.mark.parametrize(
        "text", ["9-17", "07:00", "25:00-26:00", "xyz=07:00-08:00", "10:00-09:00", "fri-mon=1-2"]
    )
    def test_that_are_not_understood_are_refused(self, text):
        with pytest.raises(HoursNotUnderstood):
            WeeklyHours.read(text)


class TestMasters:
    @pytest.mark.parametrize(
        ("item", "information", "provider", "may"),
        [
            ("74", TAX, OTHER_CITY, True),
            ("74", TAX, PENSION_SERVICE, False),
            ("74", PENSION, PENSION_SERVICE, False),
            ("75", PENSION, PENSION_SERVICE, True),
            ("75", PENSION, OTHER_CITY, False),
            ("26", TAX, OTHER_CITY, False),
        ],
    )
    def test_the_city_may_ask_what_the_table_says(self, item, information, provider, may):
        affair, procedure = f"JM990000000000{item}", f"JT990000000000{item}"

        assert Masters().city_may_ask(affair, procedure, information, provider) is may

    def test_agrees_with_the_legal_bases_of_the_city(self):
        """Written apart, but a rehearsal in which every inquiry is refused would teach nothing."""
        providers = {TAX: OTHER_CITY, RESIDENCE: OTHER_CITY}
        providers |= {PENSION: PENSION_SERVICE, ACCOUNT: DIGITAL_AGENCY}
        with (ROOT / "sapporo_base/data/legal_bases.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["procedure_code"]]
        inquired = [row for row in rows if row["kind"] == "inquire"]
        provided = [row for row in rows if row["kind"] == "provide"]

        assert len(inquired) >= 4
        assert len(provided) >= 4
        for row in inquired:
            information = row["information_code"]
            assert Masters().city_may_ask(
                row["procedure_code"], row["step_code"], information, providers[information]
            ), row["code"]
        for row in provided:
            asker = Masters().asker(int(row["procedure_code"][2:]) - 99_000_000_000_000)
            assert row["information_code"] in asker.information, row["code"]
            assert row["step_code"] == asker.procedure, row["code"]

    def test_an_affair_does_not_lend_its_right_to_the_procedure_of_another(self):
        assert not Masters().city_may_ask("JM99000000000074", "JT99000000000075", TAX, OTHER_CITY)

    def test_who_is_not_in_the_table_may_ask_for_nothing(self):
        assert Masters().asker(999).information == frozenset()


class TestJournal:
    def test_a_line_that_was_cut_off_was_never_acknowledged(self, tmp_path):
        path = tmp_path / "journal.jsonl"
        first = Journal(path)
        first.add("numbers", {"told": ["1"]})
        first.close()
        with path.open("ab") as file:
            file.write(b'["numbers",{"told":["2"')

        second = Journal(path)
        replayed = list(second.replay())
        second.add("numbers", {"told": ["3"]})
        second.close()

        assert replayed == [("numbers", {"told": ["1"]})]
        assert [told for _, told in Journal(path).replay()] == [{"told": ["1"]}, {"told": ["3"]}]

    def test_a_line_that_was_changed_stops_the_start(self, tmp_path):
        path = tmp_path / "journal.jsonl"
        path.write_text('["numbers",{"told":["1"]}]\nnonsense\n["numbers",{"told":[]}]\n')

        with pytest.raises(JournalDamaged, match="line 2"):
            list(Journal(path).replay())

    def test_is_for_its_owner_alone(self, tmp_path):
        journal = Journal(tmp_path / "journal.jsonl")
        journal.add("numbers", {"told": []})
        journal.close()

        assert (tmp_path / "journal.jsonl").stat().st_mode & 0o077 == 0


class TestJukiNet:
    def test_keeps_its_key_over_a_restart(self, tmp_path):
        assert JukiNet(tmp_path).public_key == JukiNet(tmp_path).public_key

    @pytest.mark.parametrize("text", ["", "ä", "AAAA", "A" * 80])
    def test_does_not_open_what_was_not_sealed(self, text):
        with pytest.raises(SealNotOpened):
            JukiNet(None).open(text)

    def test_the_same_person_fares_the_same(self):
        luck = {"busy_one_in": 50, "nobody_one_in": 200}
        people = [individual_number(n) for n in range(4000)]
        first = [cause_of_failure(p, 1, **luck) for p in people]
        second = [cause_of_failure(p, 2, **luck) for p in people]

        assert first == [cause_of_failure(p, 1, **luck) for p in people]
        assert 40 <= sum(map(bool, first)) <= 160
        assert {c for c in second if c} == {c for c in first if "ありません" in c}


class TestCitizens:
    def test_a_file_of_another_shape_is_refused_without_quoting_it(self, tmp_path):
        path = tmp_path / "citizens.json"
        number = individual_number(1)
        path.write_text(json.dumps({"citizens": [number]}))

        with pytest.raises(CitizensNotUnderstood) as refused:
            Citizens(b"key", path)

        assert number not in str(refused.value)
