"""The ledger's arithmetic: the content of a transfer, its hash, and what an empty account means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.funds.domain.refusals.credit import LoanOverpaid, RecoveredTooMuch, RiskFundShort
from services.funds.domain.refusals.distribution import RecallTooLarge
from services.funds.domain.refusals.documents import ReceiptExhausted
from services.funds.domain.refusals.giving import DonationExhausted, LendingOverpaid, PoolShort
from services.funds.domain.refusals.grants import AccountNotCovered
from services.funds.domain.refusals.spending import AllocationExhausted, NothingWithheld, ReturnTooLarge
from shared.refusals import Refusal

FIRST_HASH = bytes(32)
"""What the first transfer of an account is chained to."""
FIRST_BOOK_HASH = "0" * 64
"""What the first transfer of a book was chained to while each book was one chain."""
CORRECTION = "correction"
"""The kind of a transfer that undoes a wrong one with a reason; every other kind is a step of the money's way."""
FORMAT = "2"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NOT_COVERED: dict[str, type[Refusal]] = {
    "receipt": ReceiptExhausted,
    "transit": RecallTooLarge,
    "allocation": AllocationExhausted,
    "paid": ReturnTooLarge,
    "withheld": NothingWithheld,
    "loan": LoanOverpaid,
    "risk_fund": RiskFundShort,
    "risk_compensated": RecoveredTooMuch,
    "donation": DonationExhausted,
    "pool": PoolShort,
    "pool_lent": LendingOverpaid,
}
"""What it means to the caller when an account of a kind does not hold enough."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a transfer says, in the order it is hashed."""

    book: str
    debit_id: int
    debit_version: int
    debit_balance_fen: int
    credit_id: int
    credit_version: int
    credit_balance_fen: int
    amount_fen: int
    kind: str
    fund_year: int
    effective_on: date
    recorded_at: datetime
    cause_type: str
    cause_id: int
    actor: str
    reverses: int | None
    reason: str | None


def hash_of(content: Content, debit_previous: bytes, credit_previous: bytes) -> bytes:
    """SHA-256 over the hashes both accounts ended with before, and the content, one value to a line.

    Days are counted from 1970-01-01, instants in microseconds from its beginning; nothing is an empty line. The
    database computes the same (`post_transfers`, `storage/ledger_proof.py`). No text holds a line end.
    """
    values = (
        FORMAT,
        content.book,
        content.debit_id,
        content.debit_version,
        content.debit_balance_fen,
        content.credit_id,
        content.credit_version,
        content.credit_balance_fen,
        content.amount_fen,
        content.kind,
        content.fund_year,
        (content.effective_on - EPOCH.date()).days,
        (content.recorded_at - EPOCH) // timedelta(microseconds=1),
        content.cause_type,
        content.cause_id,
        content.actor,
        "" if content.reverses is None else content.reverses,
        content.reason or "",
    )
    return hashlib.sha256(debit_previous + credit_previous + "\n".join(map(str, values)).encode()).digest()


@dataclass(frozen=True, slots=True)
class BookContent:
    """Everything a transfer says that was posted while each book was one chain, in the order it was hashed."""

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


def book_hash_of(content: BookContent, previous_hash: str) -> str:
    """SHA-256 over the hash before in the book and the content as one JSON array, in hexadecimal digits."""
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
