"""HTTP of payees' accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, CurrentSeals, WholeId
from services.funds.operations import payee_accounts
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_bank_files import NewAccountDecision, NewPayeeAccount, PayeeAccount
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/payee-accounts", "payee accounts")


@router.post("", operation_id="payee_account_propose", status_code=201, **needs("payee_account.propose"))
async def payee_account_propose(
    body: NewPayeeAccount, session: Session, actor: CurrentActor, seals: CurrentSeals
) -> PayeeAccount:
    return await payee_accounts.propose(session, actor, seals, body)


@router.post(
    "/{payee_account_id}/decision", operation_id="payee_account_decide", **needs("payee_account.decide", money=True)
)
async def payee_account_decide(
    payee_account_id: WholeId, body: NewAccountDecision, session: Session, actor: CurrentActor
) -> PayeeAccount:
    return await payee_accounts.decide(session, actor, payee_account_id, body)


@router.get("", operation_id="payee_account_list", **needs("fund.read"))
async def payee_account_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    payee_uscc: Annotated[str | None, Query(pattern="^[0-9A-Z]{18}$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PayeeAccount]:
    return await payee_accounts.list_accounts(session, actor, division_code, payee_uscc, cursor, limit)
