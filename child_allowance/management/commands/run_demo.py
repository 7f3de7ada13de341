"""The main job end to end on a fictitious city, with a summary that checks itself."""

import io
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from child_allowance import selectors
from gateway import selectors as gateway
from integrated_address import selectors as addressees
from resident_basic import selectors as residents
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
ALLOWANCE = "TM99000000000027"
_COMMAND = {"tax": "taxes", "accounts": "accounts"}
_DECIDER = "S2002"
_PAY_DAY = "2026-12-11"
_ASKERS = (26, 30, 87, 106)
_LENDER = 30
_RECORD_BYTES = 120


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
        _refuse_taken_ports(port)
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
        # Someone else may have taken one meanwhile, and would answer in our place.
        _refuse_taken_ports(port)
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
        told = self.expected["files"][full]
        self.job.check(
            "people in the file = numbered + rejected",
            told["rows"],
            addressees.addressee_count() + told["defective"],
        )
        self.job.check(
            "residents = numbered", residents.resident_count(), addressees.addressee_count()
        )
        self._acquire_codes()
        self._forward_households()
        daily = sorted(name for name in self.expected["files"] if name.startswith("juki_daily"))
        for name in daily:
            self._receive(name, f"flow A: daily file {name[11:19]}")
        self._acquire_codes()
        self._forward_households()
        for code, uses in CONSUMERS.items():
            self._consume(code, uses)
        self._follow_into_social_address()
        self._take_claims()
        self._inquire_while_closed()
        self._decide_and_pay()
        self._provide()
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
            states = _code_states()
            step.count = states.get("acquired", 0)
            step.remark = ", ".join(f"{state} {count:,}" for state, count in states.items())
        self.job.check(
            "people with 個人番号 = 符号取得状況",
            addressees.individual_number_count(),
            sum(_code_states().values()),
        )

    def _no_code_is_open(self) -> bool:
        states = _code_states()
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
        holders = sum(1 for change in changes if change["items"].get("individual_number"))
        self.job.check(
            f"{system.name}: gets 個人番号",
            "yes" if uses_individual_number else "no",
            "yes" if holders else "no",
        )

        approval = residents.approved_items(system=system, day=act.day)
        allowed = residents.item_columns(approval.disclosed)
        given = {name for change in changes for name, value in change["items"].items() if value}
        self.job.check(f"{system.name}: gets items that were not approved", 0, len(given - allowed))

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

    def _follow_into_social_address(self) -> None:
        with self.job.step("社会保障宛名 follows 個人基本, takes taxes and accounts") as step:
            self.job.check("follow_residents: exit code", 0, _exit_code("follow_residents"))
            for name, told in self.expected["files"].items():
                if told["layout"] in {"tax", "accounts"}:
                    code = _exit_code(f"receive_{_COMMAND[told['layout']]}", self.city / name)
                    self.job.check(f"{name}: exit code", int(bool(told["defective"])), code)
                    step.count += told["good"]

    def _take_claims(self) -> None:
        with self.job.step("claims for 児童手当 arrive, numbered by 社会保障宛名") as step:
            for name in sorted(self.expected["files"]):
                told = self.expected["files"][name]
                if told["layout"] == "claims":
                    children = self.expected["files"][name.replace("claims", "claim_children")]
                    defective = told["defective"] or children["defective"]
                    code = _exit_code("receive_claims", self.city / name)
                    self.job.check(f"{name}: exit code", int(bool(defective)), code)
                    step.count += told["good"]

    def _inquire_while_closed(self) -> None:
        with self.job.step("flow D: missing facts are asked while the platform is closed") as step:
            self.platform.post("/control/close", json={}).raise_for_status()
            self.job.check("gather_facts: exit code", 0, _exit_code("gather_facts"))
            step.count = selectors.open_inquiry_count()
            asked_in_vain = selectors.answered_inquiry_count()
            self.job.check("answers while the platform is closed", 0, asked_in_vain)
        with self.job.step("flow D: the platform opens, work goes out by itself") as step:
            self.platform.post("/control/open", json={}).raise_for_status()
            wait_until("every inquiry is answered", self._all_answered, seconds=180, every=1.0)
            step.count = selectors.answered_inquiry_count()
        self.job.check("inquiries that are still open", 0, selectors.open_inquiry_count())
        wanted = sum(1 for one in self.expected["inquiries"] if one["item"] in {"74", "75"})
        self.job.steps[-1].remark = f"expected.json foretells {wanted:,}"

    def _all_answered(self) -> bool:
        _exit_code("gather_facts")
        return selectors.open_inquiry_count() == 0

    def _decide_and_pay(self) -> None:
        with self.job.step("claims are decided, what is doubtful goes to an examiner") as step:
            _exit_code("decide_claims", "--by", _DECIDER)
            step.count = selectors.decided_claim_count()
            step.remark = f"{selectors.waiting_claim_count():,} wait for an examiner"
        with self.job.step(f"flow G: the pay day of {_PAY_DAY} is run") as step:
            for month in self.expected["yen"]["months"]:
                _exit_code("compute_entitlements", "--month", month)
            _exit_code("run_payday", "--on", _PAY_DAY)
            run = selectors.pay_day_totals(day=date.fromisoformat(_PAY_DAY))
            step.count = run.count
            step.remark = f"{run.yen:,} yen, held {run.held_yen:,}"
        self.job.check(
            "yen of the entitlements = yen in the run", run.entitled_yen, run.yen + run.held_yen
        )
        file = settings.VAR_DIR / "payments" / run.file_name
        self.job.check("yen of the run = yen in the 全銀 file", run.yen, _yen_in(file))
        self.job.check(
            "payments of the run = records in the 全銀 file", run.count, _records_in(file)
        )

    def _provide(self) -> None:
        with self.job.step("児童手当情報 go out as copies") as step:
            _exit_code("forward_copies")
            wait_until("all copies are forwarded", self._no_allowance_copy_is_open, seconds=120)
            step.count = gateway.copy_counts(ALLOWANCE).get("forwarded", 0)
        self.job.check(
            "児童手当情報: here = at the platform (count and hash)",
            0,
            _exit_code("reconcile_copies", ALLOWANCE),
        )
        with self.job.step("flow F: others ask under 26, 30, 87 and 106") as step:
            for item in _ASKERS:
                step.count += 1
                self.job.check(
                    f"asked under item {item}: answered", "sent", self._ask(item, ALLOWANCE)
                )
                refused = self._ask(item, HOUSEHOLD if item == _LENDER else "TM00000000000002")
                self.job.check(
                    f"asked under item {item} for what may not be: refused",
                    expected=True,
                    found=refused != "sent",
                )
            self.job.check(
                "asked by one who may not: refused",
                expected=True,
                found=self._ask(999, ALLOWANCE) != "sent",
            )

    def _ask(self, item: int, information_code: str) -> str:
        answer = self.platform.post(
            "/control/ask", json={"item": item, "information_code": information_code}
        )
        answer.raise_for_status()
        return str(answer.json()["asked"][0]["state"])

    def _no_allowance_copy_is_open(self) -> bool:
        counts = gateway.copy_counts(ALLOWANCE)
        return not counts.get("waiting", 0) + counts.get("sending", 0)

    def _seal(self) -> None:
        with self.job.step("情報連携記録 are sealed and verified") as step:
            base_services.seal_records(at=timezone.now())
            code = _exit_code("verify_records")
            step.count = base.seal_state().sealed
        self.job.check("verify_records finds nothing", 0, code)
        self.job.check("messages that wait for a person", 0, gateway.failed_exchange_count())


def _bank_records(file: Path) -> list[bytes]:
    """Return the data records of a 全銀 file, which are 120 bytes each with or without line ends."""
    content = file.read_bytes().replace(b"\r\n", b"")
    records = [
        content[start : start + _RECORD_BYTES] for start in range(0, len(content), _RECORD_BYTES)
    ]
    return [record for record in records if record[:1] == b"2"]


def _yen_in(file: Path) -> int:
    return sum(int(record[80:90]) for record in _bank_records(file))


def _records_in(file: Path) -> int:
    return len(_bank_records(file))


def _code_states() -> dict[str, int]:
    """Return 符号取得状況 → people, those that hold somebody."""
    return {one.state: one.people for one in addressees.code_counts() if one.people}


def _exit_code(command: str, *arguments: object) -> int:
    """Run a command as an operator would, and return its exit code."""
    try:
        call_command(command, *map(str, arguments), stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as error:
        return error.returncode
    return 0


def _refuse_taken_ports(port: int) -> None:
    for needed in (port, settings.PLATFORM_PORT):
        if not free_port(needed):
            raise CommandError(
                f"ポート{needed}は使用中です。make serve を終了してから実行してください。",
                returncode=2,
            )
