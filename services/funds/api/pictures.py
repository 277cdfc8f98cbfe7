"""HTTP of picture data: one request gives one picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.questions import MoneyQuestion
from services.funds.api.request_parts import RegistryPeer
from services.funds.operations import pictures, progress_line
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_pictures import FlowPicture, HeatPicture, ProgressLine
from shared.schemas.wire import Code

router = new_router("/api/v1/funds/pictures", "pictures")


@router.get("/flow", operation_id="flow_picture_get", **needs("progress.read"))
async def flow_picture_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    project_by: Annotated[Code, Query(description="category or purpose")] = "category",
) -> FlowPicture:
    return await pictures.flow(session, actor, registry, question, project_by)


@router.get("/progress-line", operation_id="progress_line_get", **needs("progress.read"))
async def progress_line_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    step: Annotated[Code, Query(description="day, week or month")] = "month",
) -> ProgressLine:
    return await progress_line.get(session, actor, registry, question, step)


@router.get("/heat", operation_id="heat_picture_get", **needs("progress.read"))
async def heat_picture_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    measure: Annotated[Code, Query(description="what `value` shows; progress when not given")] = "progress",
) -> HeatPicture:
    return await pictures.heat(session, actor, registry, question, measure)
