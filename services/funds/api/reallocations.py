"""HTTP of moves between projects."""

from __future__ import annotations

from services.funds.api.request_parts import Area, ProjectsPeer, WholeId, YearFilter
from services.funds.operations import reallocations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_distribution import NewReallocation, Reallocation
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/reallocations", "reallocations")


@router.post("", operation_id="reallocation_propose", status_code=201, **needs("reallocation.propose", money=True))
async def reallocation_propose(
    body: NewReallocation, session: Session, actor: CurrentActor, projects: ProjectsPeer
) -> Reallocation:
    return await reallocations.propose(session, actor, projects, body)


@router.get("", operation_id="reallocation_list", **needs("fund.read"))
async def reallocation_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Reallocation]:
    return await reallocations.list_reallocations(session, actor, division_code, fund_year, cursor, limit)


@router.get("/{reallocation_id}", operation_id="reallocation_get", **needs("fund.read"))
async def reallocation_get(reallocation_id: WholeId, session: Session, actor: CurrentActor) -> Reallocation:
    return await reallocations.get(session, actor, reallocation_id)
