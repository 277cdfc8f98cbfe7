"""The HTTP connection: what must be refused before a request exists, and how long a caller may take."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections import Counter
from typing import ClassVar, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.gateway.api.answers import CLOSED_POLICY, security_headers
from services.gateway.api.exchange_cycle import Cycle
from services.gateway.operations import refusal_notes

HEAD_LIMIT = 28 * 1024
"""Request line and headers together, with room for what the door itself measures and refuses."""
SLOW_READER_S = 60.0
"""How long a caller may leave an answer lying before it is given up."""


def answer_headers(hsts_s: int) -> str:
    """The security headers as lines of a head."""
    headers = [*security_headers(hsts_s), CLOSED_POLICY]
    return "".join(f"{name.decode()}: {value.decode()}\r\n" for name, value in headers)


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's connection with deadlines for heads, requests, waiting and slow readers, and a limit per address."""

    open_by_address: ClassVar[Counter[str]] = Counter()
    per_address = 1_000
    head_timeout_s = 10.0
    message_timeout_s = 75.0
    """The door answers 408 long before; this cuts those who go on after their answer."""
    always = answer_headers(0)
    """Head lines of every answer made here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one by behaviour, not by class.
        super().connection_made(cast("asyncio.Transport", transport))
        self._head_bytes = 0
        self._in_head = True
        self._due = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._address = self.client[0] if self.client else ""
        self.open_by_address[self._address] += 1
        if self.open_by_address[self._address] > self.per_address:
            self._refuse(503, "gateway.too_many_connections", "连接过多", "Too many connections")
            return
        self._cut_after(self.head_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_by_address[self._address] -= 1
        if self.open_by_address[self._address] <= 0:
            del self.open_by_address[self._address]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
            if not self._head_bytes:
                self._cut_after(self.head_timeout_s)
            self._head_bytes += len(data)
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

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes after the body is a trailer, and no header of the request
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._cut_after(self.message_timeout_s)
        if self.url[:1] != b"/":
            raise ValueError("only the origin form of a target is taken")
        version, parser = self.parser.get_http_version(), self.parser
        if version not in ("1.1", "1.0"):
            raise ValueError("only HTTP/1.1 and HTTP/1.0 are spoken")
        path, _, query = self.url.partition(b"?")
        self.scope["method"] = parser.get_method().decode("ascii")
        self.scope["http_version"] = version
        self.scope["raw_path"] = path
        text = path.decode("ascii")
        self.scope["path"] = unquote(text) if "%" in text else text
        self.scope["query_string"] = query
        before, keeps = self.cycle, version == "1.1" and parser.should_keep_alive() and not parser.should_upgrade()
        self.cycle = Cycle(
            scope=self.scope, transport=self.transport, flow=self.flow, logger=self.logger,
            access_logger=self.access_logger, access_log=False, default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(), expect_100_continue=self.expect_100_continue, keep_alive=keeps,
            on_response=self.on_response_complete,
        )  # fmt: skip
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_message_complete(self) -> None:
        self._due = math.inf
        if self._idle():  # it was answered before it was whole
            self._cut_after(self.timeout_keep_alive)
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """As uvicorn's, with the one timer of this connection for the wait until the next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._in_head and not self._head_bytes:
            self._cut_after(self.timeout_keep_alive)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(SLOW_READER_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _cut_after(self, seconds: float) -> None:
        """Set the deadline. One timer serves all of them: it is moved only when it would come too late."""
        self._due = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_at(self._due, self._rung)

    def _rung(self) -> None:
        self._timer = None
        if self.loop.time() >= self._due:
            self._cut_off()
        elif self._due != math.inf:
            self._timer = self.loop.call_at(self._due, self._rung)

    def _cut_off(self) -> None:
        if self._in_head and self._head_bytes and self._idle():
            self._refuse(408, "gateway.request_timeout", "请求未能及时到达", "The request did not arrive in time")
        elif self._idle() and self._in_head:
            self.transport.close()
        else:
            self.transport.abort()

    def _idle(self) -> bool:
        """Whether no answer is under way on this connection."""
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self, status: int, code: str, zh: str, en: str) -> None:
        """A problem answer without an application, and the end of the connection."""
        refusal_notes.note(code, status)
        if not self._idle():
            if self._in_head or self.pipeline or self.cycle.response_started:
                self.transport.abort()  # the answer of a request before this one is under way
                return
            self.cycle.disconnected = True  # its body is what is wrong: nobody waits for it any more
            self.cycle.message_event.set()
        self.transport.write(problem_bytes(status, code, zh, en, self.always))
        self.transport.close()


def problem_bytes(status: int, code: str, zh: str, en: str, always: str) -> bytes:
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
        f"cache-control: no-store\r\nx-trace-id: {trace_id}\r\n{always}{retry}{allow}connection: close\r\n\r\n"
    )
    return head.encode() + body
