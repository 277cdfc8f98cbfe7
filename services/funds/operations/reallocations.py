"""What offices do with moves between projects (项目间调剂): propose one, look it up.

The money leaves the first project when the move is proposed and is reserved for the second. The move is decided as
the second project's allocation is, by another person and with projects' word; see allocation_decisions.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import allocations as rules
from services.funds.domain.days import require_order
from services.funds.domain.refusals.distribution import SameProject
from services.funds.domain.refusals.spending import ProjectNotInLibrary, StepNotDue
from services.funds.operations import allocations
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import decisions, project_grants, sessions
from services.funds.storage import reallocations as storage
from services.funds.storage import receipts as receipt_storage
from services.funds.storage.tables import Allocation, Reallocation
from services.funds.upstream import projects
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_distribution as wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, projects_peer: Peer, request: wire.NewReallocation
) -> wire.Reallocation:
    """Reserve unclaimed money of one project for another; both must stand in library and plan."""
    origin_grant, grant = await _grants(session, actor, projects_peer, request)
    origin = await allocation_storage.visible(session, actor, request.from_allocation_id)
    if origin is None:
        raise NotFound()
    if origin.state != "approved" or origin.decided_on is None:
        raise StepNotDue(state=origin.state)
    proposed_on = request.proposed_on or clock.office_today()
    require_order(proposed_on, today=clock.office_today(), not_before=origin.decided_on, pointer="/proposed_on")
    for one in (origin_grant, grant):
        rules.require_fundable(one, origin.county_code, origin.fund_year)
    for one in sorted((origin_grant, grant), key=lambda known: known.project_code):
        await project_grants.keep(session, one, "answer")  # by code, as two opposite moves must
    asked = allocations.Asked(request.amount_fen, proposed_on, request.use_code, origin.id)
    target = await _reserve(session, actor, origin, grant, asked)
    row = Reallocation(
        from_allocation_id=origin.id, to_allocation_id=target.id, county_code=origin.county_code,
        fund_year=origin.fund_year, amount_fen=request.amount_fen, reason=request.reason,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "reallocation.propose", f"reallocation:{row.id}", amount_fen=row.amount_fen,
        from_project=origin.project_code, to_project=target.project_code,
    )  # fmt: skip
    return _answer((row, origin, target))


async def _grants(
    session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewReallocation
) -> tuple[ProjectGrant, ProjectGrant]:
    """What projects say of both projects; no connection is held while they are asked."""
    seen = await allocation_storage.visible(session, actor, request.from_allocation_id)
    if seen is None:
        raise NotFound()
    origin_code = seen.project_code
    if origin_code == request.project_code:
        raise SameProject()
    await sessions.let_go(session)
    origin = await projects.grant_of(peer, actor, origin_code)
    grant = await projects.grant_of(peer, actor, request.project_code)
    if origin is None:
        raise ProjectNotInLibrary(pointer="/from_allocation_id")
    if grant is None:
        raise ProjectNotInLibrary()
    return origin, grant


async def _reserve(
    session: AsyncSession, actor: Actor, origin: Allocation, grant: ProjectGrant, asked: allocations.Asked
) -> Allocation:
    receipt = await receipt_storage.get(session, origin.receipt_id)
    rules.require_named(receipt.project_code, grant.project_code)
    return await allocations.reserve(session, actor, receipt, grant, asked)


async def get(session: AsyncSession, actor: Actor, reallocation_id: int) -> wire.Reallocation:
    found = await storage.visible(session, actor, reallocation_id)
    if found is None:
        raise NotFound()
    return _answer(found)


async def list_reallocations(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.Reallocation]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [_answer(one) for one in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].reallocation_id) if len(found) > limit else None)


def _answer(found: storage.Found) -> wire.Reallocation:
    row, origin, target = found
    names = ("from_allocation_id", "to_allocation_id", "county_code", "fund_year", "amount_fen", "reason")
    decided = ("state", "proposed_on", "decided_on", "decided_by", "opinion")
    return wire.Reallocation(
        **{name: getattr(row, name) for name in names},
        **{name: getattr(target, name) for name in decided},
        reallocation_id=row.id,
        from_project_code=origin.project_code,
        to_project_code=target.project_code,
        proposed_by=row.entered_by,
    )
