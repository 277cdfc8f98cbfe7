"""Telling a department's address of an event: one POST, no redirect, no address inside, little of the answer read."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.gateway.domain.webhooks import AddressRules, literal_of

ANSWER_READ = 4_096


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the status, or a word for what failed."""

    status: int | None
    fault: str


class _Inside(OSError):
    """The name leads to an address that must not be reached from here."""


class GuardedResolver(AbstractResolver):
    """Resolves when the connection is made, and gives only addresses that may be reached: what was looked at is what
    is connected to, so that a name cannot change its mind in between."""

    def __init__(self, rules: AddressRules, inner: AbstractResolver | None = None) -> None:
        self._rules = rules
        self._inner = inner

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if self._inner is None:
            self._inner = aiohttp.ThreadedResolver()
        found = await self._inner.resolve(host, port, family)
        if not found or not all(self._rules.admits(one["host"]) for one in found):
            raise _Inside("not a public address")
        return found

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()


class WebhookCalls:
    """Makes the calls. Nothing is ever tried twice here."""

    def __init__(self, rules: AddressRules, timeout_s: float, resolver: AbstractResolver | None = None) -> None:
        self.rules = rules
        self._timeout_s = timeout_s
        self._resolver = GuardedResolver(rules, resolver)
        self._client: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Tell it. A redirect is an answer like any other that is no success."""
        target = URL(url)
        if literal_of(target.host or "") is not None and not self.rules.admits(target.host or ""):
            return Outcome(None, "address_inside")
        try:
            async with asyncio.timeout(self._timeout_s):
                async with self._session().post(target, data=body, headers=headers, allow_redirects=False) as answer:
                    await answer.content.read(ANSWER_READ)
                    return Outcome(answer.status, "" if 200 <= answer.status < 300 else "refused")
        except TimeoutError:
            return Outcome(None, "timeout")
        except ssl.SSLError:
            return Outcome(None, "tls")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            inside = isinstance(error, _Inside) or isinstance(getattr(error, "os_error", None), _Inside)
            return Outcome(None, "address_inside" if inside else "unreachable")

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver, use_dns_cache=False, limit=64, force_close=True
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=5.0),
                trust_env=False,
            )
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None
