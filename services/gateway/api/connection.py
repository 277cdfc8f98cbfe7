"""The HTTP connection: what must be refused before a request exists, and how long a caller may take."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections import Counter
from typing import Any, ClassVar, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.gateway.api.answers import CLOSED_POLICY, security_headers
from services.gateway.api.exchange_cycle import SLOW_READER_S, WAY, Cycle
from services.gateway.operations import refusal_notes

HEAD_LIMIT = 28 * 1024
"""Request line and headers together, with room for what the door itself measures and refuses."""


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
    cycle: Cycle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one by behaviour, not by class.
        super().connection_made(cast("asyncio.Transport", transport))
        self._head_bytes = 0
        self._in_head = True
        self._timed = ""
        self._due = self._rings = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
        }
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
        self.connections.discard(self)
        if self.cycle is not None:
            self.cycle.disconnected |= not self.cycle.response_complete
            self.cycle.tell()
        self.resume_writing()
        if exc is None:
            self.transport.close()
        self.parser = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
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
            if not self._in_head:
                self._time("body", self.message_timeout_s)
            elif self._head_bytes:
                self._time("head", self.head_timeout_s)
                if self._head_bytes > HEAD_LIMIT:
                    self._refuse(431, "gateway.headers_too_large", "请求头过大", "The headers are too large")

    def _time(self, part: str, seconds: float) -> None:
        """Give a part of a request its time when it begins. What came whole needs none."""
        if self._timed != part:
            self._timed = part
            self._cut_after(seconds)

    # --- the parser's calls -------------------------------------------------
    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes after the body is a trailer, and no header of the request
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self.url[:1] != b"/":
            raise ValueError("only the origin form of a target is taken")
        version, parser = self.parser.get_http_version(), self.parser
        if version not in ("1.1", "1.0"):
            raise ValueError("only HTTP/1.1 and HTTP/1.0 are spoken")
        path, _, query = self.url.partition(b"?")
        text = path.decode("ascii")
        scope: dict[str, Any] = {
            **self._scope,
            "http_version": version,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": parser.get_method().decode("ascii"),
            "raw_path": path,
            "path": unquote(text) if "%" in text else text,
            "query_string": query,
        }
        before, keeps = self.cycle, version == "1.1" and parser.should_keep_alive() and not parser.should_upgrade()
        cycle = self.cycle = Cycle(
            scope, self.transport, self.flow, self.logger, self.server_state.default_headers, keeps,
            self.expect_100_continue, self.on_response_complete,
        )  # fmt: skip
        scope["extensions"] = {WAY: cycle}
        if before is None or before.response_complete:
            self._start(cycle)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _start(self, cycle: Cycle) -> None:
        self.tasks.add(self.loop.create_task(cycle.run(self.app, self.tasks, self.loop)))

    def on_body(self, body: bytes) -> None:
        if not self.cycle.response_complete:
            self.cycle.take(body)

    def on_message_complete(self) -> None:
        self._due = math.inf
        self._timed = ""
        self._in_head = True
        self._head_bytes = 0
        cycle = self.cycle
        if cycle.response_complete:  # it was answered before it was whole
            self._cut_after(self.timeout_keep_alive)
        else:
            cycle.more_body = False
            cycle.tell()

    # --- the connection's own calls -----------------------------------------
    def on_response_complete(self) -> None:
        """As uvicorn's, with the one timer of this connection for the wait until the next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start(cast("Cycle", self.pipeline.pop()[0]))
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
        due = self._due = self.loop.time() + seconds
        if due < self._rings:
            if self._timer is not None:
                self._timer.cancel()
            self._timer, self._rings = self.loop.call_at(due, self._rung), due

    def _rung(self) -> None:
        self._timer, self._rings = None, math.inf
        if self.loop.time() >= self._due:
            self._cut_off()
        elif self._due != math.inf:
            self._timer, self._rings = self.loop.call_at(self._due, self._rung), self._due

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
            self.cycle.tell()
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
