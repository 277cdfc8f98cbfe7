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
from shared.schemas.registry import Division
from shared.schemas.registry_accounts import AccountAnswer, AccountsAnswer
from shared.schemas.registry_divisions import DivisionKinds
from shared.schemas.registry_eligibility import (
    EligibilityAnswer,
    EligibilityAnswers,
    MatchingAnswers,
    MatchingQuestion,
)

AT_ONCE = 8
"""How many divisions are asked for at the same time."""
PEOPLE_AT_ONCE = 2_500
"""How many people are asked for in one question."""
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


async def kinds_of(peer: Peer, actor: Actor, code: str, on: date) -> list[str]:
    """What kinds the register has a division of on a day (division_kind.csv). Raises PeerUnavailable."""
    answer = await peer.get(actor, f"/internal/divisions/{code}/kinds", {"on": on.isoformat()})
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        return DivisionKinds.model_validate_json(answer.content).kinds
    except ValidationError as error:
        raise PeerUnavailable() from error


async def divisions(peer: Peer, actor: Actor, codes: Iterable[str]) -> dict[str, Division]:
    """Those of `codes` that exist. Raises PeerUnavailable."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(code: str) -> Division | None:
        async with gate:
            return await division(peer, actor, code)

    found = await asyncio.gather(*(one(code) for code in sorted(set(codes))))
    return {row.code: row for row in found if row is not None}


async def eligibility(
    peer: Peer, actor: Actor, on: date, identity_numbers: dict[str, str], facts: Iterable[str] = ()
) -> dict[str, EligibilityAnswer]:
    """Who of these people (identity number by reference) is on the register on the day, by reference."""
    people = [{"ref": ref, "identity_number": number} for ref, number in identity_numbers.items()]
    return await _eligibility(peer, actor, on, people, sorted(facts))


async def eligibility_of_persons(
    peer: Peer, actor: Actor, on: date, person_ids: dict[str, str], facts: Iterable[str] = ()
) -> dict[str, EligibilityAnswer]:
    """The same for people already known by the registry's person id: funds keep no identity number."""
    people = [{"ref": ref, "person_id": person_id} for ref, person_id in person_ids.items()]
    return await _eligibility(peer, actor, on, people, sorted(facts))


async def _eligibility(
    peer: Peer, actor: Actor, on: date, people: list[dict[str, Any]], facts: list[str]
) -> dict[str, EligibilityAnswer]:
    """Asked PEOPLE_AT_ONCE at a time, one after the other: a list of a county must not fill the registry's pool."""
    found: dict[str, EligibilityAnswer] = {}
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        question = {"on": on.isoformat(), "facts": facts, "people": people[start : start + PEOPLE_AT_ONCE]}
        found |= await _asked(peer, actor, question)
    return found


async def _asked(peer: Peer, actor: Actor, question: dict[str, Any]) -> dict[str, EligibilityAnswer]:
    """Fails closed: no answer, or one that leaves somebody or a fact out, is PeerUnavailable."""
    answer = await peer.post(actor, "/internal/persons/eligibility", question)
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        answers = EligibilityAnswers.model_validate_json(answer.content).answers
    except ValidationError as error:
        raise PeerUnavailable() from error
    found = {row.ref: row for row in answers}
    wanted = set(question["facts"])
    if set(found) != {person["ref"] for person in question["people"]}:
        raise PeerUnavailable()
    if any(row.person_id is not None and set(row.facts) != wanted for row in answers):
        raise PeerUnavailable()
    return found


async def accounts(peer: Peer, actor: Actor, person_ids: dict[str, str], purpose: str) -> dict[str, AccountAnswer]:
    """The bank accounts of these people's households, in clear, by reference: for a file to the bank and nothing else.

    Fails closed: no answer, or one that leaves somebody out, is PeerUnavailable.
    """
    found: dict[str, AccountAnswer] = {}
    people = [{"ref": ref, "person_id": person_id} for ref, person_id in person_ids.items()]
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        page = people[start : start + PEOPLE_AT_ONCE]
        answer = await peer.post(actor, "/internal/household-accounts", {"purpose": purpose, "people": page})
        if answer.status_code != 200:
            raise PeerUnavailable()
        try:
            told = {row.ref: row for row in AccountsAnswer.model_validate_json(answer.content).answers}
        except ValidationError as error:
            raise PeerUnavailable() from error
        if set(told) != {person["ref"] for person in page}:
            raise PeerUnavailable()
        found |= told
    return found


async def matching(peer: Peer, actor: Actor, question: MatchingQuestion) -> MatchingAnswers:
    """A page of the people of an area who meet what a programme asks. Raises PeerUnavailable."""
    answer = await peer.post(actor, "/internal/persons/matching", question.model_dump(mode="json"))
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        return MatchingAnswers.model_validate_json(answer.content)
    except ValidationError as error:
        raise PeerUnavailable() from error
