"""What projects asks the registry: whether divisions exist."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable

AT_ONCE = 8
_known: WeakKeyDictionary[Peer, set[str]] = WeakKeyDictionary()
"""Codes the registry has confirmed. A division is never deleted, so a yes stays true; a no is asked again."""


async def unknown_divisions(registry: Peer, actor: Actor, codes: Iterable[str]) -> set[str]:
    """Those of `codes` that the registry does not have. PeerUnavailable when it cannot be asked."""
    known = _known.setdefault(registry, set())
    gate = asyncio.Semaphore(AT_ONCE)

    async def missing(code: str) -> str | None:
        async with gate:
            answer = await registry.get(actor, f"/internal/divisions/{code}")
        if answer.status_code == 200:
            known.add(code)
            return None
        if answer.status_code != 404:
            raise PeerUnavailable()
        return code

    answers = await asyncio.gather(*(missing(code) for code in sorted(set(codes) - known)))
    return {code for code in answers if code is not None}
