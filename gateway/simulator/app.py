"""The HTTP face of the simulator: the wire, the control and the page for people."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.simulator import faults as fault
from gateway.simulator import wire
from gateway.simulator.commands import Clock
from gateway.simulator.control import Control
from gateway.simulator.faults import Faults
from gateway.simulator.messages import Messages
from gateway.simulator.platform import Platform
from gateway.simulator.script import Script
from gateway.simulator.wire import Refused, Reply

XML = "application/xml; charset=UTF-8"
ZIP = "application/zip"
_HANG_SECONDS = 600.0
# The fonts that the product ships: the page reads the same on a machine without Japanese ones.
_FONTS = Path(__file__).resolve().parents[2] / "sapporo_base" / "static" / "sapporo_base"
_A_MOMENT = 0.02


class CutOff(Response):
    """An answer of which only the first half is sent before the line breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Will announce the whole body, send half, and end without the rest."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


class Broken(Response):
    """
    An answer that breaks the rules of the line itself, so it is written past the server.

    Without a line of its own (an application within a test) it is cut off instead.
    """

    def __init__(self, http: HttpRequest, answer: Response, *, resets: bool) -> None:
        super().__init__(answer.body, headers=dict(answer.headers))
        self._transport: asyncio.Transport | None = getattr(http.state, "transport", None)
        self._resets = resets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Will announce less than comes (wrong length), or reset the connection after half."""
        if self._transport is None:
            await CutOff(self.body, headers=dict(self.headers))(scope, receive, send)
            return
        content = bytes(self.body)
        half = len(content) // 2
        announced = len(content) if self._resets else half
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {XML}\r\nContent-Length: {announced}\r\n\r\n"
        self._transport.write(head.encode() + (content[:half] if self._resets else content))
        if self._resets:
            # Nothing lingers: what the peer has not read is gone, and it is told so by RST.
            line: socket.socket = self._transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await asyncio.sleep(_A_MOMENT)
            self._transport.abort()
        else:
            self._transport.close()
        await asyncio.sleep(_A_MOMENT)


class Door:
    """Takes each message in, with the faults that are on."""

    def __init__(
        self, platform: Platform, faults: Faults, control: Control, messages: Messages
    ) -> None:
        self._platform = platform
        self._faults = faults
        self._control = control
        self._messages = messages
        self._clock = control.clock

    async def take(self, http: HttpRequest) -> Response:
        """Return the platform's answer to one message."""
        interface = http.path_params["interface"]
        # Taken in whole first: what arrived is worked on even if nobody waits for the answer any more.
        content = await http.body()
        if len(content) > wire.FILE_BYTES:
            return Response(status_code=413)
        self._control.run_script()
        spoilt_before = await self._before(interface, http)
        if spoilt_before is not None:
            return spoilt_before
        return await self._answered(interface, content, http)

    def _note(
        self, interface: str, http: HttpRequest, fate: str, code: str = "", records: int = 0
    ) -> None:
        self._messages.note(
            self._clock(),
            interface,
            correlation=http.headers.get("X-Correlation-Id", ""),
            fate=fate,
            code=code,
            records=records,
        )

    async def _before(self, interface: str, http: HttpRequest) -> Response | None:
        faults = self._faults
        if not faults.active:
            return None
        now = self._clock()
        if faults.too_fast(interface, now.timestamp()):
            self._note(interface, http, fault.RATE_LIMIT)
            return Response(status_code=429, headers={"Retry-After": "1"})
        if faults.on(fault.SERVER_ERROR, interface):
            self._note(interface, http, fault.SERVER_ERROR)
            return Response("Internal Server Error", status_code=500)
        if faults.on(fault.BAD_REQUEST, interface):
            self._note(interface, http, fault.BAD_REQUEST)
            return Response("Bad Request", status_code=400)
        slow = faults.on(fault.SLOW, interface)
        if slow:
            await asyncio.sleep(slow.seconds)
        hang = faults.on(fault.HANG, interface)
        if hang:
            self._note(interface, http, fault.HANG)
            await asyncio.sleep(hang.seconds or _HANG_SECONDS)
            return Response(status_code=504)
        return None

    async def _answered(self, interface: str, content: bytes, http: HttpRequest) -> Response:
        platform, faults = self._platform, self._faults
        now = self._clock()
        correlation = {"X-Correlation-Id": http.headers.get("X-Correlation-Id", "")}
        zipped = http.headers.get("Content-Type", "").startswith(ZIP)
        is_open, _, reopens_at = platform.open_at(now)
        try:
            request, entries = platform.read(interface, content, zipped=zipped)
        except Refused as refused:
            self._note(interface, http, "refused", refused.code)
            return Response(refused.text, status_code=400, headers=correlation)
        # A stop that is announced too late: the messages find it before its state tells it.
        if interface != "IF_SYM_20212" and faults.on(fault.LATE_STOP, interface):
            is_open, reopens_at = False, None
        if not is_open and interface != "IF_SYM_20212":
            reply = Reply(
                {"ReopensAt": reopens_at.isoformat() if reopens_at else ""}, code="SYS0001"
            )
            body = wire.envelope(request, reply, granted=False)
            self._note(interface, http, "closed", reply.code)
            return Response(body, status_code=503, media_type=XML, headers=correlation)
        media = XML
        try:
            reply = platform.handle(request, entries, now)
            shuffled = faults.shuffled(interface, reply.records)
            reply = Reply(reply.body, shuffled, reply.code, reply.as_file)
            if reply.as_file:
                body, media = wire.file(request, reply), ZIP
            else:
                body = wire.envelope(request, reply, granted=not reply.code)
            fate, code = ("waiting" if reply.code else "granted"), reply.code
            records = max(len(reply.records), len(request.records), len(request.numbers))
        except Refused as refused:
            body = wire.refusal(request, refused)
            fate, code, records = "refused", refused.code, 0
        platform.state.flush()
        spoilt = faults.spoilt(interface, body)
        self._note(interface, http, fate if spoilt is body else f"{fate}, spoilt", code, records)
        return self._after(interface, http, Response(spoilt, media_type=media, headers=correlation))

    def _after(self, interface: str, http: HttpRequest, response: Response) -> Response:
        if self._faults.on(fault.LOST, interface):
            return Response(status_code=502)
        if self._faults.on(fault.HALF, interface):
            return CutOff(response.body, headers=dict(response.headers))
        for kind in (fault.RESET, fault.WRONG_LENGTH):
            if self._faults.on(kind, interface):
                return Broken(http, response, resets=kind == fault.RESET)
        return response


class LineProtocol(H11Protocol):
    """HTTP/1.1 that hands each message its connection: some faults break the line itself."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Will take a connection."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def build(
    platform: Platform,
    faults: Faults,
    refuse: Callable[[float], None],
    clock: Clock,
    *,
    messages: Messages | None = None,
    script: Script | None = None,
) -> Starlette:
    """
    Return the application.

    :param refuse: stops taking connections for so many seconds; the server's to do.
    :param clock: tells the time, aware.
    :param messages: where each message is noted; in memory if absent.
    :param script: what goes wrong by itself, and when.
    """
    journal = messages or Messages()
    control = Control(
        platform, faults, refuse, clock, messages=journal, script=script or Script([])
    )
    door = Door(platform, faults, control, journal)
    return Starlette(
        routes=[
            Route("/if/{interface}", door.take, methods=["POST"]),
            *control.routes(),
            Mount("/static", StaticFiles(directory=_FONTS)),
        ],
        lifespan=control.lifespan,
    )
