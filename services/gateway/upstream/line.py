"""One kept connection to a service: HTTP/1.1 read strictly, one request at a time, nothing ever sent twice."""

from __future__ import annotations

import asyncio
import math
import socket
from typing import Any, Protocol, cast

import httptools

HEAD_LIMIT = 32 * 1024
"""Status line and headers of an answer together."""
READ_AHEAD = 256 * 1024
"""Bytes of an answer that wait here for a slow caller before reading from the service pauses."""
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))


class Upload(Protocol):
    """A body that is still arriving."""

    declared: bytes | None
    """Its Content-Length, if it has one."""

    async def piece(self) -> bytes:
        """The next part; empty at the end."""
        ...


class Broken(Exception):
    """The connection ended, or the answer on it is no HTTP/1.1 that can be read in one way only."""


class Line(asyncio.Protocol):
    """Sends a request, gives its answer: `status`, `headers` (names in lower case) and the body by `piece`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._parser: Any = httptools.HttpResponseParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._due = math.inf
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._paused = False
        self._sending: asyncio.Task[None] | None = None
        self.idle_since = 0.0
        self._fresh(b"")
        self._in_head = self._asked = False

    def _fresh(self, method: bytes) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.length: int | None = None
        self._method = method
        self._asked = self._in_head = True
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._whole = False
        self._chunked = self._keeps = False
        self._failure: Exception | None = None

    # --- asking -------------------------------------------------------------
    def send(self, method: bytes, request: bytes, due: float) -> None:
        """Send a request, or the head of one whose body follows by `upload`. `due` bounds the wait (loop time)."""
        self._fresh(method)
        self._limit(due)
        self._transport.write(request)

    def upload(self, body: Upload) -> None:
        """Send a body as it arrives, while the answer may come already."""
        self._sending = self._loop.create_task(self._upload(body))

    async def _upload(self, body: Upload) -> None:
        chunked = body.declared is None
        try:
            while piece := await body.piece():
                if self._room is not None:
                    await self._room
                if self._failure is not None:
                    return
                self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self._transport.write(b"0\r\n\r\n")
        except Exception as error:
            self._fail(error)  # the caller's doing: raised as it is where the answer is waited for

    async def head(self) -> None:
        """Wait until the answer's head is there. TimeoutError, Broken, or what stopped the upload."""
        while self._in_head and self._failure is None:
            await self._wait()
        if self._failure is not None:
            raise self._failure
        self._due = math.inf

    async def piece(self, gap_s: float) -> bytes:
        """The next part of the body, empty at its end; TimeoutError when nothing comes for `gap_s`."""
        while not self._pieces or self._failure is not None:
            if self._failure is not None:
                raise self._failure
            if self._whole:
                return b""
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._limit(self._loop.time() + gap_s)
            await self._wait()
        self._due = math.inf
        found = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        self._waiting_bytes = 0
        return found

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def finish(self, now: float) -> bool:
        """End this exchange: True when the connection may carry another one; it is closed otherwise."""
        self._due = math.inf
        if self._sending is not None and not self._sending.done():
            self._sending.cancel()
            self._fail(Broken("answered before the request was whole"))
        self._sending = None
        if not (self._whole and self._keeps and self.usable()):
            self.close()
            return False
        if self.bodiless:
            self._parser = httptools.HttpResponseParser(self)  # the old one may wait for a body
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._asked = False
        self.idle_since = now
        return True

    def usable(self) -> bool:
        """Whether a kept connection is still there."""
        return self._failure is None and not self._transport.is_closing()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport.abort()

    # --- time ---------------------------------------------------------------
    def _limit(self, due: float) -> None:
        """One timer serves all deadlines of a connection: it is moved only when it would come too late."""
        self._due = due
        if self._timer is None or self._timer.when() > due:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self._rung)

    def _rung(self) -> None:
        self._timer = None
        if self._due <= self._loop.time():
            self._fail(TimeoutError())
        elif self._due != math.inf:
            self._timer = self._loop.call_at(self._due, self._rung)

    # --- the connection -----------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family in (socket.AF_INET, socket.AF_INET6):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                peer.setsockopt(socket.IPPROTO_TCP, option, value)

    def data_received(self, data: bytes) -> None:
        if not self._asked or self._whole:
            self._fail(Broken("bytes nobody asked for"))
            return
        was_head = self._in_head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(Broken("changes the protocol"))
        except httptools.HttpParserError as error:
            self._fail(Broken(type(error).__name__))
        if was_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT:
                self._fail(Broken("head too large"))
        if self._waiting_bytes > READ_AHEAD and not self._paused and not self._whole:
            self._paused = True
            self._transport.pause_reading()
        if not self._in_head or self._failure is not None:
            self._wake()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if not (self._asked and self._whole):
            self._fail(Broken("connection ended"))
        elif self._failure is None:
            self._transport.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.resume_writing()

    def pause_writing(self) -> None:
        if self._room is None:
            self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._room is not None:
            if not self._room.done():
                self._room.set_result(None)
            self._room = None

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
        self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- the parser's calls -------------------------------------------------
    def on_message_begin(self) -> None:
        if self._whole:
            raise Broken("bytes after the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > HEAD_LIMIT:
            raise Broken("head too large")
        if self._in_head:  # what comes later is a trailer, and travels no further
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._parser.get_http_version() != "1.1" or status == 101 or not 100 <= status < 600:
            raise Broken("no answer of HTTP/1.1")
        if status < 200:
            self.headers = []
            return
        self.status = status
        for name, value in self.headers:
            if name == b"content-length":
                self.length = int(value)
            elif name == b"transfer-encoding":
                if value.lower() != b"chunked":
                    raise Broken("unknown transfer encoding")
                self._chunked = True
        if self._chunked and self.length is not None:
            raise Broken("two lengths")
        self._in_head = False
        self._keeps = self._parser.should_keep_alive()
        if self.bodiless:
            self._whole = True
        elif self.length is None and not self._chunked:
            raise Broken("no length")

    @property
    def bodiless(self) -> bool:
        """Whether an answer of this status to this method has no body."""
        return self._method == b"HEAD" or self.status in (204, 304)

    def on_body(self, body: bytes) -> None:
        if self._whole:
            raise Broken("bytes after the answer")
        self._pieces.append(body)
        self._waiting_bytes += len(body)

    def on_message_complete(self) -> None:
        if not self._in_head:
            self._whole = True
