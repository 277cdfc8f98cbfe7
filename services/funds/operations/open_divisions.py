"""Divisions money may be put down to: the registry knows them, and they were not closed by the day the paper states.

What was put down to a division before it closed stays there: a book is not rewritten.
"""

from __future__ import annotations

from datetime import date, timedelta

from services.funds.domain.refusals.documents import DivisionClosed, DivisionUnknown
from services.funds.upstream import registry
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas.registry import Division


async def require_division(peer: Peer, actor: Actor, code: str, day: date, pointer: str = "/division_code") -> None:
    """Ask the registry for one. Raises DivisionUnknown, DivisionClosed, PeerUnavailable."""
    require_open(await registry.division(peer, actor, code), day, pointer)


def require_open(found: Division | None, day: date, pointer: str = "/division_code") -> None:
    """Raises DivisionUnknown, and DivisionClosed with the first day it was none any more."""
    if found is None:
        raise DivisionUnknown(pointer=pointer)
    if found.valid_to is not None and found.valid_to < day:
        raise DivisionClosed(pointer=pointer, closed_since=(found.valid_to + timedelta(days=1)).isoformat())
