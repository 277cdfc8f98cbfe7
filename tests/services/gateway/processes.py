"""The gateway as a process of its own, and behind it a service that notes every byte that arrives."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httptools

from deploy.local.postgres import free_port
from tests.services.gateway.people import founded
from tests.support import server
from tests.support.harness import running

ROOT = Path(__file__).resolve().parents[3]
FILE = random.Random(1).randbytes(1_000_003) * 24
ROW = b'{"code":"341622","name":"' + b"x" * 3_000 + b'"}'


@dataclass
class Noted:
    """One request as it arrived behind the gateway."""

    method: str = ""
    target: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class Recorder(asyncio.Protocol):
    """Answers by the end of the target: `slow` after a second, `events` with events for ever, anything else at once.

    `file` is FILE, `text` FILE as if it were text, `cut` a third of it and then the end of the connection.
    """

    def __init__(self, noted: list[Noted]) -> None:
        self._noted = noted
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._now = Noted()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._now = Noted()

    def on_url(self, url: bytes) -> None:
        self._now.target += url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._now.headers.append((name.decode().lower(), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        self._now.body += body

    def on_message_complete(self) -> None:
        self._now.method = self._parser.get_method().decode()
        self._noted.append(self._now)
        self._tasks.append(asyncio.ensure_future(self._answer(self._now.target.split("?")[0].rsplit("/", 1)[1])))

    async def _answer(self, verb: str) -> None:
        if verb == "events":
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            )
            while True:
                self._transport.write(b"d\r\ndata: there\n\n\r\n")
                await asyncio.sleep(0.2)
        if verb == "slow":
            await asyncio.sleep(1.0)
        if verb in ("file", "text", "cut"):
            kind = b"text/csv" if verb == "text" else b"application/octet-stream"
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(FILE))
            )
            if self._now.method != "HEAD":
                self._transport.write(FILE if verb != "cut" else FILE[: len(FILE) // 3])
            if verb == "cut":
                self._transport.close()
            return
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ROW), ROW)
        )


@dataclass
class Gate:
    """A gateway process on a port, a token that is good there, and what arrived behind it."""

    port: int
    metrics_port: int
    token: str
    noted: list[Noted]
    process: subprocess.Popen[bytes]
    log: Path

    async def send(self, request: bytes, wait_s: float = 5.0) -> bytes:
        """Send bytes as they are, half-close nothing, read until the other side is silent or gone."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        found = b""
        try:
            async with asyncio.timeout(wait_s):
                while piece := await reader.read(65_536):
                    found += piece
                    if b"\r\n\r\n" in found and await _silent(reader):
                        break
        except (TimeoutError, ConnectionError):
            pass
        writer.close()
        return found

    async def metrics(self) -> str:
        """The page of numbers at its inner port."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.metrics_port)
        writer.write(b"GET /metrics HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n")
        found = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return found.decode()

    def resident_mib(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


async def _silent(reader: asyncio.StreamReader) -> bool:
    """Whether nothing more comes for a moment; what does come is kept."""
    await asyncio.sleep(0.15)
    buffered: bytearray = reader._buffer  # type: ignore[attr-defined]
    return not buffered


@asynccontextmanager
async def gate(folder: Path, **settings: str) -> AsyncIterator[Gate]:
    """A gateway process with a signed-in clerk; `settings` by the names of its variables, without the prefix."""
    noted: list[Noted] = []
    loop = asyncio.get_running_loop()
    behind = await loop.create_server(lambda: Recorder(noted), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{behind.sockets[0].getsockname()[1]}"
    port, metrics_port = free_port(), free_port()
    async with running("gateway") as harness:
        town = await founded(harness)
        await town.county()
        token = (await town.sign_in("clerk"))["access_token"]
        values = {
            "PORT": str(port),
            "METRICS_PORT": str(metrics_port),
            "WEBHOOK_WORKERS": "0",
            "DEMONSTRATION": "true",
        } | settings
        values |= {f"{name}_URL": url for name in ("REGISTRY", "PROJECTS", "FUNDS")}
        values["DATABASE_URL"] = server.dsn("gateway", "app", harness.database)
        environment = server.settings_environment("gateway")
        environment |= {f"LIKA_GATEWAY_{name}": value for name, value in values.items()}
        log = folder / "gateway.log"
        process = await asyncio.to_thread(_started, environment, log)
        found = Gate(port, metrics_port, token, noted, process, log)
        try:
            await _ready(found)
            yield found
        finally:
            process.kill()
            process.wait()
            behind.close()


def _started(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "services.gateway.main"],
            env=os.environ | environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip


async def _ready(found: Gate) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert found.process.poll() is None, found.log.read_text()[-3000:]
        try:
            if (await found.send(b"GET /readyz HTTP/1.1\r\nHost: g\r\n\r\n")).startswith(b"HTTP/1.1 200"):
                return
        except OSError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError(found.log.read_text()[-3000:])
