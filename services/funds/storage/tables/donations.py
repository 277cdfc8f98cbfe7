"""Tables of donations (扶贫捐赠): what was given, its receipt, what it was used for."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class DonationReceiptNumber(Base):
    """The last receipt number of a county and year; every donation locks the row, so that no number is left out."""

    __tablename__ = "donation_receipt_numbers"

    county_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Donation(Entered, Base):
    """Money given for a purpose. Append only; what is left of it is the balance of its account."""

    __tablename__ = "donations"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("public_name is null or donor_name is not null", name="named_before_published"),
        UniqueConstraint("county_code", "receipt_year", "receipt_number", name="uq_donations_receipt"),
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_donations_bank_reference"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    """The place the donation is for."""
    receipt_year: Mapped[int]
    receipt_number: Mapped[int]
    donor_kind: Mapped[str]
    donor_name: Mapped[str | None]
    """Null when the donor gave no name."""
    donor_uscc: Mapped[str | None] = mapped_column(String(18))
    public_name: Mapped[str | None]
    """The name the donor allowed to be published; null for an anonymous donor."""
    amount_fen: Mapped[int]
    received_on: Mapped[date]
    purpose: Mapped[str]
    project_code: Mapped[str | None] = mapped_column(String(64))
    programme: Mapped[str | None] = mapped_column(String(64))
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone donation of the same reference: a wrong entry is undone, then entered right."""


class DonationReversal(Entered, Decided, Base):
    """A donation that should not have been entered: asked to be undone by one person, undone by another."""

    __tablename__ = "donation_reversals"
    __table_args__ = (
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_donation_reversals_once", "donation_id", unique=True, postgresql_where=text("state <> 'refused'")),
        Index(None, "donation_id"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donations.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    state: Mapped[str]


class DonationUse(Entered, Decided, Base):
    """A part of a donation given to a project or a programme for households: proposed, then approved or refused."""

    __tablename__ = "donation_uses"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("(project_code is null) <> (programme is null)", name="one_aim"),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "donation_id"),
        Index(None, "household_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donations.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    project_code: Mapped[str | None] = mapped_column(String(64))
    programme: Mapped[str | None] = mapped_column(String(64))
    amount_fen: Mapped[int]
    used_on: Mapped[date]
    what: Mapped[str]
    donor_consent: Mapped[str | None]
    """The paper by which the donor agreed to this aim, the project they named having ended."""
    household_id: Mapped[str | None]
    """The household on the register it is for; `division_code` is then its village."""
    state: Mapped[str]
