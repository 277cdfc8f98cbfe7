"""Tables of fundings: each operation of funds decided once, and what came back of it later."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.projects.storage.tables import DIVISION, Base


class Funding(Base):
    """The decision on one operation. Append only: this row's commit is the decision of both services.

    `project_code` may name a project nobody knows: the refusal of it is a decision too, and is kept.
    """

    __tablename__ = "fundings"
    __table_args__ = (
        CheckConstraint("state in ('funded', 'refused', 'tombstone')", name="state"),
        CheckConstraint("(state = 'refused') = (reason is not null)", name="refused_with_reason"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index(None, "county_code", "asked_on"),
        Index(None, "project_code"),
    )

    op: Mapped[str] = mapped_column(String(32), primary_key=True)
    project_code: Mapped[str] = mapped_column(String(64))
    county_code: Mapped[str] = mapped_column(DIVISION)
    fund_year: Mapped[int] = mapped_column(SmallInteger)
    amount_fen: Mapped[int]
    asked_on: Mapped[date]
    asked_by: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(32))
    left_fen: Mapped[int | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The project as it was decided on, with its version: evidence for both sides."""
    decided_at: Mapped[datetime]


class FundingRelease(Base):
    """Money of a funding that funds took back from the project. Append only."""

    __tablename__ = "funding_releases"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount_positive"),)

    op: Mapped[str] = mapped_column(ForeignKey("fundings.op"), primary_key=True)
    release_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount_fen: Mapped[int]
    released_on: Mapped[date]
    recorded_at: Mapped[datetime]
