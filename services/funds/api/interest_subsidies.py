"""HTTP of the interest subsidy of loans."""

from __future__ import annotations

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import interest_subsidies
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_loans import InterestSubsidy, InterestSubsidyLine, NewInterestSubsidy, Quarter
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/interest-subsidies", "loans")


@router.post("", operation_id="interest_subsidy_prepare", status_code=201, **needs("loan.subsidise", money=True))
async def interest_subsidy_prepare(body: NewInterestSubsidy, session: Session, actor: CurrentActor) -> InterestSubsidy:
    return await interest_subsidies.prepare(session, actor, body)


@router.post(
    "/{subsidy_id}/decision", operation_id="interest_subsidy_decide", **needs("loan.decide_subsidy", money=True)
)
async def interest_subsidy_decide(
    subsidy_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> InterestSubsidy:
    return await interest_subsidies.decide(session, actor, subsidy_id, body)


@router.get("", operation_id="interest_subsidy_list", **needs("loan.read"))
async def interest_subsidy_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    quarter: Quarter | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InterestSubsidy]:
    return await interest_subsidies.list_subsidies(session, actor, division_code, quarter, cursor, limit)


@router.get("/{subsidy_id}", operation_id="interest_subsidy_get", **needs("loan.read"))
async def interest_subsidy_get(subsidy_id: WholeId, session: Session, actor: CurrentActor) -> InterestSubsidy:
    return await interest_subsidies.get(session, actor, subsidy_id)


@router.get("/{subsidy_id}/lines", operation_id="interest_subsidy_line_list", **needs("loan.read"))
async def interest_subsidy_line_list(
    subsidy_id: WholeId, session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[InterestSubsidyLine]:
    return await interest_subsidies.list_lines(session, actor, subsidy_id, cursor, limit)
