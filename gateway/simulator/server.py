"""The process of the simulator: options, start, stop, and a door that can be shut for a while."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn

from gateway.simulator import masters
from gateway.simulator.app import LineProtocol, build
from gateway.simulator.citizens import Citizens, CitizensNotUnderstood
from gateway.simulator.desks.desk import Settings
from gateway.simulator.faults import Faults
from gateway.simulator.hours import HoursNotUnderstood, WeeklyHours
from gateway.simulator.journal import Journal, JournalDamaged
from gateway.simulator.juki_net import JukiNet
from gateway.simulator.messages import Messages
from gateway.simulator.platform import Platform
from gateway.simulator.script import Script, ScriptNotUnderstood
from gateway.simulator.state import State

LOOPBACK: Final = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Will add the options of the simulator to a parser."""
    defaults = Settings()
    parser.add_argument("--port", type=int, default=8090, help="待ち受けポート(0: 空きポート)")
    parser.add_argument("--state", type=Path, help="状態を保存するフォルダ(省略時はメモリのみ)")
    parser.add_argument("--citizens", type=Path, help="他団体の架空の住民(platform_citizens.json)")
    parser.add_argument(
        "--hours",
        default="",
        help="稼動時間 例: mon-fri=07:00-23:00;sat,sun=08:00-18:00(省略時は常時)",
    )
    parser.add_argument(
        "--script", type=Path, help="障害の台本(JSON)。docs/howto/rehearse-with-the-simulator.md"
    )
    parser.add_argument("--city", default=masters.SAPPORO, help="接続する団体の機関コード")
    parser.add_argument("--answer-delay", type=float, default=defaults.answer_delay)
    parser.add_argument("--code-delay", type=float, default=defaults.code_delay)
    parser.add_argument("--file-delay", type=float, default=defaults.file_delay)
    parser.add_argument(
        "--codes-busy-one-in", type=int, default=defaults.codes_busy_one_in, metavar="N"
    )
    parser.add_argument(
        "--codes-nobody-one-in", type=int, default=defaults.codes_nobody_one_in, metavar="N"
    )


def run(options: argparse.Namespace) -> int:
    """Will serve until it is told to stop; return an exit code (2: could not start)."""
    try:
        platform, journal = _platform(options)
        script = Script.read(options.script) if options.script else Script([])
        messages = Messages(options.state / "messages.jsonl" if options.state else None)
        listening = _listen(options.port)
    except (
        HoursNotUnderstood,
        CitizensNotUnderstood,
        JournalDamaged,
        ScriptNotUnderstood,
        OSError,
    ) as error:
        sys.stderr.write(f"シミュレータを起動できません: {type(error).__name__}: {error}\n")
        return 2
    port = listening.getsockname()[1]
    server = Server(platform, Faults(), listening, messages, script)
    sys.stdout.write(f"中間サーバ・プラットフォーム(シミュレータ) http://{LOOPBACK}:{port}/\n")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        journal.close()
        messages.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Will run the simulator from a command line, without Django."""
    parser = argparse.ArgumentParser(prog="python -m gateway.simulator")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


class Server:
    """One uvicorn server whose door can be shut and opened again."""

    def __init__(
        self,
        platform: Platform,
        faults: Faults,
        listening: socket.socket,
        messages: Messages,
        script: Script,
    ) -> None:
        app = build(
            platform,
            faults,
            self.refuse,
            lambda: datetime.now(UTC),
            messages=messages,
            script=script,
        )
        self._config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="on",
            http=LineProtocol,
            proxy_headers=False,
            server_header=False,
        )
        self._uvicorn = uvicorn.Server(self._config)
        self._listening = listening
        self._port = listening.getsockname()[1]
        self._waiting: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        """Will serve until SIGINT or SIGTERM."""
        self._uvicorn.run(sockets=[self._listening])

    def refuse(self, seconds: float) -> None:
        """Will refuse connections for so many seconds, and drop those that stand."""
        task = asyncio.get_running_loop().create_task(self._refuse(seconds))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _refuse(self, seconds: float) -> None:
        await asyncio.sleep(0.05)  # the answer to the command goes out first
        for listener in self._uvicorn.servers:
            listener.close()
        self._uvicorn.servers.clear()
        self._listening.close()
        for connection in list(self._uvicorn.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(seconds)
        self._listening = _listen(self._port)
        protocol = partial(
            LineProtocol,
            config=self._config,
            server_state=self._uvicorn.server_state,
            app_state={},
        )
        loop = asyncio.get_running_loop()
        self._uvicorn.servers.append(await loop.create_server(protocol, sock=self._listening))


def _platform(options: argparse.Namespace) -> tuple[Platform, Journal]:
    folder: Path | None = options.state
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = Journal(folder / "journal.jsonl" if folder else None)
    juki_net = JukiNet(folder)
    platform = Platform(
        State(journal),
        Citizens(juki_net.digest_key, options.citizens),
        juki_net,
        hours=WeeklyHours.read(options.hours),
        settings=Settings(
            answer_delay=options.answer_delay,
            code_delay=options.code_delay,
            file_delay=options.file_delay,
            codes_busy_one_in=options.codes_busy_one_in,
            codes_nobody_one_in=options.codes_nobody_one_in,
        ),
        city=options.city,
    )
    return platform, journal


def _listen(port: int) -> socket.socket:
    # Without the protocol named, asyncio leaves Nagle on, and every answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((LOOPBACK, port))
    listening.listen(min(socket.SOMAXCONN, 2048))
    os.set_inheritable(listening.fileno(), False)  # noqa: FBT003 - its own signature
    return listening
