"""HTTP of payments."""

from __future__ import annotations

from contextvars import copy_context
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from services.funds.api.request_parts import Area, IdFilter, WholeId, YearFilter
from services.funds.operations import payments
from services.funds.operations.settlements import Said, Settlements, enter
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.hot_reads import json_answer
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.lots import in_lots
from shared.chassis.paging import Cursor, Limit
from shared.chassis.stages import InStages
from shared.schemas.funds_spending import NewPayment, NewPaymentResult, NewPaymentReturn, Payment
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/payments", "payments")


@router.post("", operation_id="payment_order", status_code=201, **needs("payment.order", money=True))
async def payment_order(body: NewPayment, session: Session, actor: CurrentActor) -> Payment:
    return await payments.order(session, actor, body)


@router.post(
    "/{payment_id}/result", operation_id="payment_confirm", response_model=Payment,
    **needs("payment.confirm", money=True),
)  # fmt: skip
@in_lots(enter)
async def payment_confirm(
    payment_id: WholeId, body: NewPaymentResult, work: InStages, actor: CurrentActor, request: Request
) -> Response:
    meeting: Settlements = request.app.state.settlements
    return json_answer(await meeting.add(Said(actor, payment_id, body, work.claim, copy_context())))


@router.post("/{payment_id}/return", operation_id="payment_return", **needs("payment.confirm", money=True))
async def payment_return(payment_id: WholeId, body: NewPaymentReturn, session: Session, actor: CurrentActor) -> Payment:
    return await payments.take_back(session, actor, payment_id, body)


@router.get("", operation_id="payment_list", **needs("fund.read"))
async def payment_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    claim_id: IdFilter = None,
    state: Annotated[str | None, Query(pattern="^(ordered|paid|refused|returned)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Payment]:
    return await payments.list_payments(
        session, actor, division_code, fund_year=fund_year, claim_id=claim_id, state=state, cursor=cursor, limit=limit
    )


@router.get("/{payment_id}", operation_id="payment_get", **needs("fund.read"))
async def payment_get(payment_id: WholeId, session: Session, actor: CurrentActor) -> Payment:
    return await payments.get(session, actor, payment_id)
