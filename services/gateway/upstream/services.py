"""The services behind the gateway, asked over kept connections. Nothing is ever asked twice."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.gateway.domain.breaker import Breaker
from services.gateway.domain.refusals.requests import ServiceTooSlow, ServiceUnavailable
from services.gateway.upstream.line import Broken, Line, Upload

CONNECT_S = 1.0
KEEP_CONNECTION_S = 30.0
STREAMS = 500
"""Event streams open to one service at once: they last, so they are not counted among its requests."""

Carry = Callable[[int, int, float], Awaitable[bool]]
"""Carries so many bytes out of a socket, given by its descriptor, which may be silent for so many seconds; False when
it cannot, and nothing was moved."""


@dataclass
class Upstream:
    """One service: where it is, how it does, and the connections to it that wait for work."""

    url: str
    breaker: Breaker = field(default_factory=Breaker)
    in_flight: int = 0
    streams: int = 0
    idle: list[Line] = field(default_factory=list)
    _head: tuple[str, bytes] = ("", b"")

    def request_end(self) -> bytes:
        """What follows the target in a request: version and host."""
        if self._head[0] != self.url:
            self._head = (self.url, b" HTTP/1.1\r\nhost: " + urlsplit(self.url).netloc.encode() + b"\r\n")
        return self._head[1]

    def take(self, now: float) -> Line | None:
        """The connection used last, if it is still good; those that waited too long are closed."""
        while self.idle:
            line = self.idle.pop()
            if now - line.idle_since < KEEP_CONNECTION_S and line.usable():
                return line
            line.close()
        return None

    def drop_idle(self) -> None:
        """Close what waits: where one connection died silently, the others may have too."""
        for line in self.idle:
            line.close()
        self.idle.clear()

    async def open(self) -> Line:
        parts = urlsplit(self.url)
        secure = ssl.create_default_context() if parts.scheme == "https" else None
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            _, line = await loop.create_connection(
                Line, parts.hostname or "", parts.port or (443 if secure else 80), ssl=secure
            )
        return line


class Answer:
    """An answer whose head has come. `close` must be called, whatever becomes of the body."""

    __slots__ = ("_gap_s", "_line", "_stream", "_upstream", "bodiless", "headers", "length", "named", "status")

    def __init__(self, upstream: Upstream, line: Line, gap_s: float) -> None:
        self._upstream, self._line, self._gap_s = upstream, line, gap_s
        self._stream = False
        self.status, self.headers, self.named, self.length = line.status, line.headers, line.named, line.length
        self.bodiless = line.bodiless

    def at_once(self) -> bytes | None:
        """The body, if all of it came with the head; None when it must be waited for."""
        return self._line.at_once()

    async def whole(self) -> bytes:
        """The body in one piece; ServiceUnavailable if it does not come whole."""
        pieces = []
        try:
            while piece := await self._line.piece(self._gap_s):
                pieces.append(piece)
        except (Broken, TimeoutError) as error:
            raise ServiceUnavailable() from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes; Broken or TimeoutError when it stops coming."""
        while piece := await self._line.piece(self._gap_s):
            yield piece

    async def next_piece(self) -> bytes:
        """The next part of the body, empty at its end; raises as `pieces`."""
        return await self._line.piece(self._gap_s)

    @property
    def rest(self) -> int:
        """Bytes of the body that `carry_rest` can have carried."""
        return self._line.rest

    async def carry_rest(self, carry: Carry) -> bool:
        """Have the rest of the body carried right out of the connection; False when that did not even begin."""
        try:
            source = self._line.lend()
        except OSError:  # no descriptor is left
            return False
        try:
            carried = await carry(source, self._line.rest, self._gap_s)
        finally:
            os.close(source)
        if carried:
            self._line.carried()
        return carried

    def becomes_stream(self, gap_s: float) -> None:
        """This answer lasts: it no longer counts as a request; ServiceUnavailable when too many do."""
        if self._upstream.streams >= STREAMS:
            raise ServiceUnavailable()
        self._upstream.streams += 1
        self._upstream.in_flight -= 1
        self._stream = True
        self._gap_s = gap_s

    def close(self) -> None:
        """Give the connection back when the body was read to its end, cut it otherwise."""
        if self._stream:
            self._upstream.streams -= 1
        else:
            self._upstream.in_flight -= 1
        if self._line.finish(time.monotonic()):
            self._upstream.idle.append(self._line)


class Services:
    """All services; each has its own connections, breaker and limit, so that one cannot starve another."""

    def __init__(self, urls: Mapping[str, str], limit: int) -> None:
        self._upstreams = {name: Upstream(url.rstrip("/")) for name, url in urls.items()}
        self._limit = limit

    def upstreams(self) -> Iterator[tuple[str, Upstream]]:
        """Every service by name, to look at."""
        yield from self._upstreams.items()

    async def ask(
        self, name: str, method: str, target: str, headers: bytes, body: bytes | Upload | None, timeout_s: float
    ) -> Answer:
        """Send one request; the answer's head has come when this returns.

        `headers` are whole lines, without host and framing. ServiceUnavailable when the service is away, overloaded,
        answers what is no HTTP, or its breaker is open; ServiceTooSlow when its answer does not begin within
        `timeout_s`. What stopped an upload is raised as it is.
        """
        upstream, now = self._upstreams[name], time.monotonic()
        if upstream.in_flight >= self._limit or not upstream.breaker.lets_pass(now):
            raise ServiceUnavailable()
        upstream.in_flight += 1
        line: Line | None = None
        try:
            line = upstream.take(now) or await upstream.open()
            more = body if isinstance(body, bytes) else b""
            start = f"{method} {target}".encode() + upstream.request_end()
            line.send(method, b"".join((start, headers, _framing(method, body), more)), timeout_s)
            if body is not None and not isinstance(body, bytes):
                line.upload(body)
            while not line.has_head():
                await line.news()
        except BaseException as error:
            upstream.in_flight -= 1
            if line is not None:
                line.finish(now)
            _judge(upstream, line, error)
            raise
        upstream.breaker.succeeded()
        return Answer(upstream, line, timeout_s)

    async def close(self) -> None:
        for upstream in self._upstreams.values():
            upstream.drop_idle()
        await asyncio.sleep(0)  # an aborted transport lets its socket go in the next round of the loop


def _framing(method: str, body: bytes | Upload | None) -> bytes:
    """How long the body is, and the end of the head."""
    if body is None:
        return b"content-length: 0\r\n\r\n" if method in ("POST", "PUT", "PATCH") else b"\r\n"
    if isinstance(body, bytes):
        return b"content-length: %d\r\n\r\n" % len(body)
    if body.declared is not None:
        return b"content-length: " + body.declared + b"\r\n\r\n"
    return b"transfer-encoding: chunked\r\n\r\n"


def _judge(upstream: Upstream, line: Line | None, error: BaseException) -> None:
    """Blame the service for what was its doing, and say it as a refusal."""
    if isinstance(error, TimeoutError | Broken | OSError):
        upstream.breaker.failed(time.monotonic())
        upstream.drop_idle()
        if line is not None and isinstance(error, TimeoutError):
            raise ServiceTooSlow() from error
        raise ServiceUnavailable() from error
