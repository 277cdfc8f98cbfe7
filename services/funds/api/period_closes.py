"""HTTP of closed periods of the books."""

from __future__ import annotations

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import period_closes
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_periods import NewPeriodClose, NewReopening, NewReopeningDecision, PeriodClose
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/period-closes", "period closes")


@router.post("", operation_id="period_close", status_code=201, **needs("period.close", money=True))
async def period_close(body: NewPeriodClose, session: Session, actor: CurrentActor) -> PeriodClose:
    return await period_closes.close(session, actor, body)


@router.post("/{period_close_id}/reopening", operation_id="period_reopening_ask", **needs("period.close", money=True))
async def period_reopening_ask(
    period_close_id: WholeId, body: NewReopening, session: Session, actor: CurrentActor
) -> PeriodClose:
    return await period_closes.ask_reopening(session, actor, period_close_id, body)


@router.post(
    "/{period_close_id}/reopening/decision",
    operation_id="period_reopening_decide",
    **needs("period.consent", money=True),
)
async def period_reopening_decide(
    period_close_id: WholeId, body: NewReopeningDecision, session: Session, actor: CurrentActor
) -> PeriodClose:
    return await period_closes.decide_reopening(session, actor, period_close_id, body)


@router.get("", operation_id="period_close_list", **needs("fund.read"))
async def period_close_list(
    session: Session, actor: CurrentActor, division_code: Area = "00", cursor: Cursor = None, limit: Limit = 50
) -> Page[PeriodClose]:
    return await period_closes.list_closes(session, actor, division_code, cursor, limit)


@router.get("/{period_close_id}", operation_id="period_close_get", **needs("fund.read"))
async def period_close_get(period_close_id: WholeId, session: Session, actor: CurrentActor) -> PeriodClose:
    return await period_closes.get(session, actor, period_close_id)
