"""One HTTP exchange with the platform: what failed, and whether it may have arrived."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import moment, parse
from gateway.platform.failures import (
    BadAnswer,
    MessageNotTaken,
    PlatformBusy,
    PlatformClosed,
    PlatformUnreachable,
    WhyBad,
)
from gateway.platform.messages import TlsSettings

logger = logging.getLogger(__name__)
XML: Final = "application/xml"
ZIP: Final = "application/zip"
_CLOSED_BODY_BYTES: Final = 64 * 1024
_OK, _TOO_MANY, _UNAVAILABLE = 200, 429, 503
_OF_THE_MESSAGE: Final = frozenset({400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 422, 431})
"""What is wrong with one message; 401 and 403 are of the line, 408 is a matter of time."""
_LONGEST_WAIT_SECONDS: Final = 3600.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class PlainHttpRefused(ValueError):
    """Outside the loopback interface the platform is spoken to over mutual TLS only."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A complete body of a size that is allowed, not looked into yet."""

    kind: str
    body: bytes


class Identity:
    """
    The city's certificate and the authorities it trusts, read again when their files change.
    """

    def __init__(self, tls: TlsSettings) -> None:
        self._tls = tls
        self._stamp = self._stamp_of_files()
        self.context = mutual_tls(tls)

    def is_renewed(self) -> bool:
        """
        Say whether files were replaced; `context` is then made of the new ones.

        Half of a replacement (a certificate beside the old key) is left alone until it is whole.
        """
        try:
            stamp = self._stamp_of_files()
            if stamp == self._stamp:
                return False
            self.context = mutual_tls(self._tls)
        except (OSError, ssl.SSLError) as error:
            logger.warning("new certificate not taken up yet: %s", type(error).__name__)
            return False
        self._stamp = stamp
        return True

    def _stamp_of_files(self) -> tuple[tuple[int, int, int], ...]:
        tls = self._tls
        files = (tls.client_certificate, tls.client_key, tls.authorities)
        stats = [Path(file).stat() for file in files]
        return tuple((one.st_mtime_ns, one.st_ino, one.st_size) for one in stats)


def mutual_tls(tls: TlsSettings) -> ssl.SSLContext:
    """Return the way in which both ends prove who they are."""
    context = ssl.create_default_context(cafile=tls.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.client_certificate, tls.client_key, tls.key_password)
    return context


@dataclass(slots=True, eq=False)
class _Connections:
    """Connections made under one identity, and how many messages are on them just now."""

    http: httpx.Client
    users: int = 0
    is_over: bool = False


class Line:
    """
    The connections to the platform. Safe to share between threads.

    :param timeout: seconds for the whole exchange, connecting included.
    :param tls: client certificate and authorities; needed unless the address is a loopback one.
    """

    def __init__(
        self,
        base_url: str,
        *,
        sender_code: str,
        timeout: float,
        tls: TlsSettings | None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if tls is None and urlsplit(base_url).hostname not in _LOOPBACK:
            raise PlainHttpRefused(base_url)
        self._base_url = base_url
        self._sender_code = sender_code
        self._timeout = timeout
        self._transport = transport
        self._identity = Identity(tls) if tls else None
        self._lock = threading.Lock()
        self._now = self._connections()

    def _connections(self) -> _Connections:
        return _Connections(
            httpx.Client(
                base_url=self._base_url,
                headers={"X-Sender-Code": self._sender_code, "Accept-Encoding": "identity"},
                timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 10.0)),
                limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
                verify=self._identity.context if self._identity else True,
                trust_env=False,
                follow_redirects=False,
                transport=self._transport,
            )
        )

    def close(self) -> None:
        """Will close the connections."""
        self._now.http.close()

    @contextmanager
    def _in_use(self) -> Iterator[httpx.Client]:
        """
        Give the connections for one message. After files were replaced they are new ones: what stands
        was let in by an authority that may be trusted no longer, and ends with its last message.
        """
        with self._lock:
            if self._identity and self._identity.is_renewed():
                self._leave(self._now)
                self._now = self._connections()
            mine = self._now
            mine.users += 1
        try:
            yield mine.http
        finally:
            with self._lock:
                mine.users -= 1
                if mine.is_over and not mine.users:
                    mine.http.close()

    def _leave(self, old: _Connections) -> None:
        old.is_over = True
        if not old.users:
            old.http.close()

    def post(
        self, interface: str, content: bytes, *, kind: str, correlation: str, limit: int
    ) -> RawAnswer:
        """
        Will post one message and return the body of the answer.

        :param limit: the largest body to read, in bytes.
        :raises PlatformClosed: the platform says that it is closed.
        :raises PlatformBusy: the platform asks to slow down.
        :raises PlatformUnreachable: no complete answer.
        :raises BadAnswer: the answer is too large or in a disguise.
        """
        give_up_at = time.monotonic() + self._timeout
        headers = {
            "Content-Type": f"{XML}; charset=UTF-8" if kind == XML else ZIP,
            "X-Correlation-Id": correlation,
        }
        try:
            with (
                self._in_use() as http,
                http.stream(
                    "POST", f"/if/{interface}", content=content, headers=headers
                ) as response,
            ):
                if response.status_code == _TOO_MANY:
                    raise PlatformBusy(_seconds(response.headers.get("Retry-After")))
                if response.status_code == _UNAVAILABLE:
                    limit = _CLOSED_BODY_BYTES
                elif response.status_code in _OF_THE_MESSAGE:
                    raise MessageNotTaken(response.status_code)
                elif response.status_code != _OK:
                    raise PlatformUnreachable(
                        f"answered {response.status_code}", maybe_received=True
                    )
                body = _read(interface, response, limit, give_up_at)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PlatformUnreachable(_what(error), maybe_received=False) from None
        except httpx.TransportError as error:
            raise PlatformUnreachable(_what(error), maybe_received=True) from None
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.status_code == _UNAVAILABLE:
            raise _closed_or_broken(interface, content_type, body)
        if content_type not in {XML, ZIP}:
            raise BadAnswer(interface, WhyBad.WRONG_MESSAGE, "Content-Type")
        return RawAnswer(content_type, body)


def _read(interface: str, response: httpx.Response, limit: int, give_up_at: float) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BadAnswer(interface, WhyBad.WRONG_ENCODING, "Content-Encoding")
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > limit:
            raise BadAnswer(interface, WhyBad.TOO_LARGE)
        # A peer that sends a byte now and then would hold us for ever otherwise.
        if time.monotonic() > give_up_at:
            raise PlatformUnreachable("the answer took too long", maybe_received=True)
        chunks.append(chunk)
    return b"".join(chunks)


def _closed_or_broken(interface: str, content_type: str, body: bytes) -> Exception:
    broken = PlatformUnreachable("answered 503", maybe_received=True)
    if content_type != XML:
        return broken
    try:
        root = parse(interface, body)
        if _text(root, "Body/ResultCode") != profile.CLOSED:
            return broken
        return PlatformClosed(moment(interface, _text(root, "Body/ReopensAt"), "ReopensAt"))
    except BadAnswer:
        return broken


def _text(root: etree._Element, path: str) -> str:
    found = root.findtext(path)
    return found or ""


def _what(error: httpx.TransportError) -> str:
    # The class says enough; the text of some of them quotes bytes of the answer.
    return type(error).__name__


def _seconds(text: str | None) -> float | None:
    # A far end that asks for years is not believed: what waits goes to see within the hour.
    if not text or not text.isascii() or not text.isdigit():
        return None
    return min(float(text), _LONGEST_WAIT_SECONDS)
