"""Those outside an installation: a business system that calls it, and the platform it calls."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import httpx

from sapporo_base.layouts import load_layout, open_source
from tests.journeys.installation import Installation

Person = dict[str, str]
ACCEPTED = 202
AWAY = 503
ISSUE_CREDENTIAL = """
import json
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from sapporo_base import selectors, services
from sapporo_base.acts import Act
act = Act(at=timezone.now(), path="command", reason="障害試験")
issued = services.issue_credential(
    system=selectors.system("027-000"), method="client_secret_basic",
    scopes=["032:numbers:write", "030:inquiries:write", "030:inquiry-results:read"],
    expires_at=act.at + timedelta(days=1), act=act)
print(json.dumps([issued.credential.client_id, issued.secret]))
"""


class BusinessSystem:
    """児童手当 over HTTP: patient with a server that is away, never with a wrong answer."""

    def __init__(self, installation: Installation) -> None:
        installation.environment["DJANGO_SETTINGS_MODULE"] = "sapporo_base.settings"
        self._credential = tuple(json.loads(installation.run("-c", ISSUE_CREDENTIAL)))
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{installation.port}", timeout=20)
        self._token = ""
        self.sent: dict[str, Person] = {}
        self.lanes: dict[str, str] = {}
        self.acknowledged: set[str] = set()
        self.in_vain = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def is_served(self) -> bool:
        """Say whether the web server answers."""
        try:
            return self._http.get("/health/live").is_success
        except httpx.TransportError:
            return False

    def sign_in(self) -> None:
        """Get a token."""
        answer = self._http.post(
            "/oauth2/token/", data={"grant_type": "client_credentials"}, auth=self._credential
        )
        answer.raise_for_status()
        self._token = answer.json()["access_token"]

    def number(self, people: Sequence[Person]) -> None:
        """Have people numbered under numbers of our own."""
        for person in people:
            self._post(
                "/api/v1/integrated-address/numbers/",
                {
                    "business_number": _own_number(person),
                    "individual_number": person["individual_number"],
                    "name": person["name"],
                    "birth_on": person["born_on"],
                    "sex": person["sex"],
                },
            ).raise_for_status()

    def inquire(self, asked: Mapping[str, Person], lane: str = "batch") -> bool:
        """Ask about one person under each request key; say whether all were acknowledged."""
        questions = [
            {
                "request_key": key,
                "business_number": _own_number(person),
                "procedure_code": "JM99000000000074",
                "step_code": "JT99000000000074",
                "information_code": "TM00000000000002",
                "provider_code": "131041",
                "fiscal_year": 2026,
                "lane": self.lanes.setdefault(key, lane),
            }
            for key, person in asked.items()
        ]
        self.sent |= asked
        try:
            answer = self._post("/api/v1/gateway/inquiries/", {"inquiries": questions})
        except httpx.TransportError:
            self.in_vain += 1
            return False
        if answer.status_code != ACCEPTED:
            assert answer.status_code == AWAY, answer.text
            self.in_vain += 1
            return False
        told = answer.json()["inquiries"]
        assert all(one["id"] for one in told), told
        self.acknowledged |= {one["request_key"] for one in told}
        return True

    @contextmanager
    def asking_all_the_time(self, name: str, people: Sequence[Person]) -> Iterator[None]:
        """Ask and ask, each time under new keys; what was not acknowledged is not sent again."""
        enough = threading.Event()

        def ask() -> None:
            turn = 0
            while not enough.is_set():
                turn += 1
                self.inquire({f"{name}-{turn}-{n}": people[n] for n in range(3)})
                time.sleep(0.1)

        asker = threading.Thread(target=ask)
        asker.start()
        try:
            yield
        finally:
            enough.set()
            asker.join()

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._http.post(path, json=body, headers={"Authorization": f"Bearer {self._token}"})


def _own_number(person: Person) -> str:
    return f"J{person['resident_number']}"


def residents(installation: Installation, count: int) -> list[Person]:
    """Return some residents of the full set, as their 住民票 says, 個人番号 included."""
    source = open_source(installation.full, load_layout("juki_resident"))
    chunk = next(source.chunks(seal=lambda numbers: numbers))
    names = ("resident_number", "individual_number", "name", "born_on", "sex")
    rows = zip(*(chunk.columns[name] for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows if row[1] and row[3]][:count]


class FarEnd:
    """The platform: what it is told to do, and what it can prove."""

    def __init__(self, installation: Installation) -> None:
        self._http = httpx.Client(base_url=installation.platform, timeout=10)
        self._journal = installation.var / "simulator" / "journal.jsonl"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def is_up(self) -> bool:
        """Say whether it answers."""
        try:
            return self._http.get("/control/state").is_success
        except httpx.TransportError:
            return False

    def tell(self, command: str, **what: Any) -> None:
        """Give it a command."""
        self._http.post(f"/control/{command}", json=what).raise_for_status()

    def state(self) -> dict[str, Any]:
        """Return how it stands."""
        found: dict[str, Any] = self._http.get("/control/state").json()
        return found

    def told(self, kind: str) -> list[list[Any]]:
        """Return every record of a kind that the city ever told it, from its journal."""
        events = (json.loads(line) for line in self._journal.read_text().splitlines())
        return [record for name, event in events if name == kind for record in event["told"]]
