"""The services behind the gateway, asked over kept connections. Nothing is ever asked twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from yarl import URL

from services.gateway.domain.breaker import Breaker
from services.gateway.domain.refusals.requests import ServiceTooSlow, ServiceUnavailable

CONNECT_S = 1.0
KEEP_CONNECTION_S = 30.0


class Upload(Protocol):
    """A body that is still arriving."""

    refusal: Exception | None
    """Why it stopped arriving, when it was the caller's doing."""

    def pieces(self) -> AsyncIterator[bytes]: ...


@dataclass
class _Upstream:
    url: str
    breaker: Breaker = field(default_factory=Breaker)
    in_flight: int = 0


class Services:
    """One client for all services; each has its own breaker and its own limit, so that one cannot starve another."""

    def __init__(self, urls: Mapping[str, str], limit: int) -> None:
        self._upstreams = {name: _Upstream(url.rstrip("/")) for name, url in urls.items()}
        self._limit = limit
        self._client: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def ask(
        self,
        name: str,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | Upload | None,
        timeout_s: float,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request; the answer's head has come when the block begins.

        ServiceUnavailable when the service is away, overloaded or its breaker open; ServiceTooSlow when its answer
        does not begin within `timeout_s`. What stopped an upload is raised as it is.
        """
        upstream = self._upstreams[name]
        if upstream.in_flight >= self._limit or not upstream.breaker.lets_pass(time.monotonic()):
            raise ServiceUnavailable()
        upstream.in_flight += 1
        try:
            response = await self._send(upstream, method, target, headers, body, timeout_s)
            try:
                yield response
            finally:
                # Gives the connection back when the body was read to its end, and cuts it otherwise.
                response.close() if not response.content.at_eof() else response.release()
        finally:
            upstream.in_flight -= 1

    async def _send(
        self,
        upstream: _Upstream,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | Upload | None,
        timeout_s: float,
    ) -> aiohttp.ClientResponse:
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._session().request(
                    method,
                    URL(upstream.url + target, encoded=True),
                    headers=headers,
                    data=body if body is None or isinstance(body, bytes) else body.pieces(),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=timeout_s),
                )
        except aiohttp.ConnectionTimeoutError as error:
            upstream.breaker.failed(time.monotonic())
            raise ServiceUnavailable() from error
        except TimeoutError as error:
            upstream.breaker.failed(time.monotonic())
            raise ServiceTooSlow() from error
        except (aiohttp.ClientError, OSError) as error:
            stopped = None if body is None or isinstance(body, bytes) else body.refusal
            if stopped is not None:
                raise stopped from None
            upstream.breaker.failed(time.monotonic())
            raise ServiceUnavailable() from error
        upstream.breaker.succeeded()
        return response

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_CONNECTION_S),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                trust_env=False,
            )
            # aiohttp repeats what HTTP calls idempotent when a kept connection breaks; the gateway repeats nothing.
            self._client._retry_connection = False
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None
