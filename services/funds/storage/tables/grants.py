"""Tables of grants to people: batches and their lines. No identity number is ever kept here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class GrantBatch(Entered, Decided, Base):
    """A list of grants of one programme and period, paid from one allocation."""

    __tablename__ = "grant_batches"
    __table_args__ = (
        CheckConstraint("state in ('prepared','approved','refused','ordered','settled')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("ordered_person <> entered_person and ordered_person <> decided_person", name="three_persons"),
        UniqueConstraint("county_code", "order_no", name="uq_grant_batches_order_no"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    period: Mapped[str]
    total_fen: Mapped[int]
    state: Mapped[str]
    prepared_on: Mapped[date]
    ordered_on: Mapped[date | None]
    ordered_at: Mapped[datetime | None]
    ordered_by: Mapped[str | None]
    ordered_person: Mapped[str | None]
    order_no: Mapped[str | None] = mapped_column(String(64))


class GrantLine(Base):
    """One grant to one registered person, with what the registry said of them that day."""

    __tablename__ = "grant_lines"
    __table_args__ = (
        UniqueConstraint("batch_id", "ref", name="uq_grant_lines_ref"),
        Index(
            "uq_grant_lines_once",
            "person_id",
            "programme",
            "period",
            unique=True,
            postgresql_where=text("live"),
        ),
        UniqueConstraint("bank_reference", name="uq_grant_lines_bank_reference"),
        Index(None, "household_id"),
        Index(None, "division_code"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("not live or person_id is not null", name="payee_known"),
        CheckConstraint(
            "state in ('refused','prepared','approved','stopped','ordered','paid','returned')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("grant_batches.id"), index=True)
    number: Mapped[int]
    ref: Mapped[str] = mapped_column(String(64))
    programme: Mapped[str] = mapped_column(String(64))
    period: Mapped[str]
    person_id: Mapped[str | None]
    household_id: Mapped[str | None]
    household_version: Mapped[int | None]
    division_code: Mapped[str | None] = mapped_column(String(12))
    name_masked: Mapped[str | None]
    amount_fen: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    live: Mapped[bool]
    """True while the line can still be or has been paid: the same person, programme and period have one."""
    bank_reference: Mapped[str | None] = mapped_column(String(64))
    settled_on: Mapped[date | None]
