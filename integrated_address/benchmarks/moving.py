"""移行: numbers of the system before, and after them the business numbers of two more systems, by file."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import CommandError
from django.utils import timezone

from integrated_address.benchmarks.people import FIRST_SERIAL
from sapporo_base.benchmarks import cities, copying
from sapporo_base.layouts import parse_layout, write_records
from sapporo_base.measuring import Measure
from sapporo_base.sample_city import fictitious_individual_number
from sapporo_base.selectors.reference import layout_definition

_BROUGHT = ("024-000", "017-000")
_LATER = ("027-000", "010-000")
_BORN = date(1930, 1, 1)
_LIVES = 35_000
_MOST_PEOPLE = 2_000_000


def measure(size: int) -> list[Measure]:
    """Measure both commands on files of two rows a person; every tenth link has ended."""
    people = min(size, _MOST_PEOPLE)
    with TemporaryDirectory() as folder:
        brought, later = Path(folder) / "brought.csv", Path(folder) / "later.csv"
        _write(brought, "integrated_numbers", _rows(people, _BROUGHT))
        _write(later, "business_numbers", _rows(people, _LATER))
        return [
            *_measured("import_numbers", brought, "業務番号", people),
            *_measured("number_people", later, "業務宛名番号", people),
        ]


def _measured(command: str, file: Path, number: str, people: int) -> list[Measure]:
    copied = copying.seconds_to_copy(
        file, key=("業務ID", number), indexed=("氏名フリガナ", "生年月日", "個人番号")
    )
    run = cities.run_command(command, str(file))
    name = f"{command}, {people:,} people with two numbers"
    return [
        Measure(name, run.seconds, "s", copying.YARDSTICK, copied, aim=12),
        Measure(f"{name}: peak memory", run.peak_mib, "MiB", aim=1536),
    ]


def _write(file: Path, layout: str, rows: Iterator[Mapping[str, str]]) -> None:
    definition = layout_definition(layout, day=timezone.localdate())
    with file.open("wb") as stream:
        written = write_records(stream, parse_layout(definition), rows)
    if written.unwritten:
        raise CommandError(str(written.unwritten[:3]), returncode=1)


def _rows(people: int, systems: tuple[str, str]) -> Iterator[dict[str, str]]:
    for serial in range(people):
        person = {
            "integrated_number": f"9{serial:014}",
            "individual_number": fictitious_individual_number(FIRST_SERIAL + serial),
            "name": "移行　太郎",
            "name_kana": "イコウ　タロウ",
            "born_on": (_BORN + timedelta(days=serial % _LIVES)).isoformat(),
            "sex": str(serial % 2 + 1),
            "resident_state": "1",
            "code_acquired": "1",
        }
        for place, system in enumerate(systems):
            yield {
                **person,
                "system_code": system,
                "business_number": f"M{serial:09}",
                "has_flag": str(int(place == 0)),
                "valid_from": "2016-01-01",
                "valid_until": "2025-03-31" if place and serial % 10 == 0 else "",
            }
