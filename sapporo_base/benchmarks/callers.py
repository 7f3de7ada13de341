"""
A business system that calls the API as fast as it is answered, beside a bare DRF view.

Requests enter at WSGI, where a web server hands them over: nothing of a client is measured.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError
from django.test.utils import override_settings
from django.utils import timezone

from sapporo_base import selectors, services, yardsticks
from sapporo_base.acts import Act
from sapporo_base.measuring import Measure
from sapporo_base.models import OutboxMessage

TURNS = 40
_WELL = ("200 OK", "201 Created", "202 Accepted")


def measuring_act() -> Act:
    """Return the act under which a measurement prepares what it needs."""
    return Act(at=timezone.now(), path="command", reason="速度の測定")


def token_of(code: str, scopes: list[str]) -> str:
    """Return a token of a system of the demo."""
    act = measuring_act()
    issued = services.issue_credential(
        system=selectors.system(code),
        method="client_secret_jwt",
        scopes=scopes,
        expires_at=act.at + timedelta(days=1),
        act=act,
    )
    token = services.new_token()
    services.issue_token(credential=issued.credential, scopes=scopes, token=token, at=act.at)
    return token


def fill_outbox(rows: int) -> list[int]:
    """Lay down rows for the bare view to read; return their keys."""
    at = timezone.now()
    messages = [
        OutboxMessage(topic=f"t{serial}", due_at=at, created_at=at, state="sent")
        for serial in range(rows)
    ]
    return [message.pk for message in OutboxMessage.objects.bulk_create(messages)]


class Caller:
    """Calls one project in this process; anything but a good answer ends the measurement."""

    def __init__(self, token: str, *, bare: str = "") -> None:
        """
        Stand before our project, or before the bare one whose addresses the module `bare` has.
        """
        self._token = token
        self._addresses = bare
        with override_settings(MIDDLEWARE=yardsticks.MIDDLEWARE if bare else settings.MIDDLEWARE):
            self._project = WSGIHandler()

    def post(self, address: str, body: Mapping[str, object]) -> bytes:
        """Send a body and return the answer."""
        return self._call("POST", address, body=json.dumps(body).encode())

    def get(self, address: str, query: str = "") -> bytes:
        """Ask and return the answer."""
        return self._call("GET", address, query=query)

    def _call(self, method: str, address: str, *, query: str = "", body: bytes = b"") -> bytes:
        said: list[str] = []

        def start(status: str, *_: object) -> Callable[[bytes], object]:
            said.append(status)
            return lambda _: None

        response = self._project(
            {
                "REQUEST_METHOD": method,
                "SCRIPT_NAME": "",
                "PATH_INFO": address,
                "QUERY_STRING": query,
                "CONTENT_TYPE": "application/json",
                "CONTENT_LENGTH": str(len(body)),
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "REMOTE_ADDR": "127.0.0.1",
                "HTTP_HOST": "localhost",
                "HTTP_ACCEPT": "application/json",
                "HTTP_AUTHORIZATION": f"Bearer {self._token}",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(body),
                "wsgi.errors": sys.stderr,
                yardsticks.ADDRESSES: self._addresses,
            },
            start,
        )
        answer = b"".join(response)
        response.close()
        if said[0] not in _WELL:
            raise CommandError(f"{address}: {said[0]} {answer[:300]!r}", returncode=1)
        return answer


def beside_bare_view(
    name: str,
    what: str,
    *,
    ours: Callable[[], object],
    bare: Callable[[], object],
    requests: int = 25,
    turns: int = TURNS,
) -> Measure:
    """
    Measure the requests a second of both; turns of a few requests alternate, the median one counts.
    """
    seconds: dict[Callable[[], object], list[float]] = {bare: [], ours: []}
    for _ in range(turns + 1):
        for work, taken in seconds.items():
            started = time.perf_counter()
            for _ in range(requests):
                work()
            taken.append(time.perf_counter() - started)
    # The first turn of each warms up.
    rates = {work: requests / statistics.median(taken[1:]) for work, taken in seconds.items()}
    yardstick = f"bare DRF view: token, {what}"
    return Measure(name, rates[ours], "req/s", yardstick, rates[bare], aim=0.6, at_most=False)
