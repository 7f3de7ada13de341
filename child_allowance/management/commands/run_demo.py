"""The main job end to end on a fictitious city, with a summary that checks itself."""

import io
import json
import shutil
from datetime import timedelta
from typing import Any

import httpx
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from gateway import selectors as gateway
from integrated_address import selectors as addressees
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.acts import Act
from sapporo_base.database import Cluster
from sapporo_base.processes import free_port, simulator_process, system_processes
from sapporo_base.rehearsal import NotInTime, Processes, Rehearsal, wait_until

REJECTED = 1
HOUSEHOLD = "TM99000000000001"
# Two consumers of 個人基本: 国民健康保険 uses 個人番号, 学齢簿 may not.
CONSUMERS = {"024-000": True, "017-000": False}
_DAYS = 5


class Command(BaseCommand):
    help = "架空の市で本処理を最初から最後まで行い、結果を照合する。一致しなければ終了コード1。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--population", type=int, default=20_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--port", type=int, default=8018, help="デモ中のWebのポート")

    def handle(self, *, population: int, seed: int, port: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        for needed in (port, settings.PLATFORM_PORT):
            if not free_port(needed):
                raise CommandError(
                    f"ポート{needed}は使用中です。make serve を終了してから実行してください。",
                    returncode=2,
                )
        self.job = Rehearsal(self.stdout)
        self.city = settings.VAR_DIR / "city"
        try:
            self._start_from_nothing()
            self._generate(population, seed)
            with Processes(settings.VAR_DIR / "log") as processes:
                self._start(processes, port)
                self._main_job(port)
        except NotInTime as error:
            self.job.check(f"in time: {error}", "yes", "no")
        self.stdout.write(self.job.summary())
        if self.job.failed:
            raise CommandError(
                f"{len(self.job.failed)}件の照合が一致しません(ログ: var/log)。", returncode=1
            )

    # The stage

    def _start_from_nothing(self) -> None:
        with self.job.step("database and reference data from nothing") as step:
            connection.close()
            Cluster(settings.VAR_DIR / "postgres").recreate_database()
            for name in ("city", "broker", "simulator", "seals", "log"):
                shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
            call_command("migrate", verbosity=0)
            step.count = sum(base_services.load_reference_data().values())
            call_command("prepare_demo_staff", stdout=io.StringIO())
            call_command("prepare_demo_applications", stdout=io.StringIO())

    def _generate(self, population: int, seed: int) -> None:
        with self.job.step("a fictitious city is generated") as step:
            call_command(
                "generate_city",
                population=population,
                seed=seed,
                out=self.city,
                days=_DAYS,
                stdout=io.StringIO(),
            )
            self.expected = json.loads((self.city / "expected.json").read_text())
            step.count = sum(file["rows"] for file in self.expected["files"].values())

    def _start(self, processes: Processes, port: int) -> None:
        with self.job.step("platform, web, workers and scheduler start") as step:
            commands = {
                "platform": simulator_process(
                    port=settings.PLATFORM_PORT,
                    state=settings.VAR_DIR / "simulator",
                    citizens=self.city / "platform_citizens.json",
                ),
                **system_processes(port=port, web_workers=1),
            }
            processes.start(commands)
            self.web = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
            self.platform = httpx.Client(base_url=settings.PLATFORM_URL, timeout=60)
            wait_until("everything is ready", self._is_ready, seconds=60)
            step.count = len(commands)

    def _is_ready(self) -> bool:
        try:
            return self.web.get("/health/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    # The job

    def _main_job(self, port: int) -> None:
        full = next(name for name in self.expected["files"] if name.startswith("juki_full"))
        self._receive(full, "flow A: the full set is received and numbered")
        self._acquire_codes()
        self._forward_households()
        daily = sorted(name for name in self.expected["files"] if name.startswith("juki_daily"))
        for name in daily:
            self._receive(name, f"flow A: daily file {name[11:19]}")
        self._acquire_codes()
        self._forward_households()
        for code, uses in CONSUMERS.items():
            self._consume(code, uses)
        self._seal()

    def _receive(self, name: str, label: str) -> None:
        told = self.expected["files"][name]
        with self.job.step(label) as step:
            code = _exit_code("receive_residents", self.city / name)
            step.count = told["rows"]
        rejected = {
            row
            for rows in (kind["rows"] for kind in self.expected["defects"].get(name, {}).values())
            for row in rows
        }
        self.job.check(f"{name}: exit code", REJECTED if rejected else 0, code)
        run = base.last_batch(kind="receive_residents", file_name=name)
        self.job.check(f"{name}: rows rejected", told["defective"], run.rejected)
        found = set(run.rejected_rows)
        self.job.check(f"{name}: planted defects found", len(rejected), len(rejected & found))

    def _acquire_codes(self) -> None:
        with self.job.step("flow E: 符号 are acquired by the worker") as step:
            wait_until("no 符号 is waited for", self._no_code_is_open, seconds=120)
            states = addressees.code_state_counts()
            step.count = states.get("acquired", 0)
            step.remark = ", ".join(f"{state} {count:,}" for state, count in states.items())
        self.job.check(
            "people with 個人番号 = 符号取得状況",
            addressees.individual_number_count(),
            sum(addressees.code_state_counts().values()),
        )

    def _no_code_is_open(self) -> bool:
        states = addressees.code_state_counts()
        return not sum(states.get(s, 0) for s in ("not_requested", "requested", "requested_again"))

    def _forward_households(self) -> None:
        with self.job.step("flow C: 世帯情報 go out as copies") as step:
            call_command("forward_households", stdout=io.StringIO())
            wait_until("all copies are forwarded", self._no_copy_is_open, seconds=120)
            step.count = gateway.copy_counts(HOUSEHOLD).get("forwarded", 0)
        self.job.check(
            "copies here = copies at the platform (count and hash)",
            0,
            _exit_code("reconcile_copies", HOUSEHOLD),
        )

    def _no_copy_is_open(self) -> bool:
        counts = gateway.copy_counts(HOUSEHOLD)
        return not counts.get("waiting", 0) + counts.get("sending", 0)

    def _consume(self, code: str, uses_individual_number: bool) -> None:  # noqa: FBT001
        system = base.system(code)
        act = Act(at=timezone.now(), path="command", reason="デモ")
        issued = base_services.issue_credential(
            system=system,
            method="client_secret_basic",
            scopes=["030:changes:read"],
            expires_at=act.at + timedelta(days=1),
            act=act,
        )
        with self.job.step(f"flow B: {system.name} reads its feed over HTTP") as step:
            token = self.web.post(
                "/oauth2/token/",
                data={"grant_type": "client_credentials"},
                auth=(issued.credential.client_id, issued.secret),
            ).json()["access_token"]
            changes = self._read_feed(token)
            step.count = len(changes)
        text = json.dumps(changes, ensure_ascii=False)
        holders = sum(1 for change in changes if change["items"].get("individual_number"))
        self.job.check(
            f"{system.name}: gets 個人番号",
            "yes" if uses_individual_number else "no",
            "yes" if holders or 'individual_number":' in text.replace(" ", "") else "no",
        )

    def _read_feed(self, token: str) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = []
        after = 0
        while True:
            answer = self.web.get(
                "/api/v1/resident-basic/changes/",
                params={"after": after, "limit": 1000},
                headers={"Authorization": f"Bearer {token}"},
            )
            answer.raise_for_status()
            page = answer.json()
            changes += page["changes"]
            after = page["receipt"]
            if not page["has_more"]:
                return changes

    def _seal(self) -> None:
        with self.job.step("情報連携記録 are sealed and verified") as step:
            base_services.seal_records(at=timezone.now())
            code = _exit_code("verify_records")
            step.count = base.seal_state().sealed
        self.job.check("verify_records finds nothing", 0, code)
        self.job.check("messages that wait for a person", 0, gateway.failed_exchange_count())


def _exit_code(command: str, *arguments: object) -> int:
    """Run a command as an operator would, and return its exit code."""
    try:
        call_command(command, *map(str, arguments), stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as error:
        return error.returncode
    return 0
