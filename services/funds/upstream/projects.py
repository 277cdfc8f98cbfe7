"""What funds ask of projects, always before the first SQL of a request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from shared.chassis.identity import Actor, service_actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.schemas.projects import ProjectGrant
from shared.schemas.projects_fundings import Funding, FundingFacts, FundingTotals, NewFunding

AT_ONCE = 8
"""How many projects are asked for at the same time."""
Answer = TypeVar("Answer", bound=BaseModel)
ANSWER_WITHIN_S = 2.0
"""How long a request waits for the decision before it answers 202."""


async def grant_of(peer: Peer, actor: Actor, project_code: str) -> ProjectGrant | None:
    """What projects say of a project now; None when it is absent or outside the actor's scope.

    Raises PeerUnavailable when projects are away or answer something else.
    """
    answer = await peer.get(actor, f"/internal/projects/{quote(project_code, safe='')}/grant")
    if answer.status_code in (404, 422):  # 422: no project can have such a code
        return None
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        return ProjectGrant.model_validate_json(answer.content)
    except ValidationError as error:
        raise PeerUnavailable() from error


async def decide_funding(
    peer: Peer, project_code: str, op: str, question: NewFunding, *, abort: bool = False
) -> Funding | None:
    """Ask whether the project takes the money, or with `abort` that it never will; None when no answer came in time.

    The question may be asked any number of times, by anybody of funds: projects decide once and repeat themselves.
    """
    path = f"/internal/projects/{quote(project_code, safe='')}/fundings/{op}" + ("/abort" if abort else "")
    try:
        answer = await peer.put(service_actor("funds"), path, question.model_dump(mode="json"), ANSWER_WITHIN_S)
        decision = Funding.model_validate_json(answer.content) if answer.status_code == 200 else None
    except (PeerUnavailable, ValidationError):
        return None
    if decision is not None and (decision.op, decision.amount_fen) != (op, question.amount_fen):
        return None
    return decision


async def grants_of(peer: Peer, actor: Actor, project_codes: Iterable[str]) -> dict[str, ProjectGrant]:
    """What projects say of each of these projects; those that are absent or outside the scope are left out.

    Raises PeerUnavailable when projects are away.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(code: str) -> ProjectGrant | None:
        async with gate:
            return await grant_of(peer, actor, code)

    found = await asyncio.gather(*(one(code) for code in sorted(set(project_codes))))
    return {grant.project_code: grant for grant in found if grant is not None}


async def funding_totals(peer: Peer, area: str, first: date, last: date) -> FundingTotals:
    """Sums of the operations projects decided, by county and day of asking. Raises PeerUnavailable."""
    params = {"within": area, "first": first.isoformat(), "last": last.isoformat()}
    return await _read(peer, "/internal/fundings/totals", params, FundingTotals)


async def funding_facts(peer: Peer, county_code: str, asked_on: date) -> FundingFacts:
    """The operations of one county and day as projects have them. Raises PeerUnavailable."""
    params = {"county_code": county_code, "asked_on": asked_on.isoformat()}
    return await _read(peer, "/internal/fundings", params, FundingFacts)


async def _read(peer: Peer, path: str, params: dict[str, str], kind: type[Answer]) -> Answer:
    answer = await peer.get(service_actor("funds"), path, params)
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        raise PeerUnavailable() from error
