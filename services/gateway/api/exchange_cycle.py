"""One request and its answer on a connection, read and written with as little work as they allow."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from logging import Logger
from typing import Any

from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from services.gateway.operations.carrying import POSSIBLE, Gone, carry

LARGE = 16 * 1024
"""A part of a body of this size is handed on as it is instead of being copied behind what came before it."""
READ_AHEAD = 256 * 1024
"""Bytes of a body that wait here for whoever reads it before reading from the caller pauses."""
_JOINED = b": ".join
WAY = "lika.way_out"
"""The ASGI extension by which an application finds the cycle itself, for `whole` and `carry`."""
SLOW_READER_S = 60.0
"""How long a caller may leave an answer lying before it is given up."""


class Cycle(RequestResponseCycle):
    """uvicorn's cycle with its own ways in and out: bodies are not copied, a head leaves with the first of its body.

    What most requests never need, such as an event to wait upon, is made by those that do.
    """

    scope: Any
    more_body = True
    disconnected = response_started = response_complete = False
    chunked_encoding = None
    expected_content_length = 0
    _pieces: list[bytes] | None = None
    _waiting_bytes = 0
    _told = False
    _event: asyncio.Event | None = None
    _head = b""

    def __init__(
        self, scope: Any, transport: asyncio.Transport, flow: FlowControl, logger: Logger,
        default_headers: list[tuple[bytes, bytes]], keep_alive: bool, expects: bool, on_response: Callable[[], None],
    ) -> None:  # fmt: skip
        self.scope, self.transport, self.flow, self.logger = scope, transport, flow, logger
        self.default_headers, self.on_response = default_headers, on_response
        self.keep_alive, self.waiting_for_100_continue = keep_alive, expects

    async def run(self, app: ASGIApp, running: set[Any], loop: asyncio.AbstractEventLoop) -> None:
        """Have the application answer. As uvicorn's `run_asgi`; the task leaves those that are running by itself."""
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:
            self.logger.error("Exception in ASGI application\n", exc_info=error)
            if self.response_complete:
                self.transport.close()
        finally:
            self.on_response = _over
            running.discard(asyncio.current_task(loop))
        if not self.response_complete and not self.disconnected:
            await self._give_up()

    async def _give_up(self) -> None:
        """What must not happen: an application that ended without its answer."""
        if self.response_started:
            self.transport.close()
        else:
            self.logger.error("ASGI callable returned without starting response.")
            await self.send_500_response()

    # --- in -----------------------------------------------------------------
    def tell(self) -> None:
        """There is something to receive, or nothing will come any more."""
        self._told = True
        if self._event is not None:
            self._event.set()

    def take(self, piece: bytes) -> None:
        """A part of the body has come."""
        if self._pieces is None:
            self._pieces = [piece]
        else:
            self._pieces.append(piece)
        self._waiting_bytes += len(piece)
        if self._waiting_bytes > READ_AHEAD:
            self.flow.pause_reading()
        self.tell()

    async def receive(self) -> Any:
        """ASGI receive."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            if self._waiting_bytes <= READ_AHEAD:
                self.flow.resume_reading()
            await self._news()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        pieces = self._pieces or []
        if len(pieces) > 1 and len(pieces[0]) >= LARGE:
            body, self._told = pieces.pop(0), True
            self._waiting_bytes -= len(body)
            return {"type": "http.request", "body": body, "more_body": True}
        self._pieces, self._waiting_bytes = None, 0
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def _news(self) -> None:
        while not (self._told or self.disconnected or self.response_complete):
            if self._event is None:
                self._event = asyncio.Event()
            self._event.clear()
            await self._event.wait()
        self._told = False

    # --- out ----------------------------------------------------------------
    async def send(self, message: Any) -> None:
        """ASGI send."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            self.response_started = True
            self.waiting_for_100_continue = False
            self._head = self._head_of(message["status"], message["headers"])
        elif self.response_complete:
            raise RuntimeError("the answer is over")
        else:
            self._body(message.get("body", b""), message.get("more_body", False))

    def whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Give a whole answer in one go; False when that cannot be, and `send` must be used."""
        if self.flow.write_paused or self.disconnected or self.response_started:
            return False
        self.response_started = True
        self.waiting_for_100_continue = False
        self._head = self._head_of(status, headers)
        self._body(body, more=False)
        return True

    async def carry(self, source: int, count: int, source_s: float) -> bool:
        """Give so many bytes of a body that has begun right out of another socket; the errors of `carrying.carry`.

        False when that cannot be, and nothing was moved.
        """
        plain = self.transport.get_extra_info("sslcontext") is None and self.scope["method"] != "HEAD"
        if not (POSSIBLE and plain) or self.chunked_encoding or self._head or count > self.expected_content_length:
            return False
        if not await self._flushed():
            raise Gone
        try:
            target = os.dup(self.transport.get_extra_info("socket").fileno())
        except OSError:  # no descriptor is left
            return False
        try:
            carried = await carry(source, target, count, source_s, SLOW_READER_S, self._is_over)
        finally:
            os.close(target)
        self.expected_content_length -= count if carried else 0
        return carried

    async def _flushed(self) -> bool:
        """Wait until all that was written has left; whether the caller is still there."""
        if not self._is_over():
            self.transport.set_write_buffer_limits(0)
            if self.flow.write_paused:
                await self.flow.drain()
        if self._is_over():
            return False
        self.transport.set_write_buffer_limits()
        return True

    def _is_over(self) -> bool:
        return self.disconnected or self.transport.is_closing()

    def _head_of(self, status: int, given: list[tuple[bytes, bytes]]) -> bytes:
        """Status line and headers. RuntimeError for a value that would begin another line."""
        headers = [*self.default_headers, *given]
        named = dict(headers)
        if b"content-length" in named:
            self.expected_content_length, self.chunked_encoding = int(named[b"content-length"]), False
        elif self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            headers.append((b"transfer-encoding", b"chunked"))
        if named.get(b"connection") == b"close":
            self.keep_alive = False
            headers = [header for header in headers if header[0] != b"connection"]
        if not self.keep_alive:
            headers.append((b"connection", b"close"))
        head = STATUS_LINE[status] + b"\r\n".join(map(_JOINED, headers))
        lines = len(headers)
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            raise RuntimeError("a header holds a control character")
        return head + b"\r\n\r\n"

    def _body(self, body: bytes, more: bool) -> None:
        head, self._head = self._head, b""
        tail = b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            if body:
                head += b"%x\r\n" % len(body)
            tail = (b"\r\n" if body else b"") + (b"" if more else b"0\r\n\r\n")
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("the body is not as long as its Content-Length")
        if len(body) < LARGE:
            self.transport.write(head + body + tail)
        elif head or tail:
            self.transport.writelines((head, body, tail))
        else:
            self.transport.write(body)
        if not more:
            self.response_complete = True
            self.tell()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()


def _over() -> None:
    """Nobody waits for the end of this answer any more."""
