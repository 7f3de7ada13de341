"""Only gateway.platform opens connections to the platform; neither side learns where the other is."""

import ast
import sys
from pathlib import Path

import pytest

from gateway import tasks
from gateway.models import Circuit
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE, TAX, FarEnd
from tests.gateway.flows import Now, acquire, now_act
from tests.gateway.works import WORKS
from tests.integrated_address.factories import numbered

ROOT = Path(__file__).resolve().parents[2]
DOOR = "gateway/platform/"
APPS = (
    *("sapporo_base", "integrated_address", "gateway", "resident_basic", "social_address"),
    "child_allowance",
)
NETWORK = {"socket", "ssl", "http", "urllib", "httpx", "requests", "aiohttp", "ftplib", "smtplib"}
# Who else may open connections, and to whom. Only those that start the simulator
# themselves know an address of the far end.
OTHERS = {
    "sapporo_base/outward.py": "alarms, to the operator's own webhook and mail",
    "sapporo_base/tasks.py": "names what an alarm can fail with",
    "sapporo_base/processes.py": "looks for a free port of this machine",
    "resident_basic/outward.py": "wakes business systems (更新通知)",
    "resident_basic/tasks.py": "names what a mail to a section can fail with",
    "child_allowance/management/commands/run_demo.py": "waits for the processes it started, the simulator too",
    "gateway/benchmarks/stage.py": "speaks to the simulator that it started",
}
OF_THE_SIMULATOR = {
    "child_allowance/management/commands/run_demo.py",
    "gateway/benchmarks/stage.py",
}
PURE = {"urllib.parse", "http.HTTPStatus"}


def network_modules(path: Path) -> set[str]:
    """Return the modules for connections that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return {
        name
        for name in found
        if name.split(".")[0] in NETWORK
        and not any(name.startswith(pure) or pure.startswith(f"{name}.") for pure in PURE)
    }


def test_nobody_else_has_the_means_to_connect():
    means = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if network_modules(path)
    }
    inside = {name for name in means if name.startswith((DOOR, "gateway/simulator/"))}

    assert means - inside == set(OTHERS)
    for name in OTHERS:
        if name not in OF_THE_SIMULATOR:
            assert "PLATFORM_URL" not in (ROOT / name).read_text("utf-8"), name


CONNECTED: list[tuple[object, bool]] = []
_watching: list[bool] = []


def _watch(event: str, told: tuple) -> None:
    if event != "socket.connect" or not _watching:
        return
    frame = sys._getframe()
    through_the_door = False
    while frame is not None:
        through_the_door |= f"/{DOOR}" in frame.f_code.co_filename
        frame = frame.f_back
    CONNECTED.append((told[1], through_the_door))


# A hook of the interpreter: no library can connect past it. It can't be taken off, so it sleeps.
sys.addaudithook(_watch)


@pytest.fixture
def far_end(tmp_path, clock, monkeypatch):
    end = FarEnd(tmp_path, clock=Now(), over_http=True)
    monkeypatch.setattr(tasks.line, "client", lambda: end.client)
    yield end
    end.close()


@pytest.fixture
def person(far_end, clock):
    person = numbered(now_act(), number="J1", code="027-000", serial=1).integrated_number
    acquire(clock)
    return person


@pytest.mark.django_db
@pytest.mark.parametrize("name", WORKS)
def test_every_connection_is_made_by_the_door(name, far_end, clock, person):
    work = WORKS[name](far_end, clock, person)
    # The test's own control of the far end goes another way than the city.
    work.begin()
    CONNECTED.clear()
    # Connections that stand already would not be made again.
    far_end.client._line._now.http._transport._pool.close()
    _watching.append(True)
    try:
        for _ in range(6):
            work.round()
            tasks.check_platform()
        tasks.look_for_provisions()
        tasks.fetch_master_updates()
        tasks.fetch_disclosures()
        tasks.reconcile_copies(CHILD_ALLOWANCE)
    finally:
        _watching.clear()

    assert CONNECTED
    assert all(through_the_door for _, through_the_door in CONNECTED)
    assert {where for where, _ in CONNECTED} == {("127.0.0.1", far_end.socket.port)}


@pytest.mark.django_db
def test_business_systems_and_the_platform_never_learn_where_the_other_is(
    far_end, person, client_of, settings
):
    settings.PLATFORM_URL = far_end.socket.url
    left = []
    far_end.client._line._now.http.event_hooks["request"].append(
        lambda request: left.append(f"{request.headers} {request.content.decode()}")
    )
    scopes = ("030:inquiries:write", "030:inquiry-results:read", "030:copies:write")
    api = client_of(system("027-000"), *scopes)
    there = {"REMOTE_ADDR": "10.20.30.40", "HTTP_USER_AGENT": "kodomo-gyomu.city.example"}
    question = {
        "request_key": "k1",
        "business_number": "J1",
        "procedure_code": "JM99000000000074",
        "step_code": "JT99000000000074",
        "information_code": TAX,
        "provider_code": "131041",
        "fiscal_year": 2024,
        "lane": "interactive",
    }
    told = []

    def asked(key):
        body = {"inquiries": [{**question, "request_key": key}]}
        answer = api.post("/api/v1/gateway/inquiries/", body, format="json", **there)
        number = answer.json()["inquiries"][0]["id"]
        tasks.work_interactive()
        told.extend(
            [
                answer,
                api.get(f"/api/v1/gateway/inquiries/{number}/", **there),
                api.get("/api/v1/gateway/inquiry-results/", **there),
            ]
        )

    asked("answered")
    far_end.hang_up()
    for turn in range(6):
        asked(f"in vain {turn}")
        tasks.check_platform()
    far_end.answer_again()

    assert Circuit.objects.filter(failures__gt=0).exists()
    texts = [f"{answer.headers} {answer.content.decode()}" for answer in told]
    assert "answered" in texts[2]
    for secret in (f":{far_end.socket.port}", "127.0.0.1"):
        assert not [text for text in texts if secret in text]
    assert left
    for secret in ("10.20.30.40", "kodomo-gyomu", "testserver"):
        assert not [text for text in left if secret in text]
