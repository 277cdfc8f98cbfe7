"""What every answer of the gateway carries, whoever made it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.gateway.domain import compression
from services.gateway.domain.http_rules import METHODS
from services.gateway.domain.rates import Rate, Verdict
from services.gateway.operations.draining import DRAINING
from services.gateway.upstream.services import Carry
from shared.chassis import log

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
"""The door's own; Strict-Transport-Security comes by setting."""
CLOSED_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
NO_STORE = (b"cache-control", b"no-store")
_UNLESS_DECIDED = (CLOSED_POLICY, NO_STORE)
_DECIDED = frozenset({CLOSED_POLICY[0], NO_STORE[0], b"x-trace-id"})
"""What an answer that was made here may have said itself."""
ALLOW = ", ".join(sorted(METHODS))
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 3
_VARY = (b"vary", b"Accept-Encoding")


class Way(Protocol):
    """Shorter ways out than ASGI's, where the connection is our own. Both say False when they were not gone."""

    def whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool: ...

    async def carry(self, source: int, count: int, source_s: float) -> bool: ...


def security_headers(hsts_s: int) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; `hsts_s` seconds browsers shall insist on TLS, 0 to say nothing of it."""
    if not hsts_s:
        return SECURITY_HEADERS
    return [*SECURITY_HEADERS, (b"strict-transport-security", b"max-age=%d; includeSubDomains" % hsts_s)]


def _share(verdict: Verdict) -> float:
    return verdict.share


class Answer:
    """One answer on its way out."""

    extra: Sequence[tuple[bytes, bytes]] = ()
    """Headers beside those of the answer itself."""
    gzip = False
    """Whether the caller takes gzip and the answer may be coded at all."""
    public = False
    """Whether the answer is the same for everybody."""
    started = False
    status = 0
    _head: Message | None = None
    _coder: Any = None

    def __init__(
        self,
        send: Send,
        trace_id: str,
        always: list[tuple[bytes, bytes]] = SECURITY_HEADERS,
        way: Way | None = None,
    ) -> None:
        self._send, self._way = send, way
        self._trace_id, self._always = trace_id.encode(), always
        self._limits: list[tuple[Rate, Verdict]] = []

    def tell_limit(self, rate: Rate, verdict: Verdict) -> None:
        """Say in the answer how much of a limit is left."""
        self._limits.append((rate, verdict))

    def at_once(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, /) -> bool:
        """Send an answer of which all is there; False when `send` must be used, and nothing was sent."""
        if self._way is None or self.gzip or self.started:
            return False
        self.status, self.started = status, True  # also if it fails: then part of it may be under way
        self.started = self._way.whole(status, self._completed(headers), body)
        return self.started

    def carrier(self) -> Carry | None:
        """What carries the rest of an answer whose body has begun; None when it must be sent."""
        coded = self._coder is not None or self._head is not None
        return None if self._way is None or coded else self._way.carry

    async def send(self, message: Message) -> None:
        """ASGI send; completes the head, codes the body where that is worth while."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message = {**message, "headers": self._completed(message["headers"])}
            if self.gzip and self._codes(message):
                self._head = message
                return
        elif self._head is not None:
            await self._begin_coded(message)
            return
        elif self._coder is not None:
            message = self._coded(message)
        await self._send(message)

    def _completed(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        headers = [*given, *self._always, (b"x-trace-id", self._trace_id), *self.extra]
        if self._limits:
            rate, tightest = self._limits[0]
            policy = rate.policy
            if len(self._limits) > 1:
                policy = b", ".join([rate.policy for rate, _ in self._limits])
                tightest = min([verdict for _, verdict in self._limits], key=_share)
            headers += ((b"ratelimit-policy", policy), (b"ratelimit", tightest.field()))
        named = dict(given)
        if _DECIDED.isdisjoint(named):
            headers += _UNLESS_DECIDED
        else:
            headers += [header for header in _UNLESS_DECIDED if header[0] not in named]
            if b"x-trace-id" in named:
                headers = [header for header in headers if header[0] != b"x-trace-id" or header[1] is self._trace_id]
        if DRAINING.begun:
            headers.append((b"connection", b"close"))
        return headers

    def _codes(self, message: Message) -> bool:
        """Whether this answer is coded; those that could have been say so, for caches."""
        if not compression.worthwhile(message["status"], dict(message["headers"]), self.public):
            return False
        message["headers"].append(_VARY)
        return True

    async def _begin_coded(self, message: Message) -> None:
        """The first part of the body decides: one small answer stays as it is, a long one is coded as it comes."""
        head, self._head = self._head, None
        assert head is not None
        body = message.get("body", b"")
        if message.get("more_body", False) or len(body) >= compression.SMALLEST:
            self._coder = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
            message = self._coded(message)
            headers = [
                (name, compression.weak(value) if name == b"etag" else value)
                for name, value in head["headers"]
                if name != b"content-length"
            ]
            headers.append((b"content-encoding", b"gzip"))
            if not message.get("more_body", False):
                headers.append((b"content-length", b"%d" % len(message["body"])))
            head = {**head, "headers": headers}
        await self._send(head)
        await self._send(message)

    def _coded(self, message: Message) -> Message:
        more = message.get("more_body", False)
        body = self._coder.compress(message.get("body", b""))
        body += self._coder.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
        return {"type": "http.response.body", "body": body, "more_body": more}

    async def refuse(self, scope: Scope, receive: Receive, problem: Response) -> None:
        """Answer with a problem, unless an answer has begun: then it stays unfinished, so that the caller sees it."""
        if self.started:
            log.logger().error("answer_broken_off")
            return
        if problem.status_code == 405:
            problem.headers["Allow"] = ALLOW
        if problem.status_code == 408:
            problem.headers["Connection"] = "close"  # the rest of the request is not waited for
        await problem(scope, receive, self.send)
