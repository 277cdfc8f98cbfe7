"""HTTP of stage clocks and late money."""

from __future__ import annotations

from services.funds.api.questions import MoneyQuestion
from services.funds.operations import late_money, stage_clocks
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_stage_clocks import LateMoney, StageClock
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/stage-clocks", "stage clocks")
late_router = new_router("/api/v1/funds/late-money", "stage clocks")


@router.get("", operation_id="stage_clock_list", **needs("fund.read"))
async def stage_clock_list(
    session: Session,
    actor: CurrentActor,
    question: MoneyQuestion,
    hop: Code | None = None,
    step: Code | None = None,
    reference: Code | None = None,
    state: stage_clocks.State | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StageClock]:
    asked = stage_clocks.Asked(hop, step, reference, state)
    return await stage_clocks.list_clocks(session, actor, question, asked, cursor, limit)


@late_router.get("", operation_id="late_money_get", **needs("fund.read"))
async def late_money_get(session: Session, actor: CurrentActor, question: MoneyQuestion) -> LateMoney:
    return await late_money.get(session, actor, question)
