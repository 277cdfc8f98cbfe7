"""Closed periods of a division's books."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class PeriodClose(Entered, Decided, Base):
    """A month or year of a division's books, closed. `decided_*` is the superior's answer to a reopening asked for.

    It closes the division's own book and those beside it, `341622-gift` and the others: the trigger `follow_transfer`
    on ledger_transfers refuses what takes effect in a period that is not open.
    """

    __tablename__ = "period_closes"
    __table_args__ = (
        Index(
            "uq_period_closes_once",
            "division_code",
            "period",
            unique=True,
            postgresql_where=text("state <> 'reopened'"),
        ),
        CheckConstraint("state in ('closed','reopening_asked','reopened')", name="state"),
        CheckConstraint("last_on >= first_on", name="days_in_order"),
        CheckConstraint("decided_person <> asked_person and decided_person <> entered_person", name="two_persons"),
        Index(None, "division_code", "last_on"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    period: Mapped[str] = mapped_column(String(7))
    """`2025` or `2025-03`."""
    first_on: Mapped[date]
    last_on: Mapped[date]
    state: Mapped[str]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    asked_person: Mapped[str | None]
    reason: Mapped[str | None]
