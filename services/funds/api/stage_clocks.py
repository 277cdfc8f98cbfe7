"""HTTP of stage clocks and late money."""

from __future__ import annotations

from services.funds.api.progress import BatchFilter, Year, question_of
from services.funds.operations import late_money, stage_clocks
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_stage_clocks import LateMoney, StageClock
from shared.schemas.wire import Code, Day, DivisionCode, Page

router = new_router("/api/v1/funds/stage-clocks", "stage clocks")
late_router = new_router("/api/v1/funds/late-money", "stage clocks")


@router.get("", operation_id="stage_clock_list", **needs("fund.read"))
async def stage_clock_list(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Day | None = None,
    batch: BatchFilter = "all",
    fund_kind: Code | None = None,
    special: bool | None = None,
    hop: Code | None = None,
    step: Code | None = None,
    reference: Code | None = None,
    state: stage_clocks.State | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StageClock]:
    question = question_of(division_code, fund_year, as_of, batch, fund_kind, special)
    asked = stage_clocks.Asked(hop, step, reference, state)
    return await stage_clocks.list_clocks(session, actor, question, asked, cursor, limit)


@late_router.get("", operation_id="late_money_get", **needs("fund.read"))
async def late_money_get(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Day | None = None,
    batch: BatchFilter = "all",
    fund_kind: Code | None = None,
    special: bool | None = None,
) -> LateMoney:
    question = question_of(division_code, fund_year, as_of, batch, fund_kind, special)
    return await late_money.get(session, actor, question)
