"""HTTP of deadlines of the steps money waits at."""

from __future__ import annotations

from services.funds.operations import deadlines
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_deadlines import NewStageDeadline, StageDeadline, StageDeadlines
from shared.schemas.wire import Code, DivisionCode

router = new_router("/api/v1/funds/stage-deadlines", "stage clocks")


@router.get("", operation_id="stage_deadline_list", **needs("parameter.read"))
async def stage_deadline_list(
    session: Session, division_code: DivisionCode | None = None, step: Code | None = None
) -> StageDeadlines:
    return await deadlines.list_deadlines(session, division_code, step)


@router.post("", operation_id="stage_deadline_set", status_code=201, **needs("parameter.set"))
async def stage_deadline_set(body: NewStageDeadline, session: Session, actor: CurrentActor) -> StageDeadline:
    return await deadlines.set_deadline(session, actor, body)
