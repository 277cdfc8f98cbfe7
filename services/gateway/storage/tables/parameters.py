"""Dated numbers of the gateway's policy."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Parameter(Base):
    """A dated number of the sign-in policy. Earlier rows are closed, never changed."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("key", "division_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[int]
    unit: Mapped[str]
    source: Mapped[str]
