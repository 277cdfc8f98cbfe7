"""What offices do with retention (质保金): see what is held back and until when, release it by a claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import claim_stages
from services.funds.domain.claims import Parts
from services.funds.domain.days import require_order
from services.funds.domain.refusals.spending import (
    NotAccepted,
    NothingWithheld,
    ProjectNotInLibrary,
    RetentionNotDue,
    StepNotDue,
)
from services.funds.operations import claims, contract_terms
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import claims as storage
from services.funds.storage import ledger, parameters, project_grants, sessions
from services.funds.storage.tables import Claim
from services.funds.upstream import projects
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_spending as wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page

SETTLED = ("paid", "returned")
"""States of a claim whose retention is decided on: one not paid yet may be refused still, with what was held back."""


async def list_retentions(
    session: AsyncSession,
    actor: Actor,
    area: str,
    fund_year: int | None,
    due_by: date | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Retention]:
    """Claims with money still withheld, each with the first day it may be released; those due by a day if asked.

    Whether one is due follows from its project's acceptance and the county's days, so the page is filled group by
    group until it is full or all were looked at.
    """
    after = paging.decode(cursor, int)
    before_id = int(after[0]) if after else None
    items: list[wire.Retention] = []
    while len(items) <= limit:
        found = await storage.withheld(session, actor, area, fund_year, before_id, limit + 1)
        items += [one for one in await _answers(session, found) if due_by is None or _due(one, due_by)]
        if len(found) <= limit:
            break
        before_id = found[-1][0].id
    more = len(items) > limit
    return Page(items=items[:limit], next_cursor=paging.encode(items[limit - 1].claim_id) if more else None)


def _due(item: wire.Retention, by: date) -> bool:
    return item.due_on is not None and item.due_on <= by


async def _answers(session: AsyncSession, found: Sequence[tuple[Claim, int]]) -> list[wire.Retention]:
    today = clock.office_today()
    known = await project_grants.known_on(session, {claim.project_code for claim, _ in found}, today)
    accepted = {project.code: project.accepted_on for project in known}
    return [await _answer(session, claim, held, accepted.get(claim.project_code)) for claim, held in found]


async def _answer(session: AsyncSession, claim: Claim, held_fen: int, accepted_on: date | None) -> wire.Retention:
    due_on = await due_day(session, claim.county_code, accepted_on) if accepted_on and claim.state in SETTLED else None
    return wire.Retention(
        claim_id=claim.id,
        allocation_id=claim.allocation_id,
        project_code=claim.project_code,
        county_code=claim.county_code,
        withheld_fen=held_fen,
        due_on=due_on,
    )


async def due_day(session: AsyncSession, county_code: str, accepted_on: date) -> date:
    """The first day retention may be released: the acceptance and the days the county keeps it."""
    values = await parameters.load(session, county_code, accepted_on)
    return accepted_on + timedelta(days=values.days("retention_days"))


async def release(
    session: AsyncSession, actor: Actor, peer: Peer, claim_id: int, request: wire.NewRelease
) -> wire.Claim:
    """Release a claim's withheld money as a retention claim, which is reviewed and paid like any other."""
    seen = await storage.visible(session, actor, claim_id)
    if seen is None:
        raise NotFound()
    project_code = seen.project_code
    await sessions.let_go(session)
    grant = await projects.grant_of(peer, actor, project_code)
    if grant is None:
        raise ProjectNotInLibrary(pointer="")
    await project_grants.keep(session, grant, "answer")
    origin = await storage.visible(session, actor, claim_id, lock=True)
    if origin is None:
        raise NotFound()
    await _check(session, origin, grant, request)
    row = await _claim(session, actor, origin, grant, request)
    audit.record(session, actor, "retention.release", f"claim:{row.id}", releases=origin.id, amount_fen=row.amount_fen)
    return await claims.answer(session, row)


async def _check(session: AsyncSession, origin: Claim, grant: ProjectGrant, request: wire.NewRelease) -> None:
    require_order(request.released_on, today=clock.office_today(), pointer="/released_on")
    if origin.state not in SETTLED:
        raise StepNotDue(state=origin.state)
    if grant.accepted_on is None:
        raise NotAccepted(pointer="/released_on")
    due_on = await due_day(session, origin.county_code, grant.accepted_on)
    if request.released_on < due_on:
        raise RetentionNotDue(due_on=due_on.isoformat())
    values = await parameters.load(session, origin.county_code, request.released_on)
    terms = await contract_terms.terms_for(session, origin.project_code, values)
    claimed = await storage.claimed_by(session, origin.project_code)
    claim_stages.require_final_account(0, claimed, grant.final_account_fen, terms)
    await claims.require_papers(session, "retention", request.papers)


async def _claim(
    session: AsyncSession, actor: Actor, origin: Claim, grant: ProjectGrant, request: wire.NewRelease
) -> Claim:
    """A claim of kind retention over all that is still withheld; its money moves there at once."""
    held = await ledger.account_of(session, "withheld", origin.id)
    if held.balance_fen == 0:
        raise NothingWithheld()
    allocation = await allocation_storage.visible(session, actor, origin.allocation_id)
    if allocation is None:
        raise NotFound()
    filed = claims.Filed(
        "retention", Parts(held.balance_fen, 0, "0"), request.released_on, request.papers, grant.version,
        (origin.payee_name, origin.payee_uscc), releases_claim_id=origin.id, use_code=origin.use_code or None,
    )  # fmt: skip
    row = await claims.enter(session, actor, allocation, filed)
    claimed = await ledger.account_of(session, "claim", row.id)
    move = ledger.Movement(held, claimed, row.amount_fen, "release", request.released_on, "claim", row.id)
    await ledger.post(session, actor, row.county_code, [move])
    return row
