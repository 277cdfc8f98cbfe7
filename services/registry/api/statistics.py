"""HTTP of counts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.registry.operations import people_counts
from services.registry.operations import statistics as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.registry import Statistics
from shared.schemas.registry_people import PeopleCounted, PeopleCounts
from shared.schemas.wire import Day, DivisionCode

AsOf = Annotated[Day | None, Query(description="the files as known at the end of that office day")]

router = new_router("/api/v1/registry/statistics", "statistics")


@router.get("", operation_id="registry_statistics_get", **needs("statistics.read"))
async def registry_statistics_get(
    division_code: Annotated[DivisionCode, Query()],
    session: Session,
    actor: CurrentActor,
    group_by: operations.GroupBy = "division",
    as_of: AsOf = None,
) -> Statistics:
    return await operations.count(session, actor, division_code, group_by, as_of)


@router.get("/people", operation_id="registry_statistics_people", **needs("statistics.read"))
async def registry_statistics_people(
    asked: Annotated[PeopleCounted, Query()], session: Session, actor: CurrentActor
) -> PeopleCounts:
    return await people_counts.count(session, actor, asked)
