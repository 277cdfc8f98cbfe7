"""Tables of departments' lists held against the register, and the doubts that came of them.

No identity number is kept: a row of a list is known by its place in it, a person by the register's own id.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class ComparisonList(Base):
    """One list as it was compared. Append only; the same batch, or the same content, is the same list."""

    __tablename__ = "comparison_lists"
    __table_args__ = (
        UniqueConstraint("office", "kind", "batch_key", name="uq_comparison_lists_batch"),
        UniqueConstraint("office", "kind", "content_sha256", name="uq_comparison_lists_content"),
        Index(None, "division_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    office: Mapped[str]
    account: Mapped[str]
    person: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    batch_key: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str]
    as_of: Mapped[date]
    received_at: Mapped[datetime]
    reply_by: Mapped[date]
    rows: Mapped[int]
    faulty: Mapped[int]
    repeated: Mapped[int]
    matched: Mapped[int]
    faults: Mapped[list[Any]] = mapped_column(JSONB)
    """The first faulty rows: number and code of the fault, never what stood there."""


class ComparisonDoubt(Base):
    """A person of a list who is on the register: a suspicion to be looked into, nothing more."""

    __tablename__ = "comparison_doubts"
    __table_args__ = (
        UniqueConstraint("list_id", "row"),
        CheckConstraint("state in ('open', 'answered', 'closed')", name="state_known"),
        Index(None, "village_code", "id"),
        Index(None, "household_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("comparison_lists.id"))
    row: Mapped[int]
    kind: Mapped[str]
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("household_members.id"))
    village_code: Mapped[str] = mapped_column(String(12))
    fact: Mapped[str]
    """What the list says of the person, in the department's words."""
    state: Mapped[str]
    reply_by: Mapped[date]


class ComparisonDoubtStep(Base):
    """What the village found, or the county decided. Append only."""

    __tablename__ = "comparison_doubt_steps"

    doubt_id: Mapped[int] = mapped_column(ForeignKey("comparison_doubts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    step: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    account: Mapped[str]
    person: Mapped[str]
    office: Mapped[str]
