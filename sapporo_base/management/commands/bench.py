"""`make bench`: how fast, each figure beside its yardstick from the same run."""

import importlib
import importlib.util
import pkgutil
from types import ModuleType

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from sapporo_base.benchmarks import cities
from sapporo_base.measuring import HEADING, as_lines, write_measures
from sapporo_base.spare_databases import SpareDatabases

_REFERENCE = "sapporo_bench_reference"
_FRESH = "sapporo_bench"
_CITY = "sapporo_bench_city"
_PREPARED_BY = (
    ("migrate", "--verbosity", "0"),
    ("load_reference_data",),
    ("prepare_demo_staff",),
    ("prepare_demo_applications",),
)


class Command(BaseCommand):
    help = (
        "処理速度を測り、同じ実行の中の物差しとの比を表示し、var/bench.json に書く。"
        "--verbosity 2 では、測定した処理の工程と長いSQLの秒数も表示する。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", type=int, default=200_000, help="住民の人数")
        parser.add_argument(
            "--only", default="", help="この名前の測定だけを行う(複数はコンマで区切る)"
        )

    def handle(self, *, size: int, only: str, verbosity: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        subjects = _subjects()
        chosen = only.split(",") if only else list(subjects)
        if not subjects.keys() >= set(chosen):
            raise CommandError(f"--only は {', '.join(subjects)} のいずれかです。", returncode=2)
        if connection.settings_dict["NAME"] in {_FRESH, _CITY}:
            cities.VERBOSITY.set(verbosity)
            (name,) = chosen
            measures = subjects[name].measure(size)
            write_measures(settings.VAR_DIR / "bench.json", measures)
            self.stdout.write(as_lines(measures))
        else:
            self._measure_each({name: subjects[name] for name in chosen}, size, verbosity)

    def _measure_each(self, subjects: dict[str, ModuleType], size: int, verbosity: int) -> None:
        """Run this command once more for each subject, in a process and a database of its own."""
        databases = _Databases(size)
        self.stdout.write(HEADING)
        self.stdout.flush()
        for name, subject in subjects.items():
            self.stderr.write(f"… {name}")
            on_a_city = getattr(subject, "ON_A_CITY", False)
            database = databases.with_a_city() if on_a_city else databases.fresh()
            arguments = ("--size", str(size), "--only", name, "--verbosity", str(verbosity))
            databases.run(database, "bench", *arguments)
        databases.drop()


def _subjects() -> dict[str, ModuleType]:
    """Return every module of the apps' `benchmarks` that measures something, by its name."""
    found = {}
    for app in apps.get_app_configs():
        room = importlib.util.find_spec(f"{app.name}.benchmarks")
        for module in pkgutil.iter_modules(room.submodule_search_locations if room else []):
            subject = importlib.import_module(f"{app.name}.benchmarks.{module.name}")
            if hasattr(subject, "measure"):
                found[module.name] = subject
    return found


class _Databases:
    """The databases of the measurements, so that a demo's data stay as they are."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._spare = SpareDatabases()
        self._has_city = False
        self.drop()
        self._create(_REFERENCE, template="template0")
        for arguments in _PREPARED_BY:
            self.run(_REFERENCE, *arguments, quiet=True)

    def fresh(self) -> str:
        """Return one that holds reference data only."""
        self._create(_FRESH, template=_REFERENCE)
        return _FRESH

    def with_a_city(self) -> str:
        """Return the one in which a city was received."""
        if not self._has_city:
            self._create(_CITY, template=_REFERENCE)
            file = cities.full_set(self._size)
            self.run(_CITY, "receive_residents", str(file), quiet=True, most=1)
            self._spare.tidy(_CITY)
            self._has_city = True
        return _CITY

    def run(self, database: str, *arguments: str, quiet: bool = False, most: int = 0) -> None:
        """Run a command of the project on a database; an exit code above `most` ends all."""
        self._spare.run(database, *arguments, quiet=quiet, most=most)

    def drop(self) -> None:
        """Drop them all."""
        self._spare.drop(_FRESH, _CITY, _REFERENCE)

    def _create(self, name: str, *, template: str) -> None:
        self._spare.create(name, template=template)
