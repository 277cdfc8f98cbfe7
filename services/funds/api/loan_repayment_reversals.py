"""HTTP of repayments of loans that should not have been entered."""

from __future__ import annotations

from typing import Literal

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import loan_repayment_reversals as reversals
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_loans import LoanRepaymentReversal, NewRepaymentReversal
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/loans", "loans")
reversals_router = new_router("/api/v1/funds/loan-repayment-reversals", "loans")


@router.post(
    "/{loan_id}/repayments/{repayment_id}/reversal",
    operation_id="loan_repayment_reversal_propose",
    status_code=201,
    **needs("loan.repay", money=True),
)
async def loan_repayment_reversal_propose(
    loan_id: WholeId, repayment_id: WholeId, body: NewRepaymentReversal, session: Session, actor: CurrentActor
) -> LoanRepaymentReversal:
    return await reversals.propose(session, actor, loan_id, repayment_id, body)


@reversals_router.post(
    "/{reversal_id}/decision", operation_id="loan_repayment_reversal_decide", **needs("loan.repay", money=True)
)
async def loan_repayment_reversal_decide(
    reversal_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> LoanRepaymentReversal:
    return await reversals.decide(session, actor, reversal_id, body)


@reversals_router.get("", operation_id="loan_repayment_reversal_list", **needs("loan.read"))
async def loan_repayment_reversal_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    state: Literal["proposed", "approved", "refused"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LoanRepaymentReversal]:
    return await reversals.list_reversals(session, actor, division_code, state, cursor, limit)
