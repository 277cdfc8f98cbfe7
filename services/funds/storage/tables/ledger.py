"""Tables of the ledger: accounts with their balances, transfers between them, the chain of each book."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base

ACCOUNT_KINDS = (
    "source", "transit", "receipt", "reserved", "allocation", "claim", "withheld", "in_flight", "paid",
    "batch", "batch_in_flight", "batch_paid",
)  # fmt: skip
"""source: outside our books; transit: a document's line on its way; receipt: registered, not yet given out;
reserved: proposed for a project; allocation: the project may claim it; claim, batch: claimed, on the way to an
order; withheld: retention; in_flight: at the bank; paid: with the payee. The last three are of grant batches."""

NEVER_NEGATIVE = tuple(kind for kind in ACCOUNT_KINDS if kind != "source")


class LedgerAccount(Base):
    """A place money can be. Only the ledger's posting function changes `balance_fen`."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint(
            "kind", "owner_id", "division_code", "fund_year", "fund_kind", name="uq_ledger_accounts_owner"
        ),
        CheckConstraint(f"kind in {ACCOUNT_KINDS}", name="kind"),
        *(CheckConstraint(f"kind <> '{kind}' or balance_fen >= 0", name=f"{kind}_covered") for kind in NEVER_NEGATIVE),
        Index(None, "division_code", "fund_year"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int]
    """Id of the line, receipt, allocation, claim, batch or payment; 0 for a source."""
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str]
    batch: Mapped[str]
    receipt_id: Mapped[int | None] = mapped_column(index=True)
    allocation_id: Mapped[int | None] = mapped_column(index=True)
    claim_id: Mapped[int | None]
    balance_fen: Mapped[int]
    last_effective_on: Mapped[date | None]


class LedgerChain(Base):
    """The end of one book's chain; its row is locked by every posting into the book."""

    __tablename__ = "ledger_chains"

    book: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class LedgerTransfer(Base):
    """Money moved from one account to another. Append only, chained to the transfer before it in its book."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        UniqueConstraint("book", "number", name="uq_ledger_transfers_number"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        Index(None, "book", "fund_year", "effective_on"),
        Index(None, "debit_id"),
        Index(None, "credit_id"),
        Index(None, "cause_type", "cause_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    book: Mapped[str] = mapped_column(String(12))
    """The division whose act this is; each division's transfers form one chain."""
    number: Mapped[int]
    debit_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    credit_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_fen: Mapped[int]
    kind: Mapped[str]
    fund_year: Mapped[int]
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime]
    cause_type: Mapped[str]
    cause_id: Mapped[int]
    actor: Mapped[str]
    reverses: Mapped[int | None] = mapped_column(ForeignKey("ledger_transfers.id"))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
