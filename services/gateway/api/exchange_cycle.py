"""One request and its answer on a connection, written with as little work as the answer allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

LARGE = 16 * 1024
"""A body of this size is handed to the socket beside its head instead of being copied behind it."""


class Cycle(RequestResponseCycle):
    """uvicorn's cycle with its own way out: the head leaves together with the first part of the body."""

    _head: bytes = b""

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

    def _head_of(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Status line and headers. RuntimeError for a value that would begin another line."""
        lines = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            if name == b"content-length":
                self.expected_content_length, self.chunked_encoding = int(value), False
            elif name == b"connection" and value == b"close":
                self.keep_alive = False
                continue
            lines.append(name + b": " + value + b"\r\n")
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        head = b"".join(lines)
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            raise RuntimeError("a header holds a control character")
        return head + b"\r\n"

    def _body(self, body: bytes, more: bool) -> None:
        head, self._head = self._head, b""
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
        if not self.chunked_encoding:
            tail = b""
        if len(body) >= LARGE:
            self.transport.writelines((head, body, tail) if tail else (head, body))
        else:
            self.transport.write(head + body + tail)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()
