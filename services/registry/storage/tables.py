"""The registry's tables. Codes are text; money is fen; `*_on` is a day, `*_at` an instant, `*_by` an account."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.chassis.tables import NAMING, TYPES

APPEND_ONLY: frozenset[str] = frozenset()
"""Tables on which the app role may insert and select, nothing else."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Division(Base):
    """An area of one of five levels, valid from a day on."""

    __tablename__ = "divisions"
    __table_args__ = (
        CheckConstraint("code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", name="code_form"),
        CheckConstraint("starts_with(code, parent_code)", name="parent_is_prefix"),
        Index(None, "parent_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    level: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[str] = mapped_column(String(9), default="")
    valid_from: Mapped[date]
    source: Mapped[str]
