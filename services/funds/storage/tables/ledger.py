"""Tables of the ledger: accounts with their balances, and transfers between them, chained account by account."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.domain.ledger import FIRST_HASH
from services.funds.storage.tables.metadata import Base


class LedgerAccount(Base):
    """A place money can be. Opened empty; after that only the function `post_transfers` changes a row."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint(
            "kind", "owner_id", "division_code", "fund_year", "fund_kind", name="uq_ledger_accounts_owner"
        ),
        CheckConstraint("kind = 'source' or balance_fen >= 0", name="covered"),
        Index(None, "division_code", "fund_year"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    """One of `domain/account_kinds.py`."""
    owner_id: Mapped[int]
    """Id of the line, receipt, allocation, claim, batch or payment; 0 for a source."""
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str]
    batch: Mapped[str]
    receipt_id: Mapped[int | None] = mapped_column(index=True)
    allocation_id: Mapped[int | None] = mapped_column(index=True)
    claim_id: Mapped[int | None]
    balance_fen: Mapped[int] = mapped_column(default=0, server_default="0")
    last_effective_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many transfers the account has had."""
    last_hash: Mapped[bytes] = mapped_column(default=FIRST_HASH, server_default=text(r"'\x" + FIRST_HASH.hex() + "'"))
    """The hash of the last of them."""


class LedgerChain(Base):
    """The end of one book's chain, from the time when each book was one chain. Nothing is added any more."""

    __tablename__ = "ledger_chains"

    book: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class LedgerTransfer(Base):
    """Money moved from one account to another. Append only, chained to the transfer before it on each of the two.

    `debit_version` says which transfer of the debit account this is, `debit_balance_fen` what the account held
    after it, `debit_previous` the hash of the account's transfer before; likewise for the credit account.
    """

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        UniqueConstraint("debit_id", "debit_version", name="uq_ledger_transfers_debit_version"),
        UniqueConstraint("credit_id", "credit_version", name="uq_ledger_transfers_credit_version"),
        # A function of the database, migration 0019: PostgreSQL keeps it, while it parses checks in every statement.
        CheckConstraint("require_well_formed(ledger_transfers)", name="well_formed"),
        Index("uq_ledger_transfers_number", "book", "number", unique=True, postgresql_where=text("number is not null")),
        Index(
            "uq_ledger_transfers_corrected_once",
            "reverses",
            unique=True,
            postgresql_where=text("kind = 'correction'"),
        ),
        Index("ix_ledger_transfers_reverses", "reverses", postgresql_where=text("reverses is not null")),
        Index(None, "book", "fund_year", "effective_on"),
        Index(None, "cause_type", "cause_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    book: Mapped[str] = mapped_column(String(12))
    """The division whose act this is."""
    number: Mapped[int | None]
    """The place in the book's chain, of transfers from the time when each book was one chain."""
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
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[bytes]
    debit_version: Mapped[int]
    debit_balance_fen: Mapped[int]
    debit_previous: Mapped[bytes | None]
    credit_version: Mapped[int]
    credit_balance_fen: Mapped[int]
    credit_previous: Mapped[bytes | None]
    reason: Mapped[str | None]
    """Why a correction undoes what it undoes."""
