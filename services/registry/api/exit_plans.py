"""HTTP of exit plans."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from services.registry.operations import exit_plans as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.versions import VersionGiven, etag
from shared.schemas.registry import ExitPlan, ExitPlanSet
from shared.schemas.wire import DivisionCode

router = new_router("/api/v1/registry/exit-plans", "exit plans")


@router.put("/{division_code}", operation_id="exit_plan_set", **needs("exit_plan.set"))
async def exit_plan_set(
    division_code: Annotated[DivisionCode, Path()],
    body: ExitPlanSet,
    response: Response,
    session: Session,
    actor: CurrentActor,
    version: VersionGiven,
) -> ExitPlan:
    plan = await operations.set_plan(session, actor, division_code, version, body)
    response.headers["ETag"] = etag(plan.version)
    return plan


@router.get("", operation_id="exit_plan_get", **needs("exit_plan.read"))
async def exit_plan_get(
    division_code: Annotated[DivisionCode, Query()], response: Response, session: Session, actor: CurrentActor
) -> ExitPlan:
    plan = await operations.get(session, actor, division_code)
    response.headers["ETag"] = etag(plan.version)
    return plan
