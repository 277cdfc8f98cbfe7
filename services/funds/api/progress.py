"""HTTP of spending progress."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from services.funds.api.questions import MoneyQuestion
from services.funds.api.request_parts import RegistryPeer
from services.funds.operations import progress
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.hot_reads import json_answer
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_views import Progress
from shared.schemas.wire import Code, Day

router = new_router("/api/v1/funds/progress", "progress")


@router.get("", operation_id="progress_get", response_model=Progress, **needs("progress.read"))
async def progress_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    group_by: progress.GroupBy = "division",
    project_code: Annotated[Code | None, Query(description="only the money of this project")] = None,
    office: Annotated[Code | None, Query(description="only the money of this office's projects")] = None,
    known_on: Annotated[Day | None, Query(description="as the books knew it at the end of this day")] = None,
    delays: Annotated[
        Literal["list", "sums", "none"],
        Query(description="how much of what waits is told; nothing of it with `known_on`, and soonest without"),
    ] = "list",
    delay_order: progress.Order = "amount",
    delay_limit: Annotated[int, Query(ge=0, le=5_000)] = 1_000,
) -> Response:
    if known_on is not None:
        question = replace(question, known_until=clock.end_of(known_on))
    shown = progress.Shown(group_by, project_code, office, delays, delay_order, delay_limit)
    # A county's answer lists hundreds of delays: it is written at once, not checked once more.
    return json_answer(await progress.get(session, actor, registry, question, shown))
