"""What the gateway asks of the registry: whether a division exists."""

from __future__ import annotations

from services.gateway.domain.refusals.offices import DivisionUnknown
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.chassis.scope import NATION


async def require_division(registry: Peer, actor: Actor, code: str) -> None:
    """Refuse a division the registry does not know. Asked before the first SQL of the request."""
    if code == NATION:
        return
    answer = await registry.get(actor, f"/internal/divisions/{code}")
    if answer.status_code == 404:
        raise DivisionUnknown()
    if answer.status_code != 200:
        raise PeerUnavailable()
