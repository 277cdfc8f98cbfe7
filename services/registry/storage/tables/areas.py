"""Tables of areas: divisions, the policy figures that hold there, and their exit plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


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


class Parameter(Base):
    """A policy figure in force in an area; only `valid_to`, its last day, is ever set afterwards."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("key", "division_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        Index("uq_parameters_open", "key", "division_code", unique=True, postgresql_where=text("valid_to is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class ExitPlan(Base):
    """One version of an area's plan of exits, by year. Append only; the highest version is the plan."""

    __tablename__ = "exit_plans"

    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    years: Mapped[dict[str, Any]]
    source: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
