"""The door's half for what anybody may ask: public reads from a short memory, complaints within limits of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Protocol

from starlette.types import Message, Receive, Scope

from services.gateway.domain.http_rules import Inspected
from services.gateway.domain.public_pages import Asked
from services.gateway.domain.refusals.requests import TooManyRequests
from services.gateway.operations.forwarding import Taker
from services.gateway.operations.parts import Parts
from services.gateway.operations.portal import COMPLAINTS
from services.gateway.operations.public_reads import Captured
from services.gateway.operations.request_body import replay
from services.gateway.operations.rights import Rights
from shared.chassis.routing import JSON_BODY_LIMIT


class Sink(Taker, Protocol):
    """What takes an answer: the caller's own, or the portal's memory."""

    status: int

    async def send(self, message: Message) -> None: ...


Own = Callable[[Scope, Receive, Sink, Inspected, Rights | None, int, float], Awaitable[None]]
Forward = Callable[[str, str, str, Rights, None, Inspected, Scope, Receive, Sink], Awaitable[None]]


class PublicDoor:
    """`own` hands a request to this service's routes, `forward` to another service."""

    def __init__(self, parts: Parts, own: Own, forward: Forward) -> None:
        self._parts = parts
        self._portal = parts.portal
        self._own = own
        self._forward = forward

    async def serve(
        self, service: str, path: str, query: str, network: str, request: Inspected, scope: Scope, receive: Receive,
        answer: Sink,
    ) -> None:  # fmt: skip
        """Answer one request of the anonymous; `service` is empty for the gateway's own."""
        if scope["method"] in ("GET", "HEAD"):
            await self._read(service, path, query, network, request, scope, answer)
        elif service:
            await self._forward(service, path, query, self._rights, None, _keyless(request), scope, receive, answer)
        else:
            await self._write(path, network, request, scope, receive, answer)

    @property
    def _rights(self) -> Rights:
        return self._parts.rights.public()

    async def _read(
        self, service: str, path: str, query: str, network: str, request: Inspected, scope: Scope, answer: Sink
    ) -> None:
        question = self._portal.question(network, path, query)
        plain = replace(
            request, headers={b"accept": b"application/json"}, reason=None, authorization=None, has_body=False
        )

        async def fetch(inner: Asked, found: Captured) -> None:
            asking = {**scope, "method": "GET", "query_string": inner.query.encode()}
            if service:
                await self._forward(service, path, inner.query, self._rights, None, plain, asking, _waits, found)
            else:
                timeout_s = self._parts.settings.request_timeout_s
                await self._own(asking, replay(b"", _waits), found, plain, self._rights, JSON_BODY_LIMIT, timeout_s)

        known = request.headers.get(b"if-none-match", b"")
        await self._portal.answer(question, fetch, scope["method"], known, answer.send)

    async def _write(
        self, path: str, network: str, request: Inspected, scope: Scope, receive: Receive, answer: Sink
    ) -> None:
        """Complaints. An Idempotency-Key is dropped: all strangers would share it, and its row would keep a digest.

        The complainant's own submission token does its work.
        """
        verdict = self._portal.complaint_rate.take(network, time.monotonic())
        if not verdict.passes:
            refusal = TooManyRequests()
            refusal.retry_after_s = max(1, verdict.reset_s)
            raise refusal
        limit, timeout_s = JSON_BODY_LIMIT, self._parts.settings.request_timeout_s
        files = path == COMPLAINTS and request.headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        if path == COMPLAINTS:
            self._portal.count_complaint(network)
        if files:
            limit, timeout_s = self._portal.complaint_limit, self._parts.settings.upload_timeout_s
        with self._portal.room() if files else nullcontext():
            await self._own(scope, receive, answer, _keyless(request), self._rights, limit, timeout_s)


def _keyless(request: Inspected) -> Inspected:
    headers = {name: value for name, value in request.headers.items() if name != b"idempotency-key"}
    return replace(request, headers=headers)


async def _waits() -> Message:
    """Nobody hangs up on the portal's memory: its callers may come and go, the answer is for all of them."""
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}
