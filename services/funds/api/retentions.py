"""HTTP of retention."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, ProjectsPeer, WholeId, YearFilter
from services.funds.operations import retentions
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_spending import Claim, NewRelease, Retention
from shared.schemas.wire import Day, Page

router = new_router("/api/v1/funds/retentions", "retentions")


@router.get("", operation_id="retention_list", **needs("claim.read"))
async def retention_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    due_by: Annotated[Day | None, Query(description="only what may be released by this day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Retention]:
    return await retentions.list_retentions(session, actor, division_code, fund_year, due_by, cursor, limit)


@router.post(
    "/{claim_id}/release",
    operation_id="retention_release",
    status_code=201,
    **needs("retention.release", money=True),
)
async def retention_release(
    claim_id: WholeId, body: NewRelease, session: Session, actor: CurrentActor, projects: ProjectsPeer
) -> Claim:
    return await retentions.release(session, actor, projects, claim_id, body)
