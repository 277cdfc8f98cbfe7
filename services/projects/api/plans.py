"""HTTP of annual plans."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from services.projects.operations import plans as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.projects import Notice
from shared.schemas.projects_plans import NewPlan, NewPlanNotice, Plan, PlanDecision, PlanRow
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/projects/plans", "plans")

PlanId = Annotated[str, Path(pattern=r"^[0-9]{6}-[0-9]{4}-P[0-9]{3,9}$", examples=["341622-2026-P001"])]


@router.post("", operation_id="plan_propose", status_code=201, **needs("plan.propose"))
async def plan_propose(body: NewPlan, session: Session, actor: CurrentActor) -> Plan:
    return await operations.propose(session, actor, body)


@router.get("", operation_id="plan_list", **needs("plan.read"))
async def plan_list(
    session: Session,
    actor: CurrentActor,
    within: DivisionCode = "00",
    fund_year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    status: Literal["proposed", "approved", "refused"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PlanRow]:
    return await operations.list_plans(session, actor, within, fund_year, status, cursor, limit)


@router.get("/{plan_id}", operation_id="plan_get", **needs("plan.read"))
async def plan_get(plan_id: PlanId, session: Session, actor: CurrentActor) -> Plan:
    return await operations.get(session, actor, plan_id)


@router.post("/{plan_id}/decision", operation_id="plan_decide", **needs("plan.decide"))
async def plan_decide(plan_id: PlanId, body: PlanDecision, session: Session, actor: CurrentActor) -> Plan:
    return await operations.decide(session, actor, plan_id, body)


@router.post("/{plan_id}/notice", operation_id="plan_notice_post", status_code=201, **needs("project.notice"))
async def plan_notice_post(plan_id: PlanId, body: NewPlanNotice, session: Session, actor: CurrentActor) -> Notice:
    return await operations.post_notice(session, actor, plan_id, body)
