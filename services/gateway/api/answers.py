"""What every answer of the gateway carries, whoever made it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.gateway.domain.http_rules import METHODS
from services.gateway.domain.rates import Verdict
from shared.chassis import log

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
]
CLOSED_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
ALLOW = ", ".join(sorted(METHODS))


class Answer:
    """One answer on its way out."""

    def __init__(self, send: Send, trace_id: str) -> None:
        self._send = send
        self._trace_id = trace_id.encode()
        self._limit: list[tuple[bytes, bytes]] = []
        self.started = False

    def tell_limit(self, verdict: Verdict) -> None:
        """Say in the answer how much of a limit is left."""
        self._limit = [
            (b"ratelimit-limit", str(verdict.limit).encode()),
            (b"ratelimit-remaining", str(verdict.remaining).encode()),
            (b"ratelimit-reset", str(verdict.reset_s).encode()),
        ]

    async def send(self, message: Message) -> None:
        """ASGI send; completes the head."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = [header for header in message["headers"] if header[0] != b"x-trace-id"]
            names = {name for name, _ in headers}
            headers += SECURITY_HEADERS
            headers += self._limit
            headers.append((b"x-trace-id", self._trace_id))
            if CLOSED_POLICY[0] not in names:
                headers.append(CLOSED_POLICY)
            if b"cache-control" not in names:
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive, problem: Response) -> None:
        """Answer with a problem, unless an answer has begun: then it stays unfinished, so that the caller sees it."""
        if self.started:
            log.logger().error("answer_broken_off")
            return
        if problem.status_code == 405:
            problem.headers["Allow"] = ALLOW
        await problem(scope, receive, self.send)
