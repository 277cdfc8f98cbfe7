"""HTTP of allocations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from services.funds.api.request_parts import Area, ProjectFilter, ProjectsPeer, RegistryPeer, WholeId, YearFilter
from services.funds.operations import allocation_decisions, allocations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.stages import InStages, in_stages
from shared.schemas.funds import Allocation, NewAllocation, NewDecision
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/allocations", "allocations")


@router.post("", operation_id="allocation_propose", status_code=201, **needs("allocation.propose", money=True))
async def allocation_propose(
    body: NewAllocation, session: Session, actor: CurrentActor, projects: ProjectsPeer, registry: RegistryPeer
) -> Allocation:
    return await allocations.propose(session, actor, projects, registry, body)


@router.post(
    "/{allocation_id}/decision",
    operation_id="allocation_decide",
    response_model=Allocation,
    **in_stages(needs("allocation.decide", money=True)),
)
async def allocation_decide(
    allocation_id: WholeId, body: NewDecision, work: InStages, actor: CurrentActor, projects: ProjectsPeer
) -> Response:
    return await allocation_decisions.decide(work, actor, projects, allocation_id, body)


@router.get("", operation_id="allocation_list", **needs("fund.read"))
async def allocation_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    project_code: ProjectFilter = None,
    state: Annotated[str | None, Query(pattern="^(proposed|approved|refused)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Allocation]:
    return await allocations.list_allocations(
        session, actor, division_code, fund_year=fund_year, project_code=project_code, state=state, cursor=cursor,
        limit=limit,
    )  # fmt: skip


@router.get("/{allocation_id}", operation_id="allocation_get", **needs("fund.read"))
async def allocation_get(allocation_id: WholeId, session: Session, actor: CurrentActor) -> Allocation:
    return await allocations.get(session, actor, allocation_id)
