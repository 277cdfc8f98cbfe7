"""The services' trails, asked by the search. A service that is away is named, and the others answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.refusals import NotFound
from shared.schemas.trail import HouseholdSubjects, TrailAsked, TrailEntries, TrailEntry

SERVICES = ("registry", "projects", "funds")


async def entries(
    peers: Mapping[str, Peer], actor: Actor, asked: TrailAsked
) -> tuple[list[list[TrailEntry]], list[str]]:
    """Each service's newest entries, and which services did not answer."""
    answers = await asyncio.gather(*(_of(peers[name], actor, asked) for name in SERVICES))
    found = [answer for answer in answers if answer is not None]
    return found, [name for name, answer in zip(SERVICES, answers, strict=True) if answer is None]


async def _of(peer: Peer, actor: Actor, asked: TrailAsked) -> list[TrailEntry] | None:
    try:
        answer = await peer.post(actor, "/internal/trail/entries", asked.model_dump(mode="json"))
    except PeerUnavailable:
        return None
    return TrailEntries.model_validate_json(answer.content).items if answer.status_code == 200 else None


async def all_visible(registry: Peer, actor: Actor, subjects: Sequence[str]) -> bool:
    """Whether these are all households or people of the actor's area."""
    answer = await registry.post(actor, "/internal/trail-subjects", {"subjects": list(subjects)})
    return answer.status_code == 200 and set(answer.json()) == set(subjects)


async def of_household(registry: Peer, actor: Actor, household_id: UUID) -> HouseholdSubjects:
    """The ids of a household's file and people; absent outside the actor's area."""
    answer = await registry.get(actor, f"/internal/trail-subjects/{household_id}")
    if answer.status_code == 404:
        raise NotFound()
    if answer.status_code != 200:
        raise PeerUnavailable()
    return HouseholdSubjects.model_validate_json(answer.content)
