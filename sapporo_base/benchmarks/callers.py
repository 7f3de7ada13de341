"""A business system that calls the API as fast as it is answered, beside a bare DRF view."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.core.management import CommandError
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from sapporo_base import selectors, services
from sapporo_base.acts import Act
from sapporo_base.measuring import Measure

_REQUESTS = 300
_ROUNDS = 3
_WELL = 300
_CLIENT = Client()


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


def post(token: str, address: str, body: dict[str, object]) -> None:
    """Send a body as a business system does; anything but a good answer ends the measurement."""
    response = _CLIENT.post(
        address, body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    if response.status_code >= _WELL:
        raise CommandError(f"{address}: {response.status_code}", returncode=1)


def beside_bare_view(
    name: str, what: str, *, ours: Callable[[], object], bare: Callable[[], object]
) -> Measure:
    """Measure the requests a second of both; rounds take turns, the best of each counts."""
    best = {bare: 0.0, ours: 0.0}
    with override_settings(ROOT_URLCONF="sapporo_base.yardsticks", ALLOWED_HOSTS=["*"]):
        for _ in range(_ROUNDS + 1):
            for work in (bare, ours):
                started = time.perf_counter()
                for _ in range(_REQUESTS):
                    work()
                best[work] = max(best[work], _REQUESTS / (time.perf_counter() - started))
    yardstick = f"bare DRF view: token, {what}"
    return Measure(name, best[ours], "req/s", yardstick, best[bare], aim=0.6, at_most=False)
