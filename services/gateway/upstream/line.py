"""One kept connection to a service: HTTP/1.1 read strictly, one request at a time, nothing ever sent twice."""

from __future__ import annotations

import asyncio
import math
import os
import socket
from itertools import chain
from typing import Any, Protocol, cast

import httptools

HEAD_LIMIT = 32 * 1024
"""Status line and headers of an answer together."""
READ_AHEAD = 256 * 1024
"""Bytes of an answer that wait here for a slow caller before reading from the service pauses."""
LARGE = 64 * 1024
"""A part of a body as large as this is passed on as it is; smaller ones are put together."""
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
    """Sends a request, gives its answer: `status`, `headers` (names in lower case) and the body by `piece`.

    `named` has the first value of each header.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._parser: Any = httptools.HttpResponseParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._rings = math.inf
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._paused = self._secure = False
        self._sending: asyncio.Task[None] | None = None
        self.idle_since = 0.0
        self._fresh("")
        self._in_head = self._asked = False

    def _fresh(self, method: str) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.named: dict[bytes, bytes] = {}
        self.length: int | None = None
        self.bodiless = False
        """Whether an answer of this status to this method has no body."""
        self._method = method
        self._asked = self._in_head = True
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._left = 0
        """Bytes of the body that are still to come past the parser."""
        self._whole = False
        self._chunked = self._keeps = False
        self._failure: Exception | None = None

    # --- asking -------------------------------------------------------------
    def send(self, method: str, request: bytes, timeout_s: float) -> None:
        """Send a request, or the head of one whose body follows by `upload`. The answer has so long to begin."""
        self._fresh(method)
        self._limit(self._loop.time() + timeout_s)
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

    def has_head(self) -> bool:
        """Whether the answer's head is there. TimeoutError, Broken, or what stopped the upload."""
        if self._failure is not None:
            raise self._failure
        if self._in_head:
            return False
        self._due = math.inf
        return True

    def news(self) -> asyncio.Future[None]:
        """Done as soon as something has come, or gone wrong."""
        self._waiter = self._loop.create_future()
        return self._waiter

    def at_once(self) -> bytes | None:
        """The body, if all of it is there already; None when it must be waited for."""
        if not self._whole or self._failure is not None:
            return None
        return self._taken()

    def _taken(self) -> bytes:
        pieces, self._pieces, self._waiting_bytes = self._pieces, [], 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

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
            await self.news()
        self._due = math.inf
        if len(self._pieces) > 1 and len(self._pieces[0]) >= LARGE:
            found = self._pieces.pop(0)
            self._waiting_bytes -= len(found)
            return found
        return self._taken()

    @property
    def rest(self) -> int:
        """Bytes of the body that nobody has read from the connection yet, where they can be carried as they are."""
        return 0 if self._pieces or self._failure is not None or self._secure else self._left

    def lend(self) -> int:
        """A descriptor of the connection for the rest of the body, which is not read here meanwhile. To be closed."""
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()
        return os.dup(self._transport.get_extra_info("socket").fileno())

    def carried(self) -> None:
        """The rest of the body has gone its way."""
        self._left = 0
        self._body_over()

    def finish(self, now: float) -> bool:
        """End this exchange: True when the connection may carry another one; it is closed otherwise."""
        self._due = math.inf
        if self._sending is not None and not self._sending.done():
            self._sending.cancel()
            self._fail(Broken("answered before the request was whole"))
        self._sending = None
        if not self._whole or not self._keeps or not self.usable():
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
        if due < self._rings:
            if self._timer is not None:
                self._timer.cancel()
            self._timer, self._rings = self._loop.call_at(due, self._rung), due

    def _rung(self) -> None:
        self._timer, self._rings = None, math.inf
        if self._due <= self._loop.time():
            self._fail(TimeoutError())
        elif self._due != math.inf:
            self._timer, self._rings = self._loop.call_at(self._due, self._rung), self._due

    # --- the connection -----------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._secure = transport.get_extra_info("sslcontext") is not None
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family in (socket.AF_INET, socket.AF_INET6):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                peer.setsockopt(socket.IPPROTO_TCP, option, value)

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._pass(data)
        elif not self._asked or self._whole:
            self._fail(Broken("bytes nobody asked for"))
        else:
            self._parse(data)

    def _pass(self, data: bytes) -> None:
        """Take a part of a body whose length is known: what it says is nothing to the parser."""
        self._left -= len(data)
        if self._left < 0:
            self._fail(Broken("bytes after the answer"))
            return
        self._pieces.append(data)
        self._waiting_bytes += len(data)
        if not self._left:
            self._body_over()
        self._rest_or_wake()

    def _body_over(self) -> None:
        self._whole = True
        self._parser = httptools.HttpResponseParser(self)  # the old one waits for the body yet

    def _parse(self, data: bytes) -> None:
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
        if not self._in_head and self.length is not None and not self._whole:
            self._left = self.length - self._waiting_bytes
        self._rest_or_wake()

    def _rest_or_wake(self) -> None:
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
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # --- the parser's calls -------------------------------------------------
    def on_message_begin(self) -> None:
        if self._whole:
            raise Broken("bytes after the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            self.headers.append((name.lower(), value))
        else:  # what comes later is a trailer, and travels no further
            self._head_bytes += len(name) + len(value) + 4
            if self._head_bytes > HEAD_LIMIT:
                raise Broken("head too large")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._parser.get_http_version() != "1.1" or status == 101 or not 100 <= status < 600:
            raise Broken("no answer of HTTP/1.1")
        headers = self.headers
        if len(b"".join(chain.from_iterable(headers))) + 4 * len(headers) > HEAD_LIMIT:
            raise Broken("head too large")
        if status < 200:
            self.headers = []
            return
        self.status = status
        self.bodiless = self._method == "HEAD" or status in (204, 304)
        named = self.named = dict(headers[::-1])
        if b"content-length" in named:
            self.length = int(named[b"content-length"])
        if b"transfer-encoding" in named:
            self._require_chunks()
        self._in_head = False
        self._keeps = self._parser.should_keep_alive()
        if self.bodiless:
            self._whole = True
        elif self.length is None and not self._chunked:
            raise Broken("no length")

    def _require_chunks(self) -> None:
        if any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in self.headers):
            raise Broken("unknown transfer encoding")
        if self.length is not None:
            raise Broken("two lengths")
        self._chunked = True

    def on_body(self, body: bytes) -> None:
        if self._whole:
            raise Broken("bytes after the answer")
        self._pieces.append(body)
        self._waiting_bytes += len(body)

    def on_message_complete(self) -> None:
        if not self._in_head:
            self._whole = True
