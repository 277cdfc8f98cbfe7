"""Tables of dividends (资产收益分红): shares held for households, and what was paid on them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class PriorityGroup(Base):
    """A group of households whose dividends come first."""

    __tablename__ = "dividend_priority_groups"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    rank: Mapped[int]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class DividendShare(Entered, Decided, Base):
    """Money invested in an enterprise for one household, at a yearly rate not below the floor."""

    __tablename__ = "dividend_shares"
    __table_args__ = (
        CheckConstraint("principal_fen >= 1", name="principal_positive"),
        CheckConstraint("(allocation_id is null) <> (loan_id is null)", name="one_origin"),
        CheckConstraint("state in ('entered','held','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("starts_on < ends_on", name="days_in_order"),
        CheckConstraint(
            "ended_on is null or (state = 'held' and ended_on >= starts_on and ended_on < ends_on)", name="ended_early"
        ),
        Index(None, "county_code", "state"),
        Index(None, "division_code"),
        Index(None, "household_id"),
        Index(None, "allocation_id"),
        Index(None, "loan_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    household_id: Mapped[str]
    person_id: Mapped[str]
    household_version: Mapped[int | None]
    name_masked: Mapped[str | None]
    enterprise_name: Mapped[str]
    enterprise_uscc: Mapped[str] = mapped_column(String(18))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"))
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"))
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loans.id"))
    principal_fen: Mapped[int]
    annual_rate: Mapped[str]
    floor_rate: Mapped[str]
    floor_source: Mapped[str]
    priority_group: Mapped[str | None] = mapped_column(ForeignKey("dividend_priority_groups.code"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day as agreed."""
    ended_on: Mapped[date | None]
    """The last day it was held, where that came earlier."""
    state: Mapped[str]


class DividendPayment(Entered, Base):
    """A dividend a household received for one year of its share. Append only."""

    __tablename__ = "dividend_payments"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_dividend_payments_bank_reference"),
        Index(None, "share_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    share_id: Mapped[int] = mapped_column(ForeignKey("dividend_shares.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    year_number: Mapped[int]
    """Which year of the share, from 1."""
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""
