"""The HTTP connection: what must be refused before a request exists, and how long a caller may take."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from typing import ClassVar, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 28 * 1024
"""Request line and headers together, with room for what the door itself measures and refuses."""
HEAD_TIMEOUT_S = 10.0


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's connection with a deadline for the head, one for the whole request, and a limit per address."""

    open_by_address: ClassVar[Counter[str]] = Counter()
    per_address = 1_000
    message_timeout_s = 75.0
    """The door answers 408 long before; this cuts those who go on after their answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one by behaviour, not by class.
        super().connection_made(cast("asyncio.Transport", transport))
        self._head_bytes = 0
        self._in_head = True
        self._cut: asyncio.TimerHandle | None = None
        self._address = self.client[0] if self.client else ""
        self.open_by_address[self._address] += 1
        if self.open_by_address[self._address] > self.per_address:
            self._refuse(503, "gateway.too_many_connections", "连接过多", "Too many connections")
            return
        self._cut_after(HEAD_TIMEOUT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_by_address[self._address] -= 1
        if self.open_by_address[self._address] <= 0:
            del self.open_by_address[self._address]
        self._keep()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._in_head:
            self._head_bytes += len(data)
            if self._cut is None:
                self._cut_after(HEAD_TIMEOUT_S)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserInvalidMethodError:
            self._refuse(405, "method_not_allowed", "不支持的请求方法", "Method not allowed")
        except httptools.HttpParserUpgrade:
            pass  # No protocol is ever changed to; the door answers the request and the connection ends.
        except httptools.HttpParserError:
            self._refuse(400, "malformed", "请求格式不正确", "The request is malformed")
        else:
            if self._in_head and self._head_bytes > HEAD_LIMIT:
                self._refuse(431, "gateway.headers_too_large", "请求头过大", "The headers are too large")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._cut_after(self.message_timeout_s)
        super().on_headers_complete()
        if self.parser.should_upgrade() and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._keep()
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def _cut_after(self, seconds: float) -> None:
        self._keep()
        self._cut = self.loop.call_later(seconds, self._cut_off)

    def _keep(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None

    def _cut_off(self) -> None:
        if self._in_head and self._head_bytes and self._idle():
            self._refuse(408, "gateway.request_timeout", "请求未能及时到达", "The request did not arrive in time")
        else:
            self.transport.abort()

    def _idle(self) -> bool:
        """Whether no answer is under way on this connection."""
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self, status: int, code: str, zh: str, en: str) -> None:
        """A problem answer without an application, and the end of the connection."""
        if not self._idle():
            self.transport.abort()
            return
        self.transport.write(problem_bytes(status, code, zh, en))
        self.transport.close()


def problem_bytes(status: int, code: str, zh: str, en: str) -> bytes:
    """A whole HTTP/1.1 problem answer (RFC 9457)."""
    trace_id = secrets.token_hex(16)
    body = json.dumps(
        {
            "type": f"urn:lika:problem:{code}",
            "title": zh,
            "status": status,
            "code": code,
            "titles": {"zh": zh, "en": en},
            "facts": {},
            "errors": [],
            "trace_id": trace_id,
        },
        ensure_ascii=False,
    ).encode()
    retry = "retry-after: 2\r\n" if status == 503 else ""
    allow = "allow: DELETE, GET, HEAD, PATCH, POST, PUT\r\n" if status == 405 else ""
    head = (
        f"HTTP/1.1 {status} \r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
        f"cache-control: no-store\r\nx-trace-id: {trace_id}\r\n{retry}{allow}connection: close\r\n\r\n"
    )
    return head.encode() + body
