"""Tables of areas: divisions, the policy figures that hold there, and their exit plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base
from shared.chassis.changes import WRITTEN_IN


class Division(Base):
    """An area of one of five levels, or a natural village; valid from a day on, to its last day once it is closed.

    A closed division keeps its row: what was written of it stays answerable. It has its name since `named_from`.
    """

    __tablename__ = "divisions"
    __table_args__ = (
        CheckConstraint("code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$'", name="code_form"),
        CheckConstraint("starts_with(code, parent_code)", name="parent_is_prefix"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        Index(None, "parent_code", "code"),
        Index(None, "name_pinyin"),
        Index(None, "name_initials"),
        Index("ix_divisions_name_characters", text("string_to_array(name, NULL)"), postgresql_using="gin"),
        Index("ix_divisions_name_syllables", text("string_to_array(name_pinyin, ' ')"), postgresql_using="gin"),
        Index("ix_divisions_closed", "code", postgresql_where=text("valid_to is not null")),
        Index("ix_divisions_written", "written_in", "code"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - the declarative form

    code: Mapped[str] = mapped_column(String(15), primary_key=True)
    level: Mapped[str]
    name: Mapped[str]
    name_pinyin: Mapped[str]
    name_initials: Mapped[str]
    named_from: Mapped[date]
    parent_code: Mapped[str] = mapped_column(String(12), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    written_in: Mapped[int] = mapped_column(server_default=text(WRITTEN_IN))


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
