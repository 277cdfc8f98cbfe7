"""The key set of the external issuer: found by its discovery document, kept, fetched again when it must be."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx2 as httpx

from services.gateway.domain.external_tokens import same_origin
from services.gateway.domain.signing_keys import algorithms_of, public_part
from shared.chassis import log

DISCOVERY = "/.well-known/openid-configuration"
LARGEST = 256 * 1024
MOST_KEYS = 50


class IssuerFault(Exception):
    """The issuer did not answer, or not with what it should."""


class IssuerKeys:
    """The issuer's keys by kid. When the issuer is away, the keys known stay good."""

    def __init__(
        self, issuer: str, algorithms: tuple[str, ...], *, kept_s: float = 300.0, pause_s: float = 10.0
    ) -> None:
        """`kept_s`: how long a key set is believed; `pause_s`: the least time between two questions."""
        self._issuer, self._algorithms = issuer, algorithms
        self._kept_s, self._pause_s = kept_s, pause_s
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(2.0, connect=1.0), follow_redirects=False, trust_env=False
        )
        self._keys: dict[str, dict[str, Any]] = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._turn = asyncio.Lock()
        self.generation = 0
        """Grows when a key is gone: what it vouched for is to be checked again."""

    async def key(self, kid: str, algorithm: str) -> dict[str, Any] | None:
        """The key of this name that may be used with this algorithm. IssuerFault when there never were any keys."""
        if kid not in self._keys or self._stale():
            await self._refresh(kid)
        if not self._keys:
            raise IssuerFault
        found = self._keys.get(kid)
        return found if found is not None and algorithm in algorithms_of(found) else None

    async def freshen(self) -> None:
        """Ask again if the key set is old."""
        if self._stale():
            await self._refresh("")

    async def close(self) -> None:
        await self._client.aclose()

    def _stale(self) -> bool:
        return time.monotonic() - self._fetched_at >= self._kept_s

    async def _refresh(self, kid: str) -> None:
        """Fetch the keys once for all who wait; not again within the pause, whatever kids are made up."""
        async with self._turn:
            if (kid in self._keys and not self._stale()) or time.monotonic() - self._asked_at < self._pause_s:
                return
            self._asked_at = time.monotonic()
            try:
                keys = await self._fetch()
            except (httpx.HTTPError, httpx.InvalidURL, IssuerFault, ValueError) as error:
                log.logger().warning("issuer_keys_kept", kind=type(error).__name__)
                return
            if any(keys.get(name) != key for name, key in self._keys.items()):
                self.generation += 1
            self._keys, self._fetched_at = keys, time.monotonic()

    async def _fetch(self) -> dict[str, dict[str, Any]]:
        described = await self._get(self._issuer.rstrip("/") + DISCOVERY)
        address = described.get("jwks_uri")
        if described.get("issuer") != self._issuer or not isinstance(address, str):
            raise IssuerFault
        if not same_origin(address, self._issuer):
            raise IssuerFault
        rows = (await self._get(address)).get("keys")
        if not isinstance(rows, list):
            raise IssuerFault
        good = [row for row in rows[:MOST_KEYS] if isinstance(row, dict) and isinstance(row.get("kid"), str)]
        keys = {}
        for row in good:
            if set(algorithms_of(row)) & set(self._algorithms):
                stated = {"alg": row["alg"]} if "alg" in row else {}
                keys[row["kid"]] = public_part(row) | stated
        if not keys:
            raise IssuerFault
        return keys

    async def _get(self, address: str) -> dict[str, Any]:
        async with self._client.stream("GET", address, headers={"accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise IssuerFault
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise IssuerFault
        found = json.loads(bytes(body))
        if not isinstance(found, dict):
            raise IssuerFault
        return found
