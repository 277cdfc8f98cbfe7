"""HTTP of shares held for households and their dividends."""

from __future__ import annotations

from services.funds.api.request_parts import Area, RegistryPeer, Trail, WholeId
from services.funds.operations import dividend_views, dividends
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_dividends import (
    DividendsDue,
    DividendShare,
    DividendShareFile,
    NewDividendPayment,
    NewDividendShare,
    NewShareEnd,
    NewShareEndRequest,
    PriorityGroups,
)
from shared.schemas.wire import Code, Day, Page

router = new_router("/api/v1/funds/dividend-shares", "dividends")
due_router = new_router("/api/v1/funds/dividends-due", "dividends")
groups_router = new_router("/api/v1/funds/dividend-priority-groups", "dividends")


@router.post("", operation_id="dividend_share_enter", status_code=201, **needs("dividend.enter", money=True))
async def dividend_share_enter(
    body: NewDividendShare, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> DividendShare:
    return await dividends.enter(session, actor, registry, body)


@router.post("/{share_id}/decision", operation_id="dividend_share_decide", **needs("dividend.decide", money=True))
async def dividend_share_decide(
    share_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> DividendShare:
    return await dividends.decide(session, actor, share_id, body)


@router.post("/{share_id}/payments", operation_id="dividend_pay", **needs("dividend.pay", money=True))
async def dividend_pay(
    share_id: WholeId, body: NewDividendPayment, session: Session, actor: CurrentActor
) -> DividendShare:
    return await dividends.pay(session, actor, share_id, body)


@router.post("/{share_id}/end-request", operation_id="dividend_share_end_ask", **needs("dividend.enter", money=True))
async def dividend_share_end_ask(
    share_id: WholeId, body: NewShareEndRequest, session: Session, actor: CurrentActor
) -> DividendShare:
    return await dividends.ask_to_end(session, actor, share_id, body)


@router.post("/{share_id}/end", operation_id="dividend_share_end", **needs("dividend.decide", money=True))
async def dividend_share_end(
    share_id: WholeId, body: NewShareEnd, session: Session, actor: CurrentActor
) -> DividendShare:
    return await dividends.end(session, actor, share_id, body)


@router.get("", operation_id="dividend_share_list", **needs("dividend.read"))
async def dividend_share_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    division_code: Area = "00",
    household_id: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DividendShare]:
    return await dividend_views.list_shares(session, actor, trail, division_code, household_id, cursor, limit)


@router.get("/{share_id}", operation_id="dividend_share_get", **needs("dividend.read"))
async def dividend_share_get(
    share_id: WholeId, session: Session, actor: CurrentActor, trail: Trail, as_of: Day | None = None
) -> DividendShareFile:
    return await dividend_views.get(session, actor, trail, share_id, as_of)


@due_router.get("", operation_id="dividend_due_list", **needs("dividend.read"))
async def dividend_due_list(
    session: Session, actor: CurrentActor, trail: Trail, division_code: Area = "00", as_of: Day | None = None
) -> DividendsDue:
    return await dividend_views.due(session, actor, trail, division_code, as_of)


@groups_router.get("", operation_id="dividend_priority_group_list", **needs("code_list.read"))
async def dividend_priority_group_list(session: Session) -> PriorityGroups:
    return await dividend_views.groups(session)
