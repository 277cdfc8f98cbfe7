"""Tables of money going out under a contract: claims, their papers, payments, returns."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered
from shared.chassis.changes import WRITTEN_IN


class Claim(Entered, Decided, Base):
    """A claim on an allocation (报账). `decided_*` is finance's review."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("amount_fen = payable_fen + withheld_fen", name="parts_add_up"),
        CheckConstraint("amount_fen >= 1 and payable_fen >= 0 and withheld_fen >= 0", name="amounts"),
        CheckConstraint("kind in ('advance','progress','final','retention')", name="kind"),
        CheckConstraint("state in ('filed','approved','refused','ordered','paid','returned')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(
            "uq_claims_repeats",
            "repeats_claim_id",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        CheckConstraint("progress_percent between 1 and 100", name="progress_percent"),
        Index(None, "county_code", "fund_year"),
        Index(None, "county_code", "payee_uscc", "payee_name"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    project_code: Mapped[str] = mapped_column(index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    kind: Mapped[str]
    amount_fen: Mapped[int]
    payable_fen: Mapped[int]
    withheld_fen: Mapped[int]
    retention_rate: Mapped[str]
    claimed_on: Mapped[date]
    state: Mapped[str]
    grant_version: Mapped[int]
    use_code: Mapped[str] = mapped_column(String(64), default="")
    payee_name: Mapped[str]
    payee_uscc: Mapped[str]
    progress_percent: Mapped[int | None]
    """For a progress claim: how much of the works is done, in whole percent."""
    releases_claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    """For a retention claim: the claim whose withheld money it releases."""
    repeats_claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    """For a claim made again: the one whose payment came back whole. Its papers stay with that one."""


class ClaimPaper(Base):
    """A paper filed with a claim. The same file serves one live claim in a county (不得重复报账)."""

    __tablename__ = "claim_papers"
    __table_args__ = (
        Index(
            "uq_claim_papers_once_in_county",
            "county_code",
            "sha256",
            unique=True,
            postgresql_where=text("live"),
        ),
        Index(
            "uq_claim_papers_number",
            "issuer",
            "number",
            unique=True,
            postgresql_where=text("live and number is not null"),
        ),
        CheckConstraint("(issuer is null) = (number is null)", name="number_with_issuer"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    issuer: Mapped[str | None]
    number: Mapped[str | None] = mapped_column(String(64))
    """A numbered paper, such as an invoice, is used once in the whole register, whatever file shows it."""
    live: Mapped[bool]
    """False once the claim was refused: the paper may then be filed again. That of a paid claim never."""


class Payment(Entered, Base):
    """A payment order for an approved claim (支付). Final only when the bank confirms the payee has it."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("county_code", "order_no", name="uq_payments_order_no"),
        UniqueConstraint("county_code", "bank_reference", name="uq_payments_bank_reference"),
        Index(
            "uq_payments_one_live",
            "claim_id",
            unique=True,
            postgresql_where=text("state not in ('refused','returned')"),
        ),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("state in ('ordered','paid','refused','returned')", name="state"),
        Index("ix_payments_written", "written_in", "id"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - the declarative form

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    order_no: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    payee_name: Mapped[str]
    payee_uscc: Mapped[str]
    ordered_on: Mapped[date]
    state: Mapped[str]
    settled_on: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    bank_reference: Mapped[str | None] = mapped_column(String(64))
    written_in: Mapped[int] = mapped_column(server_default=text(WRITTEN_IN))


class PaymentReturn(Entered, Base):
    """Money of a final payment that came back (退回). Append only."""

    __tablename__ = "payment_returns"
    __table_args__ = (
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_payment_returns_bank_reference"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    returned_on: Mapped[date]
    reason: Mapped[str]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""
