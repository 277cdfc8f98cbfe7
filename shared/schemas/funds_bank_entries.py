"""Wire vocabulary of funds: money entered by a bank's reference (回单登记), and its undoing."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.funds import Id
from shared.schemas.wire import Text, Wire

EntryKind = Literal[
    "payment_return", "grant_return", "dividend_payment", "pool_contribution", "pool_repayment", "risk_fund_deposit",
    "risk_recovery",
]  # fmt: skip


class BankEntry(Wire):
    """Money entered by a bank's reference: a return, dividend, contribution, repayment, deposit, recovery."""

    kind: EntryKind
    entry_id: int
    owner_id: int = Field(
        description="the payment, grant, share, pool, lending, risk fund or compensation it was entered for"
    )
    amount_fen: int
    entered_for: date = Field(description="the day it happened")
    bank_reference: str
    entered_by: str
    undone_on: date | None = Field(description="when it was undone as wrongly entered; it counts nowhere")


class NewBankEntryReversal(Wire):
    """An entry that should not have been made is to be undone; it can be entered right afterwards."""

    kind: EntryKind
    entry_id: Id
    reason: Text


class BankEntryReversal(Wire):
    reversal_id: int
    kind: EntryKind
    entry_id: int
    owner_id: int
    amount_fen: int
    reason: str
    state: Literal["proposed", "approved", "refused"]
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
