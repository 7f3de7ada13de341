"""One HTTP exchange with the platform: what failed, and whether it may have arrived."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx
from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import moment, parse
from gateway.platform.failures import (
    BadAnswer,
    PlatformBusy,
    PlatformClosed,
    PlatformUnreachable,
    WhyBad,
)
from gateway.platform.messages import TlsSettings

XML: Final = "application/xml"
ZIP: Final = "application/zip"
_CLOSED_BODY_BYTES: Final = 64 * 1024
_OK, _TOO_MANY, _UNAVAILABLE = 200, 429, 503
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class PlainHttpRefused(ValueError):
    """Outside the loopback interface the platform is spoken to over mutual TLS only."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A complete body of a size that is allowed, not looked into yet."""

    kind: str
    body: bytes


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
        self._timeout = timeout
        self._http = httpx.Client(
            base_url=base_url,
            headers={"X-Sender-Code": sender_code, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
            verify=_mutual_tls(tls) if tls else True,
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )

    def close(self) -> None:
        """Will close the connections."""
        self._http.close()

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
            with self._http.stream(
                "POST", f"/if/{interface}", content=content, headers=headers
            ) as response:
                if response.status_code == _TOO_MANY:
                    raise PlatformBusy(_seconds(response.headers.get("Retry-After")))
                if response.status_code == _UNAVAILABLE:
                    limit = _CLOSED_BODY_BYTES
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


def _mutual_tls(tls: TlsSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.client_certificate, tls.client_key, tls.key_password)
    return context


def _what(error: httpx.TransportError) -> str:
    # The class says enough; the text of some of them quotes bytes of the answer.
    return type(error).__name__


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
