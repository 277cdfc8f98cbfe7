"""HTTP of money entered by a bank's reference, and of its undoing."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import bank_entries
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_bank_entries import (
    BankEntry,
    BankEntryReversal,
    EntryKind,
    NewBankEntryReversal,
)
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/bank-entries", "bank entries")
reversals_router = new_router("/api/v1/funds/bank-entry-reversals", "bank entries")
OwnerId = Annotated[int, Query(ge=1, le=2**62)]


@router.get("", operation_id="bank_entry_list", **needs("bank_entry.read"))
async def bank_entry_list(
    session: Session,
    actor: CurrentActor,
    kind: EntryKind,
    owner_id: OwnerId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BankEntry]:
    return await bank_entries.list_entries(session, actor, kind, owner_id, cursor, limit)


@reversals_router.post(
    "", operation_id="bank_entry_reversal_propose", status_code=201, **needs("bank_entry.reverse", money=True)
)
async def bank_entry_reversal_propose(
    body: NewBankEntryReversal, session: Session, actor: CurrentActor
) -> BankEntryReversal:
    return await bank_entries.propose(session, actor, body)


@reversals_router.post(
    "/{reversal_id}/decision",
    operation_id="bank_entry_reversal_decide",
    **needs("bank_entry.decide", money=True),
)
async def bank_entry_reversal_decide(
    reversal_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> BankEntryReversal:
    return await bank_entries.decide(session, actor, reversal_id, body)


@reversals_router.get("", operation_id="bank_entry_reversal_list", **needs("bank_entry.read"))
async def bank_entry_reversal_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    state: Literal["proposed", "approved", "refused"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BankEntryReversal]:
    return await bank_entries.list_reversals(session, actor, division_code, state, cursor, limit)
