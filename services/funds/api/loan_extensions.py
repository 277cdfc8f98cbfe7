"""HTTP of extensions of loans."""

from __future__ import annotations

from typing import Literal

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import loan_extensions
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_loans import LoanExtension, NewLoanExtension
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/loans", "loans")
extensions_router = new_router("/api/v1/funds/loan-extensions", "loans")


@router.post(
    "/{loan_id}/extensions", operation_id="loan_extension_ask", status_code=201, **needs("loan.apply", money=True)
)
async def loan_extension_ask(
    loan_id: WholeId, body: NewLoanExtension, session: Session, actor: CurrentActor
) -> LoanExtension:
    return await loan_extensions.ask(session, actor, loan_id, body)


@extensions_router.post(
    "/{extension_id}/decision", operation_id="loan_extension_decide", **needs("loan.decide_bank", money=True)
)
async def loan_extension_decide(
    extension_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> LoanExtension:
    return await loan_extensions.decide(session, actor, extension_id, body)


@extensions_router.get("", operation_id="loan_extension_list", **needs("loan.read"))
async def loan_extension_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    state: Literal["asked", "approved", "refused"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LoanExtension]:
    return await loan_extensions.list_extensions(session, actor, division_code, state, cursor, limit)
