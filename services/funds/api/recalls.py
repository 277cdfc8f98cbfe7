"""HTTP of recalls."""

from __future__ import annotations

from services.funds.api.request_parts import Area, WholeId, YearFilter
from services.funds.operations import recalls
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_distribution import NewRecall, Recall
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/recalls", "recalls")


@router.post("", operation_id="recall_propose", status_code=201, **needs("recall.propose", money=True))
async def recall_propose(body: NewRecall, session: Session, actor: CurrentActor) -> Recall:
    return await recalls.propose(session, actor, body)


@router.post("/{recall_id}/decision", operation_id="recall_decide", **needs("recall.decide", money=True))
async def recall_decide(recall_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> Recall:
    return await recalls.decide(session, actor, recall_id, body)


@router.get("", operation_id="recall_list", **needs("fund.read"))
async def recall_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Recall]:
    return await recalls.list_recalls(session, actor, division_code, fund_year, cursor, limit)


@router.get("/{recall_id}", operation_id="recall_get", **needs("fund.read"))
async def recall_get(recall_id: WholeId, session: Session, actor: CurrentActor) -> Recall:
    return await recalls.get(session, actor, recall_id)
