"""Carrying a request to the service it is for, and the answer back. Both are built anew from allow-lists."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from starlette.types import Receive, Scope, Send

from services.gateway.domain.http_rules import (
    RESPONSE_ALLOWED,
    SHEETS_OF_PEOPLE,
    Inspected,
    is_upload,
    safe_location,
)
from services.gateway.domain.refusals.requests import ServiceUnavailable
from services.gateway.operations.request_body import RequestBody
from services.gateway.upstream.services import Services
from shared.chassis import log, trace
from shared.chassis.problems import MEDIA_TYPE
from shared.chassis.routing import JSON_BODY_LIMIT
from shared.refusals import Malformed, NotFound, Refusal

SMALL_ANSWER = 128 * 1024
"""An answer up to this size is read whole before its head is sent, so that a broken one can still be a 503."""


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


@dataclass(frozen=True, slots=True)
class Journey:
    """Where one request goes, and with what."""

    service: str
    path: str
    query: str
    token: str
    """The inner token addressed to `service`."""


class Forwarder:
    def __init__(self, services: Services, limits: Limits) -> None:
        self._services = services
        self._limits = limits

    async def forward(self, journey: Journey, request: Inspected, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request; refusals are raised as long as nothing was answered."""
        upload = is_upload(journey.path, request.headers.get(b"content-type", b""))
        limit, arrival_s = self._limits.of(journey.path, upload)
        # An upload arrives while it is passed on, so its service has that time besides its own.
        timeout_s = self._limits.upstream_s + (arrival_s if upload else 0.0)
        headers = _headers_out(request, journey, upload)
        body: bytes | RequestBody | None = None
        arriving = None
        if request.has_body:
            arriving = RequestBody(receive, request.headers.get(b"content-length"), limit, arrival_s)
            body = arriving if upload else await arriving.whole()
        target = f"{journey.path}?{journey.query}" if journey.query else journey.path
        asking = self._services.ask(journey.service, scope["method"], target, headers, body, timeout_s)
        async with asking as response:
            await _answer(response, scope["method"], receive, send, arriving is None or arriving.complete)


def _headers_out(request: Inspected, journey: Journey, upload: bool) -> dict[str, str]:
    """The headers of the request as the service gets it: allowed ones, the inner token, the trace."""
    headers = {
        name.decode("ascii"): value.decode("latin-1")
        for name, value in request.headers.items()
        if upload or name != b"content-length"
    }
    headers["authorization"] = "Bearer " + journey.token
    headers["traceparent"] = trace.traceparent()
    return headers


async def _answer(
    response: aiohttp.ClientResponse, method: str, receive: Receive, send: Send, request_whole: bool
) -> None:
    _require_presentable(response)
    length = response.content_length
    bodiless = method == "HEAD" or response.status in (204, 304)
    small = b"" if bodiless else None
    if small is None and length is not None and length <= SMALL_ANSWER:
        try:
            small = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceUnavailable() from error
    await send({"type": "http.response.start", "status": response.status, "headers": _headers_back(response)})
    if small is not None:
        await send({"type": "http.response.body", "body": small})
    else:
        await _stream(response, receive if request_whole else None, send)


async def _stream(response: aiohttp.ClientResponse, receive: Receive | None, send: Send) -> None:
    """Pass the body on as it comes; each piece waits until the one before has left. Stops when the caller is gone."""
    gone = asyncio.create_task(_wait_gone(receive)) if receive is not None else None
    try:
        async for piece in response.content.iter_any():
            if gone is not None and gone.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as error:
        # The head has left: all that can be done is to leave the answer unfinished, so that the caller sees it.
        log.logger().error("answer_broken_off", kind=type(error).__name__)
        return
    finally:
        if gone is not None:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _wait_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers_back(response: aiohttp.ClientResponse) -> list[tuple[bytes, bytes]]:
    headers = []
    for name, value in response.raw_headers:
        name = name.lower()
        if name in RESPONSE_ALLOWED and (name != b"location" or safe_location(value)):
            headers.append((name, value))
    return headers


def _require_presentable(response: aiohttp.ClientResponse) -> None:
    """Every answer that is no success is a problem; what a service sent otherwise is replaced by one."""
    status = response.status
    if status < 300 or status == 304:
        return
    if status < 400:
        raise NotFound()
    if response.content_type == MEDIA_TYPE:
        return
    if status >= 500:
        raise ServiceUnavailable()
    refusal: Refusal = NotFound() if status == 404 else Malformed()
    refusal.status = status
    raise refusal
