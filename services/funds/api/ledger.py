"""HTTP of the ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, IdFilter, YearFilter
from services.funds.operations import ledger
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.refusals import RuleBroken
from shared.schemas.funds_views import LedgerVerification, Transfer, TrialBalance
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/funds/ledger", "ledger")


@router.get("/trial-balance", operation_id="ledger_trial_balance", **needs("ledger.read"))
async def ledger_trial_balance(
    session: Session, actor: CurrentActor, division_code: DivisionCode, fund_year: YearFilter = None
) -> TrialBalance:
    return await ledger.trial_balance(session, actor, division_code, fund_year)


@router.get("/verify", operation_id="ledger_verify", **needs("ledger.read"))
async def ledger_verify(session: Session, actor: CurrentActor, division_code: DivisionCode) -> LedgerVerification:
    return await ledger.verify(session, actor, division_code)


@router.get("/transfers", operation_id="ledger_transfer_list", **needs("ledger.read"))
async def ledger_transfer_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cause_type: Annotated[str | None, Query(pattern="^[a-z_]{1,32}$")] = None,
    cause_id: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Transfer]:
    if (cause_type is None) != (cause_id is None):
        raise RuleBroken(pointer="/cause_id")
    cause = (cause_type, cause_id) if cause_type is not None and cause_id is not None else None
    return await ledger.list_transfers(
        session, actor, division_code, fund_year=fund_year, cause=cause, cursor=cursor, limit=limit
    )
