"""What an area is called: asked of the registry, and kept from its last answer."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION
from services.funds.domain.refusals.documents import DivisionUnknown
from services.funds.storage import lists, sessions
from services.funds.upstream import registry
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable


async def name_of(session: AsyncSession, actor: Actor, peer: Peer, code: str) -> str:
    """A place's name from the registry; while that is away, the name kept from its last answer."""
    if code == NATION:
        return "全国"
    try:
        found = await registry.division(peer, actor, code)
    except PeerUnavailable:
        names = await lists.division_names(session, [code])
        await sessions.let_go(session)
        return names.get(code, code)
    if found is None:
        raise DivisionUnknown()
    return found.name
