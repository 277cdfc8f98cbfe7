"""Tables of exports of household files: who asked for what, who approved it, and that it was fetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class HouseholdExport(Base):
    """One export. It may be fetched once, until `expires_at`; `number` is printed on it."""

    __tablename__ = "household_exports"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'ready', 'fetched')", name="state_known"),
        CheckConstraint("layout in ('suite', 'national')", name="layout_known"),
        CheckConstraint("format in ('csv', 'xlsx')", name="format_known"),
        CheckConstraint("approved_person is null or approved_person <> created_person", name="approved_by_another"),
        Index(None, "division_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Identity(always=True, start=100_001), unique=True)
    office: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    filters: Mapped[dict[str, Any]]
    layout: Mapped[str]
    format: Mapped[str]
    clear: Mapped[bool]
    purpose: Mapped[str]
    state: Mapped[str]
    households: Mapped[int]
    people: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    created_person: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_person: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
