"""Tables of orders to the bank: payees' accounts, files of payment orders, what the bank answered."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class PayeeAccount(Entered, Decided, Base):
    """An account a county pays a payee on, in use once another person approved it. The number stands sealed."""

    __tablename__ = "payee_accounts"
    __table_args__ = (
        UniqueConstraint("seal_row", name="uq_payee_accounts_seal_row"),
        Index(
            "uq_payee_accounts_one_proposed",
            "county_code",
            "payee_uscc",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("(state = 'approved') = (usable_from is not null)", name="usable_when_approved"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    payee_uscc: Mapped[str] = mapped_column(String(18))
    payee_name: Mapped[str]
    bank_name: Mapped[str]
    seal_row: Mapped[str] = mapped_column(String(32))
    """Bound into the sealed number: it opens in this row only."""
    account_sealed: Mapped[str]
    account_masked: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    usable_from: Mapped[date | None]
    """The first day a file may carry it: a changed account waits."""


class BankFile(Entered, Base):
    """A file of payment orders for the bank. Its bytes follow from its lines; their hash is kept. Append only."""

    __tablename__ = "bank_files"
    __table_args__ = (
        UniqueConstraint("number", name="uq_bank_files_number"),
        CheckConstraint("line_count >= 1 and total_fen >= line_count", name="amounts"),
        Index(None, "county_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    county_code: Mapped[str] = mapped_column(String(12))
    made_on: Mapped[date]
    line_count: Mapped[int]
    total_fen: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(64))


class BankFileLine(Base):
    """One payment in a file. Whether it is settled is the payment's own state. Append only."""

    __tablename__ = "bank_file_lines"
    __table_args__ = (
        UniqueConstraint("payment_id", "entry", name="uq_bank_file_lines_payment"),
        UniqueConstraint("end_to_end_id", name="uq_bank_file_lines_end_to_end_id"),
        UniqueConstraint("bank_file_id", "number", name="uq_bank_file_lines_number"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    bank_file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"))
    number: Mapped[int]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    payee_account_id: Mapped[int] = mapped_column(ForeignKey("payee_accounts.id"))
    end_to_end_id: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    purpose: Mapped[str]
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each voided file the payment was in: it stands in one file that holds."""


class BankFileVoid(Entered, Base):
    """A file another person took back before the bank answered it; its payments may go into a new one. Append only."""

    __tablename__ = "bank_file_voids"
    __table_args__ = (UniqueConstraint("bank_file_id", name="uq_bank_file_voids_once"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    bank_file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"))
    reason: Mapped[str]


class BankResult(Entered, Base):
    """A result file of the bank that was entered, by its hash. Append only."""

    __tablename__ = "bank_results"
    __table_args__ = (UniqueConstraint("bank_file_id", "content_sha256", name="uq_bank_results_once"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    bank_file_id: Mapped[int] = mapped_column(ForeignKey("bank_files.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    line_count: Mapped[int]
    total_fen: Mapped[int]
    paid: Mapped[int]
    refused: Mapped[int]
    returned: Mapped[int]
    accepted: Mapped[int]
    repeated: Mapped[int]
    """Lines that said what an earlier result had said already."""
