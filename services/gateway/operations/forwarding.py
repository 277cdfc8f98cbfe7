"""Carrying a request to the service it is for, and the answer back. Both are built anew from allow-lists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Receive, Scope, Send

from services.gateway.domain.http_rules import (
    RESPONSE_ALLOWED,
    SHEETS_OF_PEOPLE,
    Inspected,
    is_upload,
    safe_location,
)
from services.gateway.domain.refusals.requests import ServiceUnavailable
from services.gateway.operations.carrying import WORTHWHILE, Gone
from services.gateway.operations.event_streams import EVENT_STREAM, SILENCE_S, pass_events
from services.gateway.operations.request_body import RequestBody
from services.gateway.upstream.line import Broken
from services.gateway.upstream.services import Answer, Carry, Services
from shared.chassis import deadlines, log, trace
from shared.chassis.problems import MEDIA_TYPE
from shared.chassis.routing import JSON_BODY_LIMIT
from shared.refusals import Malformed, NotFound, Refusal

SMALL_ANSWER = 128 * 1024
"""An answer up to this size is read whole before its head is sent, so that a broken one can still be a 503."""
_PROBLEM = MEDIA_TYPE.encode()


@dataclass(frozen=True, slots=True)
class Limits:
    request_s: float
    upload_s: float
    upstream_s: float
    upload_bytes: int
    people_s: float
    """As upload_s, for sheets of people."""
    people_bytes: int

    def of(self, path: str, upload: bool) -> tuple[int, float]:
        """How large a body may be, and how long it may take to arrive."""
        if not upload:
            return JSON_BODY_LIMIT, self.request_s
        if path == SHEETS_OF_PEOPLE:
            return self.people_bytes, self.people_s
        return self.upload_bytes, self.upload_s


class Taker(Protocol):
    """Whoever takes the answer, as far as more is known of them than how to send."""

    def at_once(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, /) -> bool:
        """Take an answer of which all is there; False when that cannot be, and nothing was sent."""
        ...

    def carrier(self) -> Carry | None:
        """What carries the rest of a body that has begun, where that can be done without reading it."""
        ...


@dataclass(slots=True)
class Journey:
    """Where one request goes, and with what."""

    service: str
    path: str
    query: str
    token: str
    """The inner token addressed to `service`."""
    upload: bool
    still_allowed: Callable[[], Awaitable[bool]]
    """Whether the caller may go on listening to an answer that lasts."""
    taker: Taker


class Forwarder:
    def __init__(self, services: Services, limits: Limits) -> None:
        self._services = services
        self._limits = limits

    async def forward(self, journey: Journey, request: Inspected, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request; refusals are raised as long as nothing was answered."""
        timeout_s, target = self._limits.upstream_s, journey.path
        body: bytes | RequestBody | None = None
        arriving = None
        if request.has_body:
            limit, arrival_s = self._limits.of(target, journey.upload)
            arriving = RequestBody(receive, request.headers.get(b"content-length"), limit, arrival_s)
            if journey.upload:
                # It arrives while it is passed on, so its service has that time besides its own.
                body, timeout_s = arriving, timeout_s + arrival_s
            else:
                body = await arriving.whole()
        if journey.query:
            target = f"{target}?{journey.query}"
        lines = _headers_out(request, journey.token, timeout_s)
        answer = await self._services.ask(journey.service, scope["method"], target, lines, body, timeout_s)
        try:
            kind = _require_presentable(answer)
            whole = None
            if kind == EVENT_STREAM:
                answer.becomes_stream(SILENCE_S)
            else:
                whole = answer.at_once() or await _small(answer)
            headers = _headers_back(answer)
            if whole is not None and journey.taker.at_once(answer.status, headers, whole):
                return
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            if whole is not None:
                await send({"type": "http.response.body", "body": whole})
            elif kind == EVENT_STREAM:
                await pass_events(answer, journey.still_allowed, receive, send)
            else:
                asking = receive if arriving is None or arriving.complete else None
                await _stream(answer, asking, send, journey.taker.carrier())
        finally:
            answer.close()


def _headers_out(request: Inspected, token: str, timeout_s: float) -> bytes:
    """The headers of the request as the service gets it: allowed ones, the inner token, the trace, the time it has."""
    own = (
        f"authorization: Bearer {token}\r\ntraceparent: {trace.traceparent()}\r\n"
        f"{deadlines.HEADER}: {int(timeout_s * 1000)}\r\n"
    ).encode()
    given = [b"%b: %b\r\n" % header for header in request.headers.items() if header[0] != b"content-length"]
    return b"".join((*given, own)) if given else own


async def _small(answer: Answer) -> bytes | None:
    """The body of an answer that is small; None for one to be passed on as it comes."""
    if answer.bodiless:
        return b""
    if answer.length is not None and answer.length <= SMALL_ANSWER:
        return await answer.whole()
    return None


async def _stream(answer: Answer, receive: Receive | None, send: Send, carry: Carry | None) -> None:
    """Pass the body on as it comes; each piece waits until the one before has left. Stops when the caller is gone."""
    gone = asyncio.create_task(wait_gone(receive)) if receive is not None else None
    try:
        async for piece in answer.pieces():
            if gone is not None and gone.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if carry is not None and answer.rest >= WORTHWHILE and not await answer.carry_rest(carry):
                carry = None
    except Gone:
        return
    except (Broken, TimeoutError) as error:
        # The head has left: all that can be done is to leave the answer unfinished, so that the caller sees it.
        log.logger().error("answer_broken_off", kind=type(error).__name__)
        return
    finally:
        if gone is not None:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def wait_gone(receive: Receive) -> None:
    """Wait until the caller has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers_back(answer: Answer) -> list[tuple[bytes, bytes]]:
    return [
        header
        for header in answer.headers
        if header[0] in RESPONSE_ALLOWED and (header[0] != b"location" or safe_location(header[1]))
    ]


def _require_presentable(answer: Answer) -> bytes:
    """The answer's media type. Every answer that is no success is a problem; another one is replaced by one."""
    status = answer.status
    kind = answer.named.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if status < 300 or status == 304:
        return kind
    if status < 400:
        raise NotFound()
    if kind == _PROBLEM:
        return kind
    if status >= 500:
        raise ServiceUnavailable()
    refusal: Refusal = NotFound() if status == 404 else Malformed()
    refusal.status = status
    raise refusal


def upload_of(path: str, request: Inspected) -> bool:
    """Whether this request brings a file."""
    return request.has_body and is_upload(path, request.headers.get(b"content-type", b""))
