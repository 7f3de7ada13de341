"""This process's line to the platform, and in whose name it is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from gateway import selectors
from gateway.models import Exchange
from gateway.platform import messages
from gateway.platform.client import PlatformClient
from gateway.rules.codes import SAPPORO
from sapporo_base.acts import Act
from sapporo_base.tasks import task_act

_SYSTEM = "030-003"


def tls() -> messages.TlsSettings | None:
    """Return the certificates by which the city proves itself; none on a loopback interface."""
    if not settings.PLATFORM_CLIENT_CERTIFICATE:
        return None
    return messages.TlsSettings(
        settings.PLATFORM_CLIENT_CERTIFICATE,
        settings.PLATFORM_CLIENT_KEY,
        settings.PLATFORM_CA_FILE,
    )


@lru_cache(maxsize=1)
def client() -> PlatformClient:
    """Return this process's line to the platform."""
    return PlatformClient(
        settings.PLATFORM_URL,
        sender_code=SAPPORO,
        unit_code="SMARTCITY",
        mode=messages.Mode.TEST if settings.DEMO else messages.Mode.PRODUCTION,
        timeout=settings.PLATFORM_TIMEOUT_SECONDS,
        tls=tls(),
        in_use=selectors.is_in_use,
    )


_clock: ContextVar[Callable[[], datetime]] = ContextVar("clock", default=timezone.now)


def now() -> datetime:
    """Return the time by which the work goes."""
    return _clock.get()()


@contextmanager
def by_clock(clock: Callable[[], datetime]) -> Iterator[None]:
    """Let the work go by another clock: a drill of three days takes minutes."""
    before = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(before)


def act() -> Act:
    """Return an act of 市中間サーバ itself."""
    return replace(task_act(_SYSTEM), at=now())


def trip(exchange: Exchange) -> str:
    """Return the correlation id of a message on the wire: the platform's journal shows the same."""
    return str(exchange.idempotency_key)
