"""Deciding on a proposal: refused here at once, or approved and carried through with projects."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.fundings import FundingUnderWay
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import alerts, fundings, management_fees, uses
from services.funds.operations import allocation_outcomes as outcomes
from services.funds.storage import allocations as storage
from services.funds.storage import fundings as funding_storage
from services.funds.storage import period_closes
from services.funds.storage.tables import Allocation
from shared.chassis import clock, stages
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.stages import Stages
from shared.refusals import NotFound
from shared.schemas import funds as wire


async def decide(
    work: Stages, actor: Actor, projects_peer: Peer, allocation_id: int, request: wire.NewDecision
) -> Response:
    """Approve or refuse a proposal: another person than the proposer, and for an approval projects' word."""
    async with work.stage() as session:
        row = await storage.visible(session, actor, allocation_id, lock=True)
        if row is None:
            raise NotFound()
        await _check(session, actor, row, request)
        question = await _first_stage(session, work, actor, row, request)
    if question is not None:
        await fundings.pursue(work.database, projects_peer, question)
    return await work.outcome()


async def _check(session: AsyncSession, actor: Actor, row: Allocation, request: wire.NewDecision) -> None:
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.proposed_on, pointer="/decided_on")
    if await funding_storage.live(session, row.id) is not None:
        raise FundingUnderWay()
    await period_closes.require_open(session, row.county_code, request.decided_on)
    if request.outcome == "approve":
        await alerts.require_clear(session, row)
        await uses.require_allowed(session, row.id, request.decided_on)
        await management_fees.require_room_still(session, row, request.decided_on)


async def _first_stage(
    session: AsyncSession, work: Stages, actor: Actor, row: Allocation, request: wire.NewDecision
) -> fundings.Question | None:
    """A refusal is whole at once; an approval begins the operation that will answer the key."""
    if request.outcome == "refuse":
        words = outcomes.Words("refuse", request.opinion, request.decided_on)
        await stages.answer(session, work.claim, await outcomes.refuse(session, actor, row, words, None))
        return None
    question = await fundings.begin(session, actor, row, work.claim, request)
    await work.hand_over(session, question.op)
    return question
