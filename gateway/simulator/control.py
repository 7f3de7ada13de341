"""The control over HTTP: commands to the far end, its journal and its page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gateway.simulator.commands import Commands, NotUnderstood

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_TICK_SECONDS: Final = 0.2
_PAGE: Final = Path(__file__).parent / "page.html"


class Control(Commands):
    """The control interface, for the loopback interface only."""

    def routes(self) -> list[Route]:
        """Return the addresses of the control and of the page."""
        return [
            Route("/", self._page, methods=["GET"]),
            Route("/control/state", self._guarded(lambda _: self.state()), methods=["GET"]),
            Route("/control/journal", self._journal, methods=["GET"]),
            Route("/control/asked", self._guarded(lambda _: self.waiting()), methods=["GET"]),
            Route("/control/ask/{provision_id}", self._asked, methods=["GET"]),
            *(
                Route(f"/control/{name}", self._guarded(command), methods=["POST"])
                for name, command in self.by_name.items()
            ),
        ]

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """Will have the script go on while nobody sends anything."""
        clockwork = asyncio.create_task(self._go_on()) if self._script.steps else None
        yield
        if clockwork:
            clockwork.cancel()

    async def _go_on(self) -> None:
        while True:
            self.run_script()
            await asyncio.sleep(_TICK_SECONDS)

    async def _journal(self, http: HttpRequest) -> Response:
        if not _is_local(http):
            return Response(status_code=403)
        lines = self._messages.newest(
            pattern=http.query_params.get("interfaces") or "*",
            fate=http.query_params.get("fate", ""),
        )
        return JSONResponse({"messages": [asdict(line) for line in lines]})

    async def _asked(self, http: HttpRequest) -> Response:
        if not _is_local(http):
            return Response(status_code=403)
        provision = self._platform.state.provisions.get(http.path_params["provision_id"])
        if provision is None:
            return Response(status_code=404)
        return JSONResponse(self._provision(provision))

    def _guarded(self, command: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
        async def endpoint(http: HttpRequest) -> Response:
            if not _is_local(http):
                return Response(status_code=403)
            told: Any = {}
            content = await http.body()
            if http.method == "POST":
                # A page of another site can post a form, but not JSON.
                if not http.headers.get("Content-Type", "").startswith("application/json"):
                    return JSONResponse({"error": "application/json"}, status_code=415)
                try:
                    told = json.loads(content or b"{}")
                except ValueError:
                    told = None
                if not isinstance(told, dict):
                    return JSONResponse({"error": "not a JSON object"}, status_code=400)
            try:
                answer = command(told)
            except NotUnderstood as error:
                return JSONResponse({"error": str(error)}, status_code=400)
            self._platform.state.flush()
            return JSONResponse(answer)

        return endpoint

    async def _page(self, http: HttpRequest) -> Response:
        if not _is_local(http):
            return Response(status_code=403)
        return HTMLResponse(_PAGE.read_text("utf-8"))


def _is_local(http: HttpRequest) -> bool:
    host = (http.headers.get("Host") or "").rsplit(":", 1)[0]
    return http.client is not None and http.client.host in _LOOPBACK and host in _HOSTS
