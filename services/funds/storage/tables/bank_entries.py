"""Table of the undoing of money entered by a bank's reference (回单登记冲销)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class BankEntryReversal(Entered, Decided, Base):
    """An entry that should not have been made: asked to be undone by one person, undone by another."""

    __tablename__ = "bank_entry_reversals"
    __table_args__ = (
        CheckConstraint(
            "kind in ('payment_return','grant_return','dividend_payment','pool_contribution','pool_repayment',"
            "'risk_fund_deposit','risk_recovery')",
            name="kind",
        ),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_bank_entry_reversals_once", "kind", "entry_id", unique=True,
              postgresql_where=text("state <> 'refused'")),
        Index(None, "division_code"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    entry_id: Mapped[int]
    owner_id: Mapped[int]
    """The payment, grant, share, pool, lending, risk fund or compensation it was entered for."""
    division_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[str]
