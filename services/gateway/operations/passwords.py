"""Hashing of passwords: Argon2id by the OWASP profile, off the event loop and never too many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib.hashers.argon2 import Argon2Hasher

from services.gateway.domain.passwords import normalised
from services.gateway.domain.refusals.passwords import SignInsBusy

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
AT_ONCE = 2
"""Hashes worked out at once: with it the memory they take is bounded (`password_hashes_at_once`)."""
WAITING = 100
"""Hashes that may wait; one more is told to come again (503). At 20 ms each nobody waits much above a second."""

Answer = TypeVar("Answer")


class Passwords:
    """Hashes and verifies. Each takes some 20 ms of one core and 19 MiB."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._hasher = Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobodys = self._hasher.hash("a password nobody has, for names nobody has")

    async def hash(self, password: str) -> str:
        return await self._in_turn(self._hasher.hash, normalised(password))

    async def verify(self, password: str, secret_hash: str | None) -> bool:
        """Whether the password is the account's; takes as long for an account that does not exist."""
        # What no text may hold is no account's password; it is weighed like any other wrong one.
        given = normalised(password).encode("utf-8", "surrogatepass")
        good = await self._in_turn(self._hasher.verify, given, secret_hash or self._nobodys)
        return good and secret_hash is not None

    def outdated(self, secret_hash: str) -> bool:
        """Whether the hash was made by another profile than today's: then a good sign-in makes it anew."""
        return self._hasher.check_needs_rehash(secret_hash)

    async def _in_turn(self, work: Callable[..., Answer], *arguments: str | bytes) -> Answer:
        if self._waiting >= WAITING:
            raise SignInsBusy()
        self._waiting += 1
        try:
            # Threads of its own: a caller who leaves frees no place while the hash is still being worked out.
            return await asyncio.get_running_loop().run_in_executor(self._workers, work, *arguments)
        finally:
            self._waiting -= 1
