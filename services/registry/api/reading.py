"""What operations on personal files are given besides the session: the trail of reads and the seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from services.registry.operations.trail import Trail
from services.registry.storage.sealing import Seals
from shared.chassis.hot_reads import HotReads
from shared.chassis.identity import CurrentActor, current_actor


async def _seals(request: Request) -> Seals:
    seals: Seals = request.app.state.seals
    return seals


async def _trail(request: Request, actor: CurrentActor) -> Trail:
    return Trail(request.app.state.database, actor)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reads asked all day long are given, at once: each dependency of its own costs as much as ten rows."""

    reads: HotReads
    trail: Trail
    seals: Seals


async def _reading(request: Request) -> Reading:
    state = request.app.state
    return Reading(state.hot_reads, Trail(state.database, current_actor(request)), state.seals)


CurrentReading = Annotated[Reading, Depends(_reading)]
CurrentSeals = Annotated[Seals, Depends(_seals)]
CurrentTrail = Annotated[Trail, Depends(_trail)]


def asks(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a POST that only asks: its body holds what must not stand in an address, it runs read
    only, and its answer is stored under no idempotency key."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-reads-only": True}}


def streams(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a POST whose answer is a stream, and therefore stored under no idempotency key."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-streams": True}}
