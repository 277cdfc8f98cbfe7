"""What funds ask of the registry, always before the first SQL of a request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.schemas.registry import Division, EligibilityAnswer, EligibilityAnswers

AT_ONCE = 8
"""How many divisions are asked for at the same time."""
REMEMBER_S = 600.0
"""How long a division's name is taken from memory; divisions change by the year."""

_known: WeakKeyDictionary[Peer, dict[str, tuple[float, Division]]] = WeakKeyDictionary()


async def division(peer: Peer, actor: Actor, code: str) -> Division | None:
    """A division, or None when there is none. Raises PeerUnavailable."""
    memory = _known.setdefault(peer, {})
    held = memory.get(code)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    answer = await peer.get(actor, f"/internal/divisions/{code}")
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        found = Division.model_validate_json(answer.content)
    except ValidationError as error:
        raise PeerUnavailable() from error
    memory[code] = (time.monotonic() + REMEMBER_S, found)
    return found


async def divisions(peer: Peer, actor: Actor, codes: Iterable[str]) -> dict[str, Division]:
    """Those of `codes` that exist. Raises PeerUnavailable."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(code: str) -> Division | None:
        async with gate:
            return await division(peer, actor, code)

    found = await asyncio.gather(*(one(code) for code in sorted(set(codes))))
    return {row.code: row for row in found if row is not None}


async def eligibility(
    peer: Peer, actor: Actor, on: date, identity_numbers: dict[str, str]
) -> dict[str, EligibilityAnswer]:
    """Who of these people (identity number by reference) is on the register on the day, by reference."""
    people = [{"ref": ref, "identity_number": number} for ref, number in identity_numbers.items()]
    return await _eligibility(peer, actor, on, people)


async def eligibility_of_persons(
    peer: Peer, actor: Actor, on: date, person_ids: dict[str, str]
) -> dict[str, EligibilityAnswer]:
    """The same for people already known by the registry's person id: funds keep no identity number."""
    people = [{"ref": ref, "person_id": person_id} for ref, person_id in person_ids.items()]
    return await _eligibility(peer, actor, on, people)


async def _eligibility(
    peer: Peer, actor: Actor, on: date, people: list[dict[str, Any]]
) -> dict[str, EligibilityAnswer]:
    """Fails closed: no answer, or one that leaves somebody out, is PeerUnavailable."""
    answer = await peer.post(actor, "/internal/persons/eligibility", {"on": on.isoformat(), "people": people})
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        answers = EligibilityAnswers.model_validate_json(answer.content).answers
    except ValidationError as error:
        raise PeerUnavailable() from error
    found = {row.ref: row for row in answers}
    if set(found) != {person["ref"] for person in people}:
        raise PeerUnavailable()
    return found
