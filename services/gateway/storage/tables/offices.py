"""Offices: the bodies at the divisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Office(Base):
    """A body at one division; its level follows from the division's code."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("division_code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", name="division_form"),
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
