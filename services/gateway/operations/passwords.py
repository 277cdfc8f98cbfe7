"""Hashing of passwords: Argon2id by the OWASP profile, off the event loop and never too many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pwdlib.hashers.argon2 import Argon2Hasher

from services.gateway.domain.passwords import normalised
from shared.refusals import Unavailable

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
AT_ONCE = 2
WAITING = 100

Answer = TypeVar("Answer")


class Passwords:
    """Hashes and verifies. Each takes some 20 ms of one core and 19 MiB."""

    def __init__(self) -> None:
        self._hasher = Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys = self._hasher.hash("a password nobody has, for names nobody has")

    async def hash(self, password: str) -> str:
        return await self._in_turn(self._hasher.hash, normalised(password))

    async def verify(self, password: str, secret_hash: str | None) -> bool:
        """Whether the password is the account's; takes as long for an account that does not exist."""
        good = await self._in_turn(self._hasher.verify, normalised(password), secret_hash or self._nobodys)
        return good and secret_hash is not None

    async def _in_turn(self, work: Callable[..., Answer], *arguments: str) -> Answer:
        if self._waiting >= WAITING:
            raise Unavailable()
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1
