"""`make bench`: how fast, each figure beside its yardstick from the same run."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from integrated_address import selectors as known
from integrated_address import services as addressees
from integrated_address.services.numbering import STAGED
from sapporo_base import sealing, selectors
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import temporary_staging
from sapporo_base.database import Cluster
from sapporo_base.measuring import Measure, as_table, run_measured, write_measures
from sapporo_base.sample_city import fictitious_individual_number

DATABASE = "sapporo_bench"
MANAGE = Path(settings.BASE_DIR) / "manage.py"
_REQUESTS = 300
_ROUNDS = 3
_MOST_PEOPLE = 20_000


class Command(BaseCommand):
    help = "処理速度を測り、同じ実行の中の物差しとの比を表示し、var/bench.json に書く。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", type=int, default=200_000, help="住民の人数")
        parser.add_argument("--only", default="", help="この名前の測定だけを行う")

    def handle(self, *, size: int, only: str, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        if connection.settings_dict["NAME"] != DATABASE:
            sys.exit(self._in_a_database_of_its_own(size, only))
        works: dict[str, Callable[[int], list[Measure]]] = {
            "generator": self._generator,
            "intake": self._intake,
            "lookup": self._lookup,
            "acceptance": self._acceptance,
        }
        if only and only not in works:
            raise CommandError(f"--only は {', '.join(works)} のいずれかです。", returncode=2)
        measures: list[Measure] = []
        for name, work in works.items():
            if only in {"", name}:
                self.stdout.write(f"… {name}")
                self.stdout.flush()
                measures += work(size)
        write_measures(settings.VAR_DIR / "bench.json", measures)
        self.stdout.write(as_table(measures))

    def _in_a_database_of_its_own(self, size: int, only: str) -> int:
        """Run this command again on a fresh database, so that a demo's data stay as they are."""
        cluster = Cluster(settings.VAR_DIR / "postgres")
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {DATABASE}")
        environment = {**os.environ, "DATABASE_URL": cluster.url(DATABASE), "LOG_LEVEL": "ERROR"}
        for arguments in (
            ["migrate", "--verbosity", "0"],
            ["load_reference_data"],
            ["prepare_demo_staff"],
            ["prepare_demo_applications"],
        ):
            subprocess.run(  # noqa: S603 - our own commands, no shell
                [sys.executable, str(MANAGE), *arguments],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        command = [sys.executable, str(MANAGE), "bench", "--size", str(size)]
        if only:
            command += ["--only", only]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603

    # The measurements

    def _city(self, size: int) -> Path:
        return settings.VAR_DIR / "bench" / f"city-{size}"

    def _generator(self, size: int) -> list[Measure]:
        out = self._city(size)
        shutil.rmtree(out, ignore_errors=True)
        arguments = ["generate_city", "--population", str(size), "--seed", "1", "--out", str(out)]
        run = run_measured([sys.executable, str(MANAGE), *arguments], os.environ)
        if run.returncode:
            raise CommandError(f"generate_city: {run.output[-500:]}", returncode=1)
        per_second = size / run.seconds
        return [
            Measure("generator: residents a second", per_second, "1/s"),
            Measure("generator: seconds for 2,000,000", 2_000_000 / per_second, "s", aim=120),
            Measure("generator: peak memory", run.peak_mib, "MiB", aim=1536),
        ]

    def _intake(self, size: int) -> list[Measure]:
        file = next(self._city(size).glob("juki_full_*.csv"), None)
        if file is None:
            self._generator(size)
            file = next(self._city(size).glob("juki_full_*.csv"))
        copied = _seconds_to_copy(file)
        run = run_measured(
            [sys.executable, str(MANAGE), "receive_residents", str(file)], os.environ
        )
        if run.returncode > 1:
            raise CommandError(f"receive_residents: {run.output[-500:]}", returncode=1)
        return [
            Measure(
                f"intake of {size:,} residents, numbered",
                run.seconds,
                "s",
                "COPY of the file, key and three indexes",
                copied,
                aim=6,
            ),
            Measure("intake: peak memory", run.peak_mib, "MiB", aim=1536),
        ]

    def _lookup(self, size: int) -> list[Measure]:
        people = min(size, _MOST_PEOPLE)
        _number_people(people)
        token = _token("024-000", ["032:search:read"])
        bodies = iter(range(10**9))

        def ours() -> None:
            number = f"B{next(bodies) % people}"
            _post(token, _SEARCH, {"business_number": number, "procedure": "測定"})

        def bare() -> None:
            _post(token, "/bare/read/", {"id": next(bodies)})

        fast, slow = _rates(bare, ours)
        return [_request_measure("number look-up over the API", slow, fast, "one indexed read")]

    def _acceptance(self, size: int) -> list[Measure]:
        people = min(size, _MOST_PEOPLE)
        _number_people(people)
        token = _token("027-000", ["030:inquiries:write"])
        serial = iter(range(10**9))

        def ours() -> None:
            number = next(serial)
            _post(token, _INQUIRIES, {"inquiries": [_question(number, people)]})

        def bare() -> None:
            _post(token, "/bare/insert/", {"topic": f"t{next(serial)}"})

        fast, slow = _rates(bare, ours)
        return [_request_measure("inquiry acceptance over the API", slow, fast, "one insert")]


_SEARCH = "/api/v1/integrated-address/search/"
_INQUIRIES = "/api/v1/gateway/inquiries/"
_OK = 300


def _question(number: int, people: int) -> dict[str, object]:
    return {
        "request_key": f"bench-{time.monotonic_ns()}",
        "business_number": f"B{number % people}",
        "procedure_code": "JM99000000000074",
        "step_code": "JT99000000000074",
        "information_code": "TM00000000000002",
        "provider_code": "131016",
        "fiscal_year": 2024,
    }


def _request_measure(name: str, ours: float, bare: float, what: str) -> Measure:
    return Measure(
        name, ours, "req/s", f"bare DRF view: token, {what}", bare, aim=0.6, at_most=False
    )


def _seconds_to_copy(file: Path) -> float:
    """COPY the file into one table with its key and three indexes: the yardstick of an intake."""
    with file.open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\r\n").split(",")
    columns = ", ".join(f"c{place} text" for place in range(len(header)))
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare_copy (id bigserial PRIMARY KEY, {columns})")
        for place in (1, 2, 3):
            cursor.execute(f"CREATE INDEX ON bare_copy (c{place})")
        names = ", ".join(f"c{place}" for place in range(len(header)))
        statement = f"COPY bare_copy ({names}) FROM STDIN WITH (FORMAT csv)"
        width = len(header) - 1
        with cursor.copy(statement) as copy, file.open("rb") as stream:
            stream.readline()
            for line in stream:
                # Rows of another width and the trailer would end the whole COPY.
                if line.count(b",") == width:
                    copy.write(line)
        cursor.execute("DROP TABLE bare_copy")
    return time.perf_counter() - started


def _act() -> Act:
    return Act(at=timezone.now(), path="command", reason="速度の測定")


def _number_people(people: int) -> None:
    """Number people under B0 … of both systems that the measurements ask as; again changes nothing."""
    sealer = sealing.NumberSealer()
    for code in ("024-000", "027-000"):
        with transaction.atomic(), temporary_staging("bench_people", STAGED) as staging:
            rows = []
            for serial in range(people):
                sealed = sealer.seal(fictitious_individual_number(95_000_000 + serial))
                rows.append((f"B{serial}", sealed.digest, sealed.ciphertext, "測定　太郎", "", ""))
            columns = [
                "business_number",
                "digest",
                "ciphertext",
                "name",
                "name_kana",
                "resident_state",
            ]
            staging.copy(columns, rows)
            addressees.number_newcomers(staging=staging, system=selectors.system(code), act=_act())
    numbered = known.integrated_numbers_of(
        system=selectors.system("027-000"), business_numbers=[f"B{n}" for n in range(people)]
    )
    addressees.request_linkage_codes(act=_act())
    acquired = [(number, "acquired", "") for number in numbered.values()]
    addressees.record_code_states(states=acquired, act=_act())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _token(code: str, scopes: list[str]) -> str:
    act = _act()
    issued = base.issue_credential(
        system=selectors.system(code),
        method="client_secret_jwt",
        scopes=scopes,
        expires_at=act.at + timedelta(days=1),
        act=act,
    )
    token = base.new_token()
    base.issue_token(credential=issued.credential, scopes=scopes, token=token, at=act.at)
    return token


def _post(token: str, address: str, body: dict[str, object]) -> None:
    response = _CLIENT.post(
        address, body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    if response.status_code >= _OK:
        raise CommandError(f"{address}: {response.status_code}", returncode=1)


_CLIENT = Client()


def _rates(*works: Callable[[], None]) -> list[float]:
    """Return the requests a second of each work; rounds take turns, the best of each counts."""
    best = [0.0] * len(works)
    with override_settings(ROOT_URLCONF="sapporo_base.yardsticks", ALLOWED_HOSTS=["*"]):
        for _ in range(_ROUNDS + 1):
            for place, work in enumerate(works):
                started = time.perf_counter()
                for _ in range(_REQUESTS):
                    work()
                best[place] = max(best[place], _REQUESTS / (time.perf_counter() - started))
    return best
