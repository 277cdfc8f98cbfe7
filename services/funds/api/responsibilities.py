"""HTTP of cases on who answers for money that waits."""

from __future__ import annotations

from typing import Literal

from services.funds.api.request_parts import Area, WholeId, YearFilter
from services.funds.operations import responsibilities, responsibility_views
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_responsibilities import (
    NewResponsibility,
    NewResponsibilityDecision,
    NewResponsibilityReply,
    NewResponsibilityWithdrawal,
    Responsibility,
    ThirdCauses,
)
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/responsibilities", "responsibilities")
causes_router = new_router("/api/v1/funds/third-causes", "responsibilities")


@router.post("", operation_id="responsibility_open", status_code=201, **needs("responsibility.open"))
async def responsibility_open(body: NewResponsibility, session: Session, actor: CurrentActor) -> Responsibility:
    return await responsibilities.open_case(session, actor, body)


@router.get("", operation_id="responsibility_list", **needs("fund.read"))
async def responsibility_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    state: Literal["open", "decided", "withdrawn"] | None = None,
    reference: Code | None = None,
    step: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Responsibility]:
    wanted = {"fund_year": fund_year, "state": state, "reference": reference, "step": step}
    return await responsibility_views.list_cases(session, actor, division_code, wanted, cursor, limit)


@router.get("/{responsibility_id}", operation_id="responsibility_get", **needs("fund.read"))
async def responsibility_get(responsibility_id: WholeId, session: Session, actor: CurrentActor) -> Responsibility:
    return await responsibility_views.get(session, actor, responsibility_id)


@router.post(
    "/{responsibility_id}/replies",
    operation_id="responsibility_reply",
    status_code=201,
    **needs("responsibility.reply"),
)
async def responsibility_reply(
    responsibility_id: WholeId, body: NewResponsibilityReply, session: Session, actor: CurrentActor
) -> Responsibility:
    return await responsibilities.reply(session, actor, responsibility_id, body)


@router.post("/{responsibility_id}/decision", operation_id="responsibility_decide", **needs("responsibility.decide"))
async def responsibility_decide(
    responsibility_id: WholeId, body: NewResponsibilityDecision, session: Session, actor: CurrentActor
) -> Responsibility:
    return await responsibilities.decide(session, actor, responsibility_id, body)


@router.post("/{responsibility_id}/withdrawal", operation_id="responsibility_withdraw", **needs("responsibility.open"))
async def responsibility_withdraw(
    responsibility_id: WholeId, body: NewResponsibilityWithdrawal, session: Session, actor: CurrentActor
) -> Responsibility:
    return await responsibilities.withdraw(session, actor, responsibility_id, body)


@causes_router.get("", operation_id="third_cause_list", **needs("code_list.read"))
async def third_cause_list(session: Session) -> ThirdCauses:
    return await responsibility_views.third_causes(session)
