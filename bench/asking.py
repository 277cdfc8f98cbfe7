"""A client that costs little: requests over kept connections, so that the service is measured and not its caller."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httptools

Request = Callable[[], bytes]
"""Makes the bytes of the next request."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a load: requests, seconds, and the seconds of each request."""

    requests: int
    seconds: float
    times: list[float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class NotAnswered(RuntimeError):
    """The service refused or closed the connection; such a load is no measurement."""


def get(path: str, token: str) -> bytes:
    """A GET request of a bearer of this token."""
    return f"GET {path} HTTP/1.1\r\nhost: registry\r\nauthorization: Bearer {token}\r\n\r\n".encode()


def post_json(path: str, token: str, body: bytes, key: str | None = None) -> bytes:
    """A POST request with a JSON body, and an Idempotency-Key if one is given."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: registry\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        + (f"idempotency-key: {key}\r\n" if key else "")
        + "\r\n"
    )
    return head.encode() + body


class Line(asyncio.Protocol):
    """One kept connection with one request at a time."""

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._transport: Any = None
        self._answer: asyncio.Future[bytes] | None = None
        self._body: list[bytes] = []

    async def ask(self, request: bytes) -> bytes:
        """The body of a 2xx answer; NotAnswered for anything else."""
        self._answer = asyncio.get_running_loop().create_future()
        self._body = []
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NotAnswered("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._answer is not None
        status, body = self._parser.get_status_code(), b"".join(self._body)
        if 200 <= status < 300:
            self._answer.set_result(body)
        else:
            self._answer.set_exception(NotAnswered(f"{status} {body[:400].decode(errors='replace')}"))


async def opened(port: int, count: int) -> list[Line]:
    """This many connections to a service on this machine."""
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Line, "127.0.0.1", port))[1] for _ in range(count)]


async def load(port: int, connections: int, request: Request, seconds: float) -> Answered:
    """Keep every connection busy for so long; NotAnswered as soon as one request is refused."""
    lines = await opened(port, connections)
    times: list[float] = []
    began = time.perf_counter()
    until = began + seconds

    async def keep_busy(line: Line) -> None:
        while (sent := time.perf_counter()) < until:
            await line.ask(request())
            times.append(time.perf_counter() - sent)

    try:
        await asyncio.gather(*(keep_busy(line) for line in lines))
        return Answered(len(times), time.perf_counter() - began, times)
    finally:
        for line in lines:
            line.close()


async def all_of(port: int, connections: int, requests: Iterator[bytes]) -> Answered:
    """Each of these requests once, by connections that take the next as soon as they can; NotAnswered as in `load`."""
    lines = await opened(port, connections)
    times: list[float] = []
    began = time.perf_counter()

    async def keep_busy(line: Line) -> None:
        for request in requests:
            sent = time.perf_counter()
            await line.ask(request)
            times.append(time.perf_counter() - sent)

    try:
        await asyncio.gather(*(keep_busy(line) for line in lines))
        return Answered(len(times), time.perf_counter() - began, times)
    finally:
        for line in lines:
            line.close()


async def one_by_one(port: int, requests: Iterable[bytes]) -> list[float]:
    """The seconds of each request when nobody else asks; the next is made when the one before was answered."""
    line = (await opened(port, 1))[0]
    times = []
    try:
        for request in requests:
            sent = time.perf_counter()
            await line.ask(request)
            times.append(time.perf_counter() - sent)
    finally:
        line.close()
    return times
