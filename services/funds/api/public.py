"""HTTP of what the public sees of the money (资金公开)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.questions import BatchFilter, Year
from services.funds.api.request_parts import Area, RegistryPeer, YearFilter
from services.funds.domain.questions import Question
from services.funds.operations import allocations, progress, public_bulletins
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_public import PublishedBulletin
from shared.schemas.funds_views import PublicProgress, PublishedAllocation
from shared.schemas.wire import Code, Day, DivisionCode, Page

router = new_router("/api/v1/public/funds", "public")


@router.get("/progress", operation_id="public_progress_get", **needs("public.read"))
async def public_progress_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Day | None = None,
    batch: BatchFilter = "all",
) -> PublicProgress:
    batch_only = None if batch == "all" else batch
    question = Question(division_code, fund_year, as_of or clock.office_today(), batch_only)
    return await progress.public(session, actor, registry, question)


@router.get("/allocations", operation_id="public_allocation_list", **needs("public.read"))
async def public_allocation_list(
    session: Session,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedAllocation]:
    return await allocations.list_published(session, division_code, fund_year, cursor, limit)


@router.get("/bulletins", operation_id="public_bulletin_list", **needs("public.read"))
async def public_bulletin_list(
    session: Session,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    kind: Code | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=20, description="bulletins per page")] = 10,
) -> Page[PublishedBulletin]:
    return await public_bulletins.bulletins(session, division_code, fund_year, kind, cursor, limit)
