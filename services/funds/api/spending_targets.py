"""HTTP of yearly targets."""

from __future__ import annotations

from services.funds.api.questions import AsOf, Year
from services.funds.api.request_parts import Area, WholeId, YearFilter
from services.funds.operations import spending_targets as operations
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_plans import NewSpendingTarget, NewTargetDecision, SpendingTarget, TargetComparisons
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/funds/spending-targets", "spending targets")


@router.post("", operation_id="spending_target_propose", status_code=201, **needs("spending_target.write", money=True))
async def spending_target_propose(body: NewSpendingTarget, session: Session, actor: CurrentActor) -> SpendingTarget:
    return await operations.propose(session, actor, body)


@router.get("", operation_id="spending_target_list", **needs("progress.read"))
async def spending_target_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SpendingTarget]:
    return await operations.list_targets(session, actor, division_code, fund_year, cursor, limit)


@router.get("/comparison", operation_id="spending_target_compare", **needs("progress.read"))
async def spending_target_compare(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: AsOf = None,
) -> TargetComparisons:
    """Planned beside actual on a day: exact share, ahead or behind, and what each remaining working day must bring."""
    return await operations.compare(session, actor, division_code, fund_year, as_of or clock.office_today())


@router.post(
    "/{spending_target_id}/decision",
    operation_id="spending_target_decide",
    **needs("spending_target.decide", money=True),
)
async def spending_target_decide(
    spending_target_id: WholeId, body: NewTargetDecision, session: Session, actor: CurrentActor
) -> SpendingTarget:
    return await operations.decide(session, actor, spending_target_id, body)
