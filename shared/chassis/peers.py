"""Asking another service. Deadlines, one retry of what is safe, and a breaker; 503 when it is away."""

from __future__ import annotations

import ssl
import time
from functools import cache
from typing import Any

import httpx2 as httpx

from shared.chassis import deadlines, trace
from shared.chassis.identity import Actor, InnerTokens
from shared.refusals import Unavailable

BREAK_AFTER = 5
BREAK_S = 2.0
CONNECT_S = 0.5


class PeerUnavailable(Unavailable):
    code = "peer_unavailable"
    zh = "所依赖的服务暂时不可用,请稍后重试"
    en = "A service this needs is not available, try again"


@cache
def _trusted() -> ssl.SSLContext:
    """Whom to believe where a peer's address is https. Read once: it takes longer than building an app."""
    return httpx.create_ssl_context(trust_env=False)


def _timeout(wait_s: float) -> httpx.Timeout:
    return httpx.Timeout(wait_s, connect=min(CONNECT_S, wait_s))


class Peer:
    """One other service. Answers are returned as they come; only the caller knows what they mean."""

    def __init__(
        self,
        name: str,
        base_url: str,
        tokens: InnerTokens,
        timeout_s: float = 8.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._tokens = tokens
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=_timeout(timeout_s),
            transport=transport,
            verify=_trusted(),
            follow_redirects=False,
            trust_env=False,
        )
        self._timeout_s = timeout_s
        self._failures = 0
        self._open_until = 0.0

    async def get(self, actor: Actor, path: str, params: dict[str, Any] | None = None) -> httpx.Response:
        """GET, tried twice."""
        try:
            return await self._ask(actor, "GET", path, params=params)
        except PeerUnavailable:
            return await self._ask(actor, "GET", path, params=params)

    async def post(self, actor: Actor, path: str, body: Any) -> httpx.Response:
        """POST, tried once: only the caller may know whether it can be repeated."""
        return await self._ask(actor, "POST", path, json=body)

    async def put(self, actor: Actor, path: str, body: Any, timeout_s: float) -> httpx.Response:
        """PUT, tried once and not waited for longer than `timeout_s`; it may be repeated at any time."""
        return await self._ask(actor, "PUT", path, json=body, timeout=timeout_s)

    async def _ask(self, actor: Actor, method: str, path: str, **kwargs: Any) -> httpx.Response:
        if time.monotonic() < self._open_until:
            raise PeerUnavailable()
        wait_s = deadlines.left(kwargs.pop("timeout", self._timeout_s))
        if wait_s <= 0:
            raise PeerUnavailable()
        headers = {
            deadlines.HEADER: str(int(wait_s * 1000)),
            "authorization": f"Bearer {self._tokens.sign(actor, self.name)}",
            "traceparent": trace.traceparent(),
        }
        try:
            answer = await self._client.request(method, path, headers=headers, timeout=_timeout(wait_s), **kwargs)
        except httpx.HTTPError as error:
            self._failed()
            raise PeerUnavailable() from error
        if answer.status_code >= 500:
            self._failed()
            raise PeerUnavailable()
        self._failures = 0
        return answer

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= BREAK_AFTER:
            self._open_until = time.monotonic() + BREAK_S

    async def close(self) -> None:
        await self._client.aclose()
