"""The operations in which funds and projects change together: one row for each approval of an allocation."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class Funding(Base):
    """One "fund this project": begun with the reservation held, ended by what projects decided (决定权在项目方).

    reserved: projects have not answered yet; posted: they funded; refused: they did not, with the reason;
    voided: given up before they had decided. `key` is the request's Idempotency-Key, under which the answer is stored.
    """

    __tablename__ = "fundings"
    __table_args__ = (
        CheckConstraint("state in ('reserved', 'posted', 'refused', 'voided')", name="state"),
        CheckConstraint("(state = 'reserved') = (settled_at is null)", name="settled_when_decided"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("office", "operation", "key", name="uq_fundings_key"),
        Index(
            "uq_fundings_one_live", "allocation_id", unique=True,
            postgresql_where=text("state in ('reserved', 'posted')"),
        ),
        Index("ix_fundings_due", "next_ask_at", postgresql_where=text("state = 'reserved'")),
        Index(None, "county_code", "asked_on"),
    )  # fmt: skip

    op: Mapped[str] = mapped_column(String(32), primary_key=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"))
    office: Mapped[str]
    operation: Mapped[str]
    key: Mapped[str] = mapped_column(String(64))
    project_code: Mapped[str] = mapped_column(String(64))
    county_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    amount_fen: Mapped[int]
    asked_on: Mapped[date]
    opinion: Mapped[str]
    decided_on: Mapped[date]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    grant_version: Mapped[int | None]
    begun_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    """From then on projects are no longer asked to fund, but to give the operation up."""
    next_ask_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class FundingRelease(Base):
    """Money of a posted operation that was taken back from the project. Append only; told to projects."""

    __tablename__ = "funding_releases"
    __table_args__ = (CheckConstraint("amount_fen >= 1", name="amount_positive"),)

    op: Mapped[str] = mapped_column(ForeignKey("fundings.op"), primary_key=True)
    release_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount_fen: Mapped[int]
    released_on: Mapped[date]
