"""Tables of money that circulates: revolving money (周转金), industry funds (产业基金), mutual aid (互助资金)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class Pool(Entered, Base):
    """Money lent out, paid back and lent again, with its ceilings."""

    __tablename__ = "pools"
    __table_args__ = (
        CheckConstraint("kind in ('revolving','industry','mutual_aid')", name="kind"),
        CheckConstraint("lending_ceiling_fen >= 1", name="ceiling_positive"),
        UniqueConstraint("county_code", "name", name="uq_pools_name"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    """Where the pool works: a county, or the village of a mutual-aid association."""
    kind: Mapped[str]
    name: Mapped[str]
    lending_ceiling_fen: Mapped[int]
    """The most one borrower may owe the pool."""
    term_months: Mapped[int]
    opened_on: Mapped[date]


class PoolMember(Entered, Base):
    """A household that belongs to a mutual-aid association."""

    __tablename__ = "pool_members"
    __table_args__ = (
        Index("uq_pool_members_once", "pool_id", "household_id", unique=True, postgresql_where=text("left_on is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    household_id: Mapped[str]
    person_id: Mapped[str]
    household_version: Mapped[int | None]
    name_masked: Mapped[str | None]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class PoolContribution(Entered, Base):
    """Money put into a pool, by a member or from outside. Append only."""

    __tablename__ = "pool_contributions"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_pool_contributions_bank_reference"),
        Index(None, "pool_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("pool_members.id"))
    origin: Mapped[str]
    amount_fen: Mapped[int]
    contributed_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""


class PoolLending(Entered, Decided, Base):
    """Money lent from a pool to a member or an enterprise: proposed, decided on, paid back."""

    __tablename__ = "pool_lendings"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("(member_id is null) <> (borrower_uscc is null)", name="one_borrower"),
        CheckConstraint("state in ('proposed','lent','refused','repaid')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "pool_id"),
        Index(None, "member_id"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("pool_members.id"))
    borrower_name: Mapped[str | None]
    borrower_uscc: Mapped[str | None] = mapped_column(String(18))
    amount_fen: Mapped[int]
    purpose: Mapped[str]
    proposed_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[str]


class PoolRepayment(Entered, Base):
    """Money that came back to a pool. Append only."""

    __tablename__ = "pool_repayments"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_pool_repayments_bank_reference"),
        Index(None, "lending_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    lending_id: Mapped[int] = mapped_column(ForeignKey("pool_lendings.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    repaid_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""
