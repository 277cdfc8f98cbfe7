"""What a person who left handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Handover(Base):
    """One person's leaving: when, to whom, what. Append only."""

    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint("person_id <> successor_person", name="two_persons"),
        Index(None, "division_code", "id"),
        Index(None, "person_id"),
        Index(None, "successor_person"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    successor_account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    successor_person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    """The area that holds all the offices left: who sees it sees the record."""
    left_on: Mapped[date]
    reason: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was handed over, as the record shows it: accounts, delegations, work that waits."""
    at: Mapped[datetime]
    by: Mapped[str]
    by_person: Mapped[str]
