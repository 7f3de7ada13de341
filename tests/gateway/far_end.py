"""The far end for tests: within this process under a clock of its own, or as a real process."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from gateway.platform.client import PlatformClient
from gateway.platform.messages import Copy, Inquiry
from gateway.simulator.app import LineProtocol, build
from gateway.simulator.citizens import Citizens
from gateway.simulator.desks.desk import Settings
from gateway.simulator.faults import Faults
from gateway.simulator.hours import WeeklyHours
from gateway.simulator.journal import Journal
from gateway.simulator.juki_net import JukiNet
from gateway.simulator.platform import Platform
from gateway.simulator.state import State
from sapporo_base.rules.check_digits import individual_number_check_digit
from sapporo_base.transport_sealing import seal_for_juki

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Japan, a Tuesday
SAPPORO = "0220101100201700"
OTHER_CITY = "0220113104101700"
PENSION_SERVICE = "9900000000000075"
DIGITAL_AGENCY = "9900000000000099"
TAX, RESIDENCE = "TM00000000000002", "TM99000000000001"
CHILD_ALLOWANCE, PENSION, ACCOUNT = "TM99000000000027", "TM99000000000075", "TM99000000000099"

HANAKO, TARO, STRANGER = "000000000000101", "000000000000102", "000000000000103"


def individual_number(serial: int) -> str:
    """Return a 個人番号 from the range that is nobody's."""
    body = f"999{90_000_000 + serial:08d}"
    return body + individual_number_check_digit(body)


WHO = {HANAKO: individual_number(1), TARO: individual_number(2), STRANGER: individual_number(3)}

CITIZENS = {
    "version": 1,
    "citizens": [
        {
            "individual_number": WHO[HANAKO],
            "residence": [
                {
                    "municipality_code": "131041",
                    "from": "2019-04-01",
                    "until": "2026-03-28",
                    "items": {"世帯主氏名": "新宿 花子", "続柄": "世帯主"},
                }
            ],
            "tax": [
                {
                    "municipality_code": "131041",
                    "tax_year": 2023,
                    "items": {"課税年度": "2023", "総所得金額等": "4100000"},
                },
                {
                    "municipality_code": "131041",
                    "tax_year": 2024,
                    "items": {"課税年度": "2024", "総所得金額等": "5200000", "雑損控除額": None},
                },
            ],
            "pension": {"items": {"被用者年金の加入状況": "1", "加入年月日": "2015-04-01"}},
            "account": {"items": {"金融機関コード": "0116", "支店コード": "101"}},
        },
        {
            "individual_number": WHO[TARO],
            "pension": {"items": {"被用者年金の加入状況": "0", "加入歴": [{"自": "2010-04-01"}]}},
            "held_seconds": 3600,
        },
    ],
}


@dataclass
class Clock:
    """Time that passes when a test says so."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def let_pass(self, **span: float) -> None:
        self.now += timedelta(**span)


class InProcess(httpx.BaseTransport):
    """Carries a message to the application without a socket."""

    def __init__(self, app: Any, peer: str = "127.0.0.1") -> None:
        self._app = app
        self._peer = peer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def carried() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, client=(self._peer, 1))
            async with httpx.AsyncClient(transport=transport) as http:
                return await http.request(
                    request.method,
                    request.url,
                    content=request.read(),
                    headers=request.headers,
                )

        answer = asyncio.run(carried())
        stream = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)


class Socket:
    """A loopback port behind which an application is served by a thread, until it is closed."""

    def __init__(self, app: Any, *, port: int = 0, **tls: Any) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = self._listening.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        options = {"log_level": "warning", "access_log": False, "lifespan": "off"}
        options |= {"http": LineProtocol, **tls}
        self._server = uvicorn.Server(uvicorn.Config(app, **options))  # type: ignore[arg-type]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()


SERVED: list["FarEnd"] = []
"""The far ends that are spoken to over a socket in the test that runs: what `speaks` counts."""


@dataclass
class FarEnd:
    """A platform within this process, and the city's client to it, over a socket if asked."""

    folder: Path
    clock: Callable[[], datetime] = field(default_factory=Clock)
    hours: str = ""
    settings: Settings = field(
        default_factory=lambda: Settings(
            answer_delay=0, code_delay=0, codes_busy_one_in=0, codes_nobody_one_in=0
        )
    )

    over_http: bool = False
    timeout: float = 30.0

    def __post_init__(self) -> None:
        citizens = self.folder / "platform_citizens.json"
        citizens.write_text(json.dumps(CITIZENS), "utf-8")
        self.journal = Journal(self.folder / "journal.jsonl")
        juki_net = JukiNet(self.folder)
        self.platform = Platform(
            State(self.journal),
            Citizens(juki_net.digest_key, citizens),
            juki_net,
            hours=WeeklyHours.read(self.hours),
            settings=self.settings,
        )
        self.faults = Faults()
        self.app = build(self.platform, self.faults, lambda _: None, self.clock)
        self.socket = Socket(self.app) if self.over_http else None
        if self.socket:
            SERVED.append(self)
        url = self.socket.url if self.socket else "http://127.0.0.1"
        transport = None if self.socket else InProcess(self.app)
        self.client = PlatformClient(
            url,
            sender_code=SAPPORO,
            unit_code="0570",
            timeout=self.timeout,
            transport=transport,
        )
        self.http = httpx.Client(base_url=url, transport=transport)

    def close(self) -> None:
        self.client.close()
        self.http.close()
        if self.socket:
            self.socket.close()
        self.journal.close()

    def hang_up(self) -> None:
        """Refuse connections until `answer_again`."""
        assert self.socket
        self.socket.close()

    def answer_again(self) -> None:
        assert self.socket
        self.socket = Socket(self.app, port=self.socket.port)

    def told(self, kind: str) -> list[Any]:
        """Return what it was ever told of a kind, from its journal: each event as it was taken."""
        lines = (self.folder / "journal.jsonl").read_text("utf-8").splitlines()
        return [event for name, event in map(json.loads, lines) if name == kind]

    def control(self, command: str, **told: Any) -> dict[str, Any]:
        answer = self.http.post(f"/control/{command}", json=told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        return self.http.get("/control/state").json()


@dataclass
class FarEndProcess:
    """The simulator as it is run: a process of its own on a port of its own."""

    folder: Path
    options: Sequence[str] = ()
    port: int = 0
    program: Sequence[str] = ("-m", "gateway.simulator")

    def start(self) -> Self:
        citizens = self.folder / "platform_citizens.json"
        citizens.write_text(json.dumps(CITIZENS), "utf-8")
        command = [sys.executable, *self.program, "--port", str(self.port)]
        command += ["--state", str(self.folder / "state"), "--citizens", str(citizens)]
        command += ["--code-delay", "0", "--answer-delay", "0"]
        command += ["--codes-busy-one-in", "0", "--codes-nobody-one-in", "0", *self.options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[-1].rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def client(self, *, timeout: float = 5.0) -> PlatformClient:
        return PlatformClient(self.url, sender_code=SAPPORO, timeout=timeout)

    def control(self, command: str, **told: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/control/{command}", json=told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        return httpx.get(f"{self.url}/control/state").json()


def acquire_codes(client: PlatformClient, who: Mapping[str, str]) -> None:
    """Walk the whole way of 符号取得 for some people."""
    client.register_numbers(list(who))
    file = client.fetch_code_file(client.request_code_file(list(who)))
    assert file is not None
    client.send_code_requests(
        {
            request.serial: seal_for_juki(file.sealing_key, who[request.integrated_number])
            for request in file.requests
        }
    )


def inquiry(record_id: str, number: str = HANAKO, **told: Any) -> Inquiry:
    """Return an inquiry for the tax of 2024 at the other city, or what is told instead."""
    ordinary: dict[str, Any] = {
        "affair_code": "JM99000000000074",
        "procedure_code": "JT99000000000074",
        "information_code": TAX,
        "provider_code": OTHER_CITY,
        "asked_at": NOON,
    }
    return Inquiry(record_id, number, **(ordinary | told))


def child_allowance(record_id: str, number: str = HANAKO, **told: Any) -> Copy:
    """Return a 副本 of 児童手当情報, or what is told instead."""
    ordinary: dict[str, Any] = {
        "dataset": "0001",
        "key": "1",
        "layout_version": "0001",
        "published_from": date(2026, 1, 1),
        "published_until": date(9999, 12, 31),
        "items": {
            "受給者区分": "1",
            "消滅年月日": None,
            "支払": [
                {"支払年月日": "2026-08-13", "支払額": "20000"},
                {"支払年月日": "2026-10-13", "支払額": "20000"},
            ],
        },
        "updated_at": NOON,
    }
    return Copy(record_id, number, CHILD_ALLOWANCE, **(ordinary | told))
