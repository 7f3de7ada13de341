"""The fictitious city: same seed, same bytes; expected.json tells the truth about the files."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.citizens import Citizens
from sapporo_base.layouts import load_layout, mask, open_source
from sapporo_base.rules import check_digits
from sapporo_base.sample_city import block, defects, fictitious_individual_number, generate, numbers
from sapporo_base.sample_city.families import first_month, monthly_amount, pay_months

SMALL = 3_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    generate(SMALL, 7, folder, 10, processes=1)
    return folder


@pytest.fixture(scope="module")
def faulty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty")
    generate(500, 11, folder, 3, processes=1, defects="all")
    return folder


def truth_of(folder: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return truth


@pytest.fixture(scope="module")
def truth(city: Path) -> dict[str, Any]:
    return truth_of(city)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def good_rows(folder: Path, truth: dict[str, Any], name: str) -> list[dict[str, str]]:
    """Read a file with nothing but the csv module, leaving out the rows planted as defective."""
    layout = load_layout(truth["files"][name]["layout"])
    bad = {row for kind in truth["defects"].get(name, {}).values() for row in kind["rows"]}
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:-1]
    fields = [field.name for field in layout.fields]
    return [
        dict(zip(fields, row, strict=True))
        for number, row in enumerate(rows, 1)
        if number not in bad
    ]


def contradictions(state: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Find what contradicts in a register, by nothing but its rows."""
    living = [row for row in state.values() if row["resident_status"] == "1"]
    homes = Counter(row["household_number"] for row in living)
    heads = Counter(row["household_number"] for row in living if row["relationship_1"] == "02")
    four = Counter(map(four_items, living))
    return {
        "no_head": sorted(set(homes) - set(heads)),
        "dead_in_household": sorted(
            {
                row["head_resident_number"]
                for row in living
                if state[row["head_resident_number"]]["resident_status"] == "3"
            }
        ),
        "two_heads": sorted(home for home, count in heads.items() if count > 1),
        "relationship_contradiction": sorted(
            row["resident_number"] for row in living if contradicts(row, state)
        ),
        "duplicate_four_items": sorted(
            row["resident_number"] for row in living if four[four_items(row)] > 1
        ),
    }


def four_items(row: dict[str, str]) -> tuple[str, ...]:
    born = row["born_on"] or row["born_on_text"]
    place = (row["municipality_code"], row["town"], row["block"], row["building"])
    return (row["name"], born, row["sex"], *place)


def contradicts(row: dict[str, str], state: dict[str, dict[str, str]]) -> bool:
    """Say whether a 続柄 can't be true: of the other sex, or a child that is not younger."""
    chain = [row[f"relationship_{n}"] for n in range(1, 5) if row[f"relationship_{n}"]]
    born, head = row["born_on"], state[row["head_resident_number"]]["born_on"]
    sexes = {"11": "1", "13": "1", "51": "1", "71": "1", "74": "1"}
    sexes |= dict.fromkeys(("12", "14", "52", "81", "84"), "2")
    older = chain == ["20"] and bool(born and head) and born <= head
    return older or sexes.get(chain[-1], row["sex"]) != row["sex"]


class TestNumbers:
    @given(st.integers(0, 99_999_999))
    def test_agree_with_the_check_digit_of_individual_numbers(self, serial: int):
        number = fictitious_individual_number(serial)

        assert number.startswith("999")
        assert check_digits.is_individual_number(number)

    @given(st.integers(1, 99_000_000_000))
    def test_agree_with_the_check_digit_of_resident_numbers(self, serial: int):
        first = f"{int(numbers.numbers_from(serial, 1)[0]):015d}"
        expected = next(
            number
            for n in range(serial, serial + 10)
            if (number := check_digits.resident_number(n))
        )

        assert first == expected

    @given(st.integers(0, 9_999_999_999))
    def test_agree_with_the_check_digit_of_corporate_numbers(self, serial: int):
        assert check_digits.is_corporate_number(numbers.corporate_number(serial))

    def test_are_different_for_every_person_of_the_city(self):
        some = numbers.city_individual_numbers(np.arange(200_000))

        assert len(set(some.tolist())) == 200_000

    def test_refuse_a_serial_without_a_place(self):
        with pytest.raises(ValueError, match="eight digits"):
            fictitious_individual_number(100_000_000)


class TestSameSeed:
    def test_gives_the_same_bytes_whatever_the_processes(self, tmp_path: Path):
        one, two = tmp_path / "one", tmp_path / "two"
        generate(block.BLOCK_SIZE + 500, 3, one, 1, processes=1)
        generate(block.BLOCK_SIZE + 500, 3, two, 1, processes=2)

        assert contents(one) == contents(two)

    def test_another_seed_gives_another_city(self, tmp_path: Path, city: Path):
        generate(SMALL, 8, tmp_path, 10, processes=1)

        name = "juki_full_20261101.csv"
        assert contents(tmp_path)[name] != contents(city)[name]


def planted(truth: dict[str, Any]) -> dict[str, dict[int, tuple[str, str]]]:
    """Return the item and code of each row that a reader of one file alone must refuse."""
    return {
        name: {
            row: (kind["item"], kind["code"])
            for rule, kind in truth["defects"].get(name, {}).items()
            if rule != "duplicate_key"
            for row in kind["rows"]
        }
        for name in truth["files"]
    }


def refused(folder: Path, truth: dict[str, Any]) -> dict[str, dict[int, tuple[str, str]]]:
    """Return what a reader refuses in each file, and why."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for name, file in truth["files"].items():
        source = open_source(folder / name, load_layout(file["layout"]))
        found[name] = {
            reject.row: (reject.item, reject.code)
            for chunk in source.chunks(seal=mask)
            for reject in chunk.rejects
        }
    return found


class TestAllDefects:
    """A city in which every rule is broken for every item for which a layout states it."""

    def test_each_is_refused_under_its_item_and_code(self, faulty_city: Path):
        truth = truth_of(faulty_city)
        assert refused(faulty_city, truth) == planted(truth)

    def test_no_item_is_left_out(self, faulty_city: Path):
        truth = truth_of(faulty_city)
        for name, file in truth["files"].items():
            if name in truth["defects"] and "daily" not in name and not is_faultless(name):
                assert broken_rules([name], truth) == stated_rules(file["layout"]), name
        daily = [name for name in truth["files"] if name.startswith("juki_daily")]
        assert broken_rules(daily, truth) == stated_rules("juki_resident")


def is_faultless(name: str) -> bool:
    """Say whether nothing is planted in a file: who is doubtful is told without a fault."""
    return name.startswith("doubtful_people")


def broken_rules(names: list[str], truth: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (kind["item"], kind["code"])
        for name in names
        for rule, kind in truth["defects"][name].items()
        if rule not in {"duplicate_key", "wrong_column_count"}
    }


def stated_rules(code: str) -> set[tuple[str, str]]:
    """Return items with the codes under which a receiver refuses them, by the layout alone."""
    layout = load_layout(code)
    wrong = {(field.name, "E0002") for field in layout.fields}
    required = {(field.name, "E0001") for field in layout.fields if field.required}
    long = {(field.name, "E0003") for field in layout.fields if field.type in {"X", "N", "9", "S9"}}
    related = {(field.name, "E0004") for field in layout.fields if field.unknown_date}
    return wrong | required | long | related | {(one.item, "E0004") for one in layout.correlations}


class TestTruth:
    def test_files_are_as_described(self, city: Path, truth: dict[str, Any]):
        for name, file in truth["files"].items():
            assert contents(city)[name] == file["sha256"]
            last = (city / name).read_bytes().rstrip(b"\r\n").rsplit(b"\r\n", 1)[-1]
            assert last == f"T,{file['rows']}".encode()

    def test_receivers_refuse_exactly_the_planted_rows_and_name_the_item(
        self, city: Path, truth: dict[str, Any]
    ):
        assert refused(city, truth) == planted(truth)

    def test_every_rule_is_broken_somewhere(self, truth: dict[str, Any]):
        for name, file in truth["files"].items():
            some_only = ("juki_daily", "claims_daily", "claim_children_daily")
            if not name.startswith(some_only) and not is_faultless(name):
                rules = {kind.partition(".")[0] for kind in truth["defects"][name]}
                assert rules == {kind.rule for kind in defects.kinds(file["layout"])}, name

    def test_duplicated_keys_repeat_an_earlier_row(self, city: Path, truth: dict[str, Any]):
        name = "juki_full_20261101.csv"
        lines = (city / name).read_text(encoding="utf-8").split("\n")
        for row in truth["defects"][name]["duplicate_key"]["rows"]:
            assert lines[row] in lines[1:row]

    def test_residents_are_as_many_as_asked_for(self, city: Path, truth: dict[str, Any]):
        rows = good_rows(city, truth, "juki_full_20261101.csv")
        current = [row for row in rows if row["resident_status"] == "1"]

        assert len(current) == SMALL == truth["residents"]["residents"]
        assert len(rows) - len(current) == truth["residents"]["removed"]
        assert len({row["household_number"] for row in current}) == truth["residents"]["households"]
        assert Counter(row["municipality_code"] for row in current) == truth["residents"]["by_ward"]
        assert sum(row["resident_kind"] == "2" for row in current) == truth["residents"]["foreign"]
        filled = [row["individual_number"] for row in rows if row["individual_number"]]
        assert len(set(filled)) == len(filled)

    @pytest.mark.parametrize("days_later", [0, 10])
    def test_what_contradicts_is_what_was_planted(
        self, city: Path, truth: dict[str, Any], days_later: int
    ):
        full = good_rows(city, truth, "juki_full_20261101.csv")
        state = {row["resident_number"]: row for row in full}
        for name in sorted(n for n in truth["files"] if n.startswith("juki_daily"))[:days_later]:
            state |= {row["resident_number"]: row for row in good_rows(city, truth, name)}

        found = contradictions(state)

        assert found == truth["inconsistencies"]
        assert all(found.values())

    def test_protected_people_are_named(self, city: Path, truth: dict[str, Any]):
        found: dict[str, set[str]] = {}
        for row in good_rows(city, truth, "juki_full_20261101.csv"):
            if row["resident_status"] == "1" and row["support_measure"]:
                found.setdefault(row["support_measure"], set()).add(row["resident_number"])

        assert found == {kind: set(numbers) for kind, numbers in truth["protected"].items()}

    def test_days_add_up(self, city: Path, truth: dict[str, Any]):
        state = {
            row["resident_number"]: row for row in good_rows(city, truth, "juki_full_20261101.csv")
        }
        for day, events in truth["events"].items():
            rows = good_rows(city, truth, f"juki_daily_{day.replace('-', '')}.csv")
            for row in rows:
                known = state.get(row["resident_number"])
                assert int(row["history_number"]) == (
                    int(known["history_number"]) + 1 if known else 1
                )
                state[row["resident_number"]] = row
            assert [r["processed_time"] for r in rows] == sorted(r["processed_time"] for r in rows)
            assert Counter(row["change_reason"] for row in rows) == events["reasons"]
            residents = sum(row["resident_status"] == "1" for row in state.values())
            assert residents == events["residents"]

    def test_events_are_numbered_once(self, city: Path, truth: dict[str, Any]):
        names = [name for name in truth["files"] if name.startswith("juki_")]
        events = [row["event_id"] for name in names for row in good_rows(city, truth, name)]

        assert len(set(events)) == len(events)

    def test_claims_name_people_of_the_register(self, city: Path, truth: dict[str, Any]):
        names = [name for name in truth["files"] if name.startswith("juki_")]
        known = {row["resident_number"] for name in names for row in good_rows(city, truth, name)}
        claims = good_rows(city, truth, "claims_20261101.csv")
        children = Counter(
            row["claim_number"] for row in good_rows(city, truth, "claim_children_20261101.csv")
        )

        assert Counter(row["claim_kind"] for row in claims) == truth["claims"]["by_kind"]
        assert {row["claimant_resident_number"] for row in claims} <= known
        assert all(int(row["child_count"]) == children[row["claim_number"]] for row in claims)

    def test_yen_follow_from_the_rows(self, city: Path, truth: dict[str, Any]):
        children: dict[str, list[dict[str, str]]] = {}
        for row in good_rows(city, truth, "claim_children_20261101.csv"):
            children.setdefault(row["claim_number"], []).append(row)
        total = 0
        for claim in good_rows(city, truth, "claims_20261101.csv"):
            if claim["claim_kind"] != "90":
                continue
            births = [
                (date.fromisoformat(row["child_born_on"]), row["care_equivalent"])
                for row in children[claim["claim_number"]]
                if row["care_equivalent"] == "0" or row["confirmation_submitted"] == "1"
            ]
            for month in ((2026, 10), (2026, 11)):
                for rank, (born, counted_only) in enumerate(sorted(births)):
                    if counted_only == "0" and (born.year, born.month) < month:
                        until_three = (born.year + 3, born.month) >= month
                        total += 30_000 if rank > 1 else 15_000 if until_three else 10_000

        assert total == truth["yen"]["total"]

    def test_what_must_be_asked_has_the_answer_that_is_foretold(
        self, city: Path, truth: dict[str, Any]
    ):
        citizens = json.loads((city / "platform_citizens.json").read_text(encoding="utf-8"))[
            "citizens"
        ]
        taxes = sum(len(person["tax"]) for person in citizens)
        asked = [one for one in truth["inquiries"] if one["information"] == "地方税関係情報"]

        assert len(Citizens(b"key", city / "platform_citizens.json")) == len(citizens)
        assert truth["inquiries"]
        assert taxes == sum(one["found"] for one in asked)


class TestEncoding:
    def test_an_older_vendor_writes_what_it_lacks_as_a_mark(self, tmp_path: Path):
        generate(SMALL, 7, tmp_path, 0, processes=1, encoding="cp932")
        text = (tmp_path / "juki_full_20261101.csv").read_bytes().decode("cp932")

        assert "〓" in text
        assert text.startswith("異動ID,")


class TestLaw:
    @pytest.mark.parametrize(
        ("paid", "counted", "month", "yen"),
        [
            (["2025-05-20"], [], (2025, 6), 15_000),
            (["2022-07-10"], [], (2025, 7), 15_000),
            (["2022-07-10"], [], (2025, 8), 10_000),
            (["2011-05-01", "2012-05-01"], ["2005-05-01"], (2024, 10), 40_000),
            (["2011-05-01", "2012-05-01"], [], (2024, 10), 20_000),
            (["2010-05-05", "2018-05-05", "2022-09-09"], [], (2024, 10), 50_000),
        ],
    )
    def test_monthly_amounts_agree_with_the_worked_examples(self, paid, counted, month, yen):
        births = [date.fromisoformat(day) for day in paid]
        older = [date.fromisoformat(day) for day in counted]

        assert monthly_amount(births, older, *month) == yen

    def test_a_claim_within_fifteen_days_counts_from_the_birth(self):
        assert first_month(date(2025, 5, 20), date(2025, 6, 4)) == "2025-06"
        assert first_month(date(2025, 5, 20), date(2025, 6, 5)) == "2025-07"

    def test_the_next_pay_day_is_for_two_months(self):
        assert pay_months(date(2026, 11, 1)) == ("2026-09", (2026, 10), (2026, 11))
