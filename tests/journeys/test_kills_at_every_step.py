"""
`kill -9` of a worker, or of the database under it, at every step of every kind of work with the platform.

The far end is a process of its own, the database a cluster of its own. A worker is a child of the
test: it goes round until it comes to the step, and dies there, or PostgreSQL does. What the far end
was told stands in its journal.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from gateway import services, tasks
from gateway.models import Copy, Exchange, Inquiry, PlatformNumber, Provision
from gateway.platform import line as wire
from gateway.platform.client import PlatformClient
from gateway.services import exchanges
from gateway.tasks import working
from integrated_address import services as addressee_services
from sapporo_base import services as base_services
from sapporo_base.database import Cluster
from tests.factories import StaffFactory, system
from tests.gateway.far_end import FarEndProcess
from tests.gateway.flows import accept, asked, copy, forward, now_act
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.slow
WORKS = {
    "ask": ("inquiry", "batch"),
    "check": ("inquiry", "batch"),
    "fetch": ("inquiry", "interactive"),
    "register_copies": ("copies", ""),
    "register_numbers": ("code", ""),
    "request_codes": ("code", ""),
    "check_codes": ("code", ""),
    "answer": ("provision", ""),
    "permit": ("provision", ""),
    "fetch_provided": ("provision", ""),
}
"""What a message is for, and the piece of work in which one is sent."""
ONE_OF_EACH = ("ask", "register_copies", "request_codes", "permit")
BY_FILE = {"ask", "check", "register_copies", "request_codes", "check_codes"}
EVERY_STEP_OF_EVERY_WORK = os.environ.get("KILLS") == "all"
STEPS = (
    *("prepared", "claimed", "about to send", "acted on", "answered"),
    *("receipt noted", "settling", "settled"),
)
NOT_REACHED = 7
_serials = count(1)


class Point:
    """The step at which it happens: armed in the child, it strikes once."""

    def __init__(self, work: str, strike: Callable[[], None]) -> None:
        self._work = work
        self._strike = strike
        self.now = ""  # the work of the message that is carried out
        self.was_reached = False

    def arm(self, step: str) -> None:
        """Have it strike at a step."""
        carry_out, claim = working.carry_out, exchanges.claim_exchanges

        def claimed(**told: Any) -> Any:
            if step == "prepared" and Exchange.objects.filter(
                work=self._work, state__in=["ready", "sent"]
            ):
                self.strike(self._work)
            found = claim(**told)
            if step == "claimed":
                for one in found:
                    self.strike(one.work)
            return found

        def carried(exchange: Exchange) -> None:
            self.now = exchange.work
            carry_out(exchange)
            if step == "settled":
                self.strike(exchange.work)

        exchanges.claim_exchanges = claimed
        working.carry_out = carried
        if step == "about to send":
            self._wrap(wire.Line, "post", before=True)
        elif step == "acted on":
            self._wrap(wire, "_read", before=True)
        elif step == "answered":
            self._wrap(PlatformClient, "_opened", before=False)
        elif step == "receipt noted":
            self._wrap(exchanges, "note_receipt", before=False)
        elif step == "settling":
            self._wrap(exchanges, "note_step", before=True, only="settled")

    def strike(self, work: str) -> None:
        if work == self._work and not self.was_reached:
            self.was_reached = True
            self._strike()

    def _wrap(self, owner: Any, name: str, *, before: bool, only: str = "") -> None:
        whole = getattr(owner, name)

        def wrapped(*args: Any, **told: Any) -> Any:
            meant = not only or only in args
            if before and meant:
                self.strike(self.now)
            result = whole(*args, **told)
            if not before and meant:
                self.strike(self.now)
            return result

        setattr(owner, name, wrapped)


@dataclass
class Stage:
    """A city with a database and a far end of its own, and one person with a 符号."""

    cluster: Cluster
    far_end: FarEndProcess
    person: str = ""
    begun: dict[str, int] = field(default_factory=Counter)

    def begin(self, piece: str, lane: str) -> None:
        serial = next(_serials)
        self.begun[piece] += 1
        if piece == "inquiry":
            accept(asked(f"kill-{serial}", lane=lane))
        elif piece == "copies":
            forward(copy(key=f"{serial}-1"), copy(key=f"{serial}-2"))
        elif piece == "code":
            numbered(now_act(), number=f"K{serial}", code="027-000", serial=1000 + serial)
            addressee_services.request_linkage_codes(act=now_act())
        else:
            self._answer_somebody()

    def _answer_somebody(self) -> None:
        self.far_end.control("ask", item=26, integrated_number=self.person)
        tasks.look_for_provisions()
        provision = Provision.objects.get(state="waiting")
        services.answer_provision(
            provision=provision,
            answer="provide",
            items={"受給者区分": "1"},
            reason="根拠を確認した",
            act=now_act(staff=StaffFactory()),
        )
        services.permit_provision(provision=provision, act=now_act(staff=StaffFactory()))

    def kill_at(self, step: str, work: str, whom: str) -> None:
        """Have a worker go round until the step is reached; insist that it was."""
        kill = self._kill_database if whom == "database" else _kill_myself
        point = Point(work, kill)
        connection.close()
        child = os.fork()
        if not child:
            self._be_a_worker(point, step)
        _, status = os.waitpid(child, 0)
        if whom == "database":
            assert os.waitstatus_to_exitcode(status) == 0, f"{work} was never {step}"
            self.cluster.start()
        else:
            assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"{work} was never {step}"

    def _be_a_worker(self, point: Point, step: str) -> None:
        """The child: never returns."""
        try:
            # Connections of its own: those of the parent are the parent's.
            client = self.far_end.client()
            tasks.line.client = lambda: client  # type: ignore[assignment]
            point.arm(step)
            for ahead in range(0, 300, 20):
                with tasks.line.by_clock(lambda by=ahead: timezone.now() + timedelta(seconds=by)):
                    tasks.work_interactive()
                    tasks.work_bulk()
        finally:
            # Whatever a dead database made of it: what counts is what is left behind.
            os._exit(0 if point.was_reached else NOT_REACHED)

    def _kill_database(self) -> None:
        server = psutil.Process(self.cluster.pid())
        for process in (server, *server.children(recursive=True)):
            process.kill()
        psutil.wait_procs([server], timeout=10)

    def finish(self) -> None:
        """Let others go round until nothing is left to do."""
        for ahead in range(60, 2400, 60):
            with tasks.line.by_clock(lambda by=ahead: timezone.now() + timedelta(seconds=by)):
                tasks.work_interactive()
                tasks.work_bulk()
            if not any(self.left()):
                return
        stuck = Exchange.objects.exclude(state="done").values_list("work", "state", "last_error")
        pytest.fail(f"left undone: {list(stuck)} {[list(rows) for rows in self.left()]}")

    def left(self) -> list[Any]:
        return [
            Exchange.objects.exclude(state="done"),
            Inquiry.objects.exclude(state="answered"),
            Copy.objects.exclude(state="forwarded"),
            PlatformNumber.objects.exclude(code_state="acquired"),
            Provision.objects.exclude(state="sent"),
        ]

    def everything_was_done_once(self) -> None:
        """Insist on what both ends hold, by the far end's journal."""
        inquiries = [one[0] for event in self.told("inquiries") for one in event["told"]]
        assert sorted(inquiries) == sorted(Inquiry.objects.values_list("record_id", flat=True))
        results = services.inquiry_results(
            system=system("027-000"), receipt=0, limit=1000, act=now_act()
        ).results
        assert len(results) == len(inquiries)
        codes = Counter(one[0] for event in self.told("codes") for one in event["told"])
        assert set(codes.values()) <= {1}
        sent = [event["provision_id"] for event in self.told("sent")]
        assert sorted(sent) == sorted(Provision.objects.values_list("provision_id", flat=True))
        state = self.far_end.state()
        assert state["codes"]["acquired"] == PlatformNumber.objects.count()
        for code in state["copies"]:
            assert tasks.reconcile_copies(code)["is_equal"]

    def told(self, kind: str) -> list[Any]:
        journal = self.far_end.folder / "state" / "journal.jsonl"
        events = map(json.loads, journal.read_text("utf-8").splitlines())
        return [event for name, event in events if name == kind]


def _kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("kills")
    cluster = Cluster(folder / "postgres", {"shared_buffers": "64MB"})
    cluster.start()
    far_end = FarEndProcess(folder).start()
    told = conninfo_to_dict(cluster.url())
    own = {"NAME": told["dbname"], **{k.upper(): told[k] for k in ("user", "password", "host")}}
    own["PORT"] = str(told["port"])
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        connection.close()
        for name, value in own.items():
            patched.setitem(connection.settings_dict, name, value)
        client = far_end.client()
        patched.setattr(tasks.line, "client", lambda: client)
        one = Stage(cluster, far_end)
        try:
            call_command("migrate", verbosity=0)
            base_services.load_reference_data()
            _open_the_city(one)
            yield one
        finally:
            client.close()
            connection.close()
            far_end.kill()
            cluster.stop()


def _open_the_city(one: Stage) -> None:
    one.person = numbered(now_act(), number="J1", code="027-000", serial=1).integrated_number
    addressee_services.request_linkage_codes(act=now_act())
    services.accept_copies(
        system=system("027-000"),
        information_code="TM99000000000027",
        copies=[copy(key=f"{date(2026, 12, 1):%Y-%m}")],
        act=now_act(),
    )
    services.set_answer_flags(
        system=system("027-000"), business_numbers=["J1"], no_automatic_answer=True, act=now_act()
    )
    one.finish()


def _cases() -> Iterator[tuple[str, str, str]]:
    """Give each step of some kinds of work and each kind of work at some steps; all with KILLS=all."""
    for whom, works in (("worker", tuple(WORKS)), ("database", ONE_OF_EACH)):
        for place, work in enumerate(works):
            # What is answered at once has no receipt.
            steps = [step for step in STEPS if step != "receipt noted" or work in BY_FILE]
            for step in steps if EVERY_STEP_OF_EVERY_WORK else steps[place % 4 :: 4]:
                yield work, step, whom


@pytest.mark.parametrize(("work", "step", "whom"), list(_cases()))
def test_nothing_is_lost_and_nothing_is_done_twice(stage: Stage, work: str, step: str, whom: str):
    stage.begin(*WORKS[work])

    stage.kill_at(step, work, whom)
    stage.finish()

    stage.everything_was_done_once()
