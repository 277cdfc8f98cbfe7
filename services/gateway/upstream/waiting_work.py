"""What the gateway asks of every service when a person leaves: what of theirs waits there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.schemas.waiting_work import WaitingWork


@dataclass(frozen=True, slots=True)
class Found:
    """By service what waits there; None where the service was away."""

    by_service: Mapping[str, WaitingWork | None]


async def waiting_of(peers: Mapping[str, Peer], actor: Actor, person: str) -> Found:
    """Ask all services at once. One that is away does not keep a person's accounts open: it is named instead."""
    names = sorted(peers)
    answers = await asyncio.gather(*(_ask(peers[name], actor, person) for name in names))
    return Found(dict(zip(names, answers, strict=True)))


async def _ask(peer: Peer, actor: Actor, person: str) -> WaitingWork | None:
    try:
        answer = await peer.get(actor, f"/internal/waiting-work/{person}")
        return WaitingWork.model_validate_json(answer.content) if answer.status_code == 200 else None
    except (PeerUnavailable, ValidationError):
        return None
