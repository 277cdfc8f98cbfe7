"""Offices: the bodies at the divisions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Office(Base):
    """A body at one division; its level follows from the division's code."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("division_code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", name="division_form"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("starts_with(code, division_code || '-')", name="code_begins_with_division"),
        Index(None, "division_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[str]
    sector: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day; none while the office stands."""
    version: Mapped[int] = mapped_column(default=1)


class OfficeVersion(Base):
    """What an office was called and how long it stood, from when it was known, and by whom. Append only."""

    __tablename__ = "office_versions"

    office_code: Mapped[str] = mapped_column(ForeignKey("offices.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """created, renamed, closed or succeeded."""
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
