"""HTTP of microcredit: the application, its five steps, the bank's money."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, RegistryPeer, Trail, WholeId
from services.funds.operations import loan_money, loans
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_loans import (
    Loan,
    LoanFile,
    LoanState,
    LoanUses,
    NewDisbursement,
    NewLoan,
    NewLoanRepayment,
    NewLoanWithdrawal,
    NewNoticeWithdrawal,
    NewOverdueNotice,
)
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/loans", "loans")
uses_router = new_router("/api/v1/funds/loan-uses", "loans")


@router.post("", operation_id="loan_apply", status_code=201, **needs("loan.apply", money=True))
async def loan_apply(body: NewLoan, session: Session, actor: CurrentActor, registry: RegistryPeer) -> Loan:
    return await loans.apply(session, actor, registry, body)


@router.post(
    "/{loan_id}/village-review", operation_id="loan_review_village", **needs("loan.review_village", money=True)
)
async def loan_review_village(loan_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> Loan:
    return await loans.step(session, actor, "village", loan_id, body)


@router.post(
    "/{loan_id}/township-review", operation_id="loan_review_township", **needs("loan.review_township", money=True)
)
async def loan_review_township(loan_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> Loan:
    return await loans.step(session, actor, "township", loan_id, body)


@router.post("/{loan_id}/county-check", operation_id="loan_check_county", **needs("loan.check_county", money=True))
async def loan_check_county(loan_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> Loan:
    return await loans.step(session, actor, "county", loan_id, body)


@router.post("/{loan_id}/bank-decision", operation_id="loan_decide_bank", **needs("loan.decide_bank", money=True))
async def loan_decide_bank(loan_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> Loan:
    return await loans.step(session, actor, "bank", loan_id, body)


@router.post("/{loan_id}/withdrawal", operation_id="loan_withdraw", **needs("loan.apply", money=True))
async def loan_withdraw(loan_id: WholeId, body: NewLoanWithdrawal, session: Session, actor: CurrentActor) -> Loan:
    return await loans.withdraw(session, actor, loan_id, body)


@router.post("/{loan_id}/disbursement", operation_id="loan_disburse", **needs("loan.disburse", money=True))
async def loan_disburse(
    loan_id: WholeId, body: NewDisbursement, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> Loan:
    return await loan_money.disburse(session, actor, registry, loan_id, body)


@router.post("/{loan_id}/repayments", operation_id="loan_repay", **needs("loan.repay", money=True))
async def loan_repay(loan_id: WholeId, body: NewLoanRepayment, session: Session, actor: CurrentActor) -> Loan:
    return await loan_money.repay(session, actor, loan_id, body)


@router.post("/{loan_id}/overdue-notice", operation_id="loan_notice_overdue", **needs("loan.repay", money=True))
async def loan_notice_overdue(loan_id: WholeId, body: NewOverdueNotice, session: Session, actor: CurrentActor) -> Loan:
    return await loan_money.notice_overdue(session, actor, loan_id, body)


@router.post(
    "/{loan_id}/overdue-notice/withdrawal", operation_id="loan_withdraw_notice", **needs("loan.repay", money=True)
)
async def loan_withdraw_notice(
    loan_id: WholeId, body: NewNoticeWithdrawal, session: Session, actor: CurrentActor
) -> Loan:
    return await loan_money.withdraw_notice(session, actor, loan_id, body)


@router.get("", operation_id="loan_list", **needs("loan.read"))
async def loan_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    division_code: Area = "00",
    state: LoanState | None = None,
    household_id: Code | None = None,
    overdue: Annotated[bool, Query(description="only loans overdue today")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Loan]:
    return await loans.list_loans(
        session, actor, trail, division_code, state=state, household_id=household_id, overdue=overdue, cursor=cursor,
        limit=limit,
    )  # fmt: skip


@router.get("/{loan_id}", operation_id="loan_get", **needs("loan.read"))
async def loan_get(loan_id: WholeId, session: Session, actor: CurrentActor, trail: Trail) -> LoanFile:
    return await loans.get(session, actor, trail, loan_id)


@uses_router.get("", operation_id="loan_use_list", **needs("code_list.read"))
async def loan_use_list(session: Session) -> LoanUses:
    return await loans.uses(session)
