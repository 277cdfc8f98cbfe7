"""The ledger's arithmetic: the content of a transfer, its hash, and what an empty account means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.funds.domain.refusals.documents import ReceiptExhausted
from services.funds.domain.refusals.grants import AccountNotCovered
from services.funds.domain.refusals.spending import AllocationExhausted, NothingWithheld, ReturnTooLarge
from shared.refusals import Refusal

FIRST_HASH = "0" * 64
"""What the first transfer of a book is chained to."""

NOT_COVERED: dict[str, type[Refusal]] = {
    "receipt": ReceiptExhausted,
    "allocation": AllocationExhausted,
    "paid": ReturnTooLarge,
    "withheld": NothingWithheld,
}
"""What it means to the caller when an account of a kind does not hold enough."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a transfer says, in the order it is hashed."""

    book: str
    number: int
    debit_id: int
    credit_id: int
    amount_fen: int
    kind: str
    fund_year: int
    effective_on: date
    recorded_at: datetime
    cause_type: str
    cause_id: int
    actor: str
    reverses: int | None


def hash_of(content: Content, previous_hash: str) -> str:
    """SHA-256 over the hash before and the content as one JSON array."""
    values = [
        previous_hash,
        content.book,
        content.number,
        content.debit_id,
        content.credit_id,
        content.amount_fen,
        content.kind,
        content.fund_year,
        content.effective_on.isoformat(),
        content.recorded_at.isoformat(),
        content.cause_type,
        content.cause_id,
        content.actor,
        content.reverses,
    ]
    return hashlib.sha256(json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def refusal_for(account_kind: str, available_fen: int, pointer: str | None = None) -> Refusal:
    """The refusal of a draw on an account of this kind that holds only `available_fen`."""
    kind = NOT_COVERED.get(account_kind, AccountNotCovered)
    return kind(pointer=pointer, available_fen=available_fen)


def lowest_since(changes: Iterable[tuple[date, int]], since: date) -> int:
    """The least an account held at the end of `since` or of any later day, given its changes by day."""
    later: dict[date, int] = {}
    balance = 0
    for day, change in changes:
        if day <= since:
            balance += change
        else:
            later[day] = later.get(day, 0) + change
    lowest = balance
    for _, change in sorted(later.items()):
        balance += change
        lowest = min(lowest, balance)
    return lowest
