"""Bad files of the neighbours: one clear message and nothing stored, or one 受領エラー per bad row."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sapporo_base.layouts import load_layout
from sapporo_base.models import BatchRun, RejectedRow
from sapporo_base.sample_city import generate

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

NOTHING_STORED = 2
SOME_REJECTED = 1
POPULATION = 500

# What receives which layout, in the order in which a city starts.
COMMANDS = {
    "juki_resident": "receive_residents",
    "tax": "receive_taxes",
    "accounts": "receive_accounts",
    "claims": "receive_claims",
}
# 一括処理 by the command that makes them; claims come as a pair of files.
KINDS = {**COMMANDS, "claims": "claims", "claim_children": "claim_children"}
# A run that stored nothing is itself on record, and in the history of changes.
SAYS_THAT_IT_CAME = {"resident_basic_reception", BatchRun._meta.db_table, "auditlog_logentry"}
# A child whose claim was rejected cannot be taken either; its own row has no fault.
FOLLOWS_FROM_ANOTHER_ROW = "E0901"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small fictitious city."""
    folder = tmp_path_factory.mktemp("city")
    generate(population=POPULATION, seed=7, out=folder, days_after=0)
    return folder


@pytest.fixture(scope="module")
def expected(city: Path) -> dict[str, Any]:
    """Return what the generator planted."""
    answer: dict[str, Any] = json.loads((city / "expected.json").read_text())
    return answer


def exit_code(command: str, *arguments: object) -> tuple[int, str]:
    """Run a command as an operator would; return its exit code and its last words."""
    try:
        call_command(command, *map(str, arguments), stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, str(error)
    return 0, ""


def tables() -> list[str]:
    """Return every table of ours that holds rows, partitions singly."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def row_counts() -> dict[str, int]:
    """Return how many rows each table holds."""
    with connection.cursor() as cursor:
        counts = {}
        for table in tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Return the tables whose number of rows is another."""
    return {table for table in after if after[table] != before.get(table, 0)}


def file_of(layout: str, city: Path) -> Path:
    """Return the first file of a layout."""
    return city / {
        "juki_resident": "juki_full_20261101.csv",
        "tax": "tax_20261101.csv",
        "accounts": "accounts_20261101.csv",
        "claims": "claims_20261101.csv",
    }.get(layout, "")


def cut_in_the_middle(good: Path, bad: Path) -> None:
    content = good.read_bytes()
    bad.write_bytes(content[: len(content) // 2])


def cut_at_the_end_of_a_row(good: Path, bad: Path) -> None:
    lines = good.read_bytes().splitlines(keepends=True)
    bad.write_bytes(b"".join(lines[: len(lines) // 2]))


def in_another_encoding(good: Path, bad: Path) -> None:
    bad.write_bytes(good.read_bytes().decode("utf-8").encode("euc_jp", errors="replace"))


def with_other_columns(good: Path, bad: Path) -> None:
    header, rest = good.read_bytes().split(b"\n", 1)
    columns = header.split(b",")
    bad.write_bytes(b",".join([columns[1], columns[0], *columns[2:]]) + b"\n" + rest)


def empty(good: Path, bad: Path) -> None:
    bad.write_bytes(b"")


def binary(good: Path, bad: Path) -> None:
    bad.write_bytes(bytes(range(256)) * 64)


def a_folder(good: Path, bad: Path) -> None:
    bad.mkdir()


def missing(good: Path, bad: Path) -> None:
    """Leave nothing there."""


FAULTS: list[Callable[[Path, Path], None]] = [
    cut_in_the_middle,
    cut_at_the_end_of_a_row,
    in_another_encoding,
    with_other_columns,
    empty,
    binary,
    a_folder,
    missing,
]


@pytest.mark.parametrize("layout", COMMANDS)
@pytest.mark.parametrize("spoil", FAULTS, ids=lambda fault: fault.__name__)
def test_a_spoilt_file_stores_nothing_and_says_why_once(layout, spoil, city, tmp_path):
    good = file_of(layout, city)
    bad = tmp_path / good.name
    spoil(good, bad)
    if layout == "claims":
        pair = good.name.replace("claims", "claim_children")
        (tmp_path / pair).write_bytes((city / pair).read_bytes())
    before = row_counts()

    code, words = exit_code(COMMANDS[layout], bad)

    assert code == NOTHING_STORED
    assert words
    assert "\n" not in words
    assert changed(before, row_counts()) <= SAYS_THAT_IT_CAME


def test_claims_without_the_file_of_their_children_store_nothing(city, tmp_path):
    claims = tmp_path / "claims_20261101.csv"
    claims.write_bytes(file_of("claims", city).read_bytes())
    before = row_counts()

    code, words = exit_code("receive_claims", claims)

    assert code == NOTHING_STORED
    assert words
    assert changed(before, row_counts()) <= SAYS_THAT_IT_CAME


def test_every_planted_fault_becomes_one_reject_and_the_second_time_changes_nothing(city, expected):
    prepare_offices()
    for layout, command in COMMANDS.items():
        code, words = exit_code(command, file_of(layout, city))
        assert code == SOME_REJECTED, (command, words)
        if layout == "juki_resident":
            assert exit_code("follow_residents")[0] == 0

    for name, planted in expected["defects"].items():
        layout = expected["files"][name]["layout"]
        if layout in KINDS:
            assert rejected_rows(KINDS[layout]) == planted_rows(planted), name
    assert not RejectedRow.objects.filter(item="").exists()
    assert not RejectedRow.objects.filter(reason="").exists()

    assert_no_individual_number_is_readable(city)

    before = row_counts()
    for layout, command in COMMANDS.items():
        assert exit_code(command, file_of(layout, city))[0] == SOME_REJECTED
    told_again = SAYS_THAT_IT_CAME | {RejectedRow._meta.db_table}
    assert {
        table
        for table in changed(before, row_counts()) - told_again
        if not table.startswith("sapporo_base_linkagerecord")  # each reception is recorded
    } == set()


def test_every_item_has_its_fault_and_its_message(tmp_path):
    generate(population=POPULATION, seed=11, out=tmp_path, days_after=3, defects="all")
    expected = json.loads((tmp_path / "expected.json").read_text())
    daily = sorted(name for name in expected["files"] if name.startswith("juki_daily"))
    prepare_offices()
    for layout, command in COMMANDS.items():
        assert exit_code(command, file_of(layout, tmp_path))[0] == SOME_REJECTED, command
        if layout == "juki_resident":
            for name in daily:
                assert exit_code(command, tmp_path / name)[0] == SOME_REJECTED, name
            assert exit_code("follow_residents")[0] == 0

    for name, planted in expected["defects"].items():
        layout = expected["files"][name]["layout"]
        if layout in KINDS:
            assert rejects_of(name) == told_of(planted, layout), name


def told_of(planted: dict[str, Any], layout: str) -> dict[int, tuple[str, str]]:
    """Return by row the label of the item and the code that must be told."""
    labels = {field.name: field.label for field in load_layout(layout).fields}
    return {
        row: (labels.get(kind["item"], "行全体"), kind["code"])
        for kind in planted.values()
        for row in kind["rows"]
    }


def rejects_of(name: str) -> dict[int, tuple[str, str]]:
    """Return by row the item and the code that was told."""
    rejects = RejectedRow.objects.filter(batch__file_name=name)
    return {
        row: (item, code)
        for row, item, code in rejects.values_list("row_number", "item", "code")
        if code != FOLLOWS_FROM_ANOTHER_ROW
    }


def prepare_offices() -> None:
    """Let the receiving systems have their 利用申請 approved."""
    call_command("prepare_demo_staff", stdout=io.StringIO())
    call_command("prepare_demo_applications", stdout=io.StringIO())


def planted_rows(planted: dict[str, Any]) -> set[int]:
    """Return the rows in which the generator planted something."""
    return {row for kind in planted.values() for row in kind["rows"]}


def rejected_rows(kind: str) -> set[int]:
    """Return the rows that were rejected for a fault of their own."""
    rejects = RejectedRow.objects.filter(batch__kind=kind).exclude(code=FOLLOWS_FROM_ANOTHER_ROW)
    return set(rejects.values_list("row_number", flat=True))


def assert_no_individual_number_is_readable(city: Path) -> None:
    """Search every cell of every table for the 個人番号 that came in the files."""
    numbers = set()
    for name in ("juki_full_20261101.csv", "tax_20261101.csv"):
        numbers |= set(re.findall(r"(?<!\d)999\d{9}(?!\d)", (city / name).read_text()))
    assert len(numbers) > POPULATION / 2
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor:
                assert not numbers & set(_twelve_digits(row)), table


def _twelve_digits(row: tuple[Any, ...]) -> list[str]:
    texts = (
        bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)
        for cell in row
    )
    return [found for text in texts for found in re.findall(r"(?=(999\d{9}))", text)]
