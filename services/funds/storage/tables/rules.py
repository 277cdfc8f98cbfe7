"""Tables of what others set: parameters, kinds, programmes, names, and what projects says of its projects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class Parameter(Base):
    """A number or word of the policy for an area from a day on. Only `valid_to` is ever set afterwards."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("key", "division_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    division_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]


class FundKind(Base):
    """A kind of money and the level of finance it comes from."""

    __tablename__ = "fund_kinds"
    __table_args__ = (CheckConstraint("source_level in ('central','province','city','county')", name="source_level"),)

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source_level: Mapped[str]
    special: Mapped[bool]
    directions: Mapped[str]
    source: Mapped[str]


class ClaimPaperKind(Base):
    """A paper a claim of one kind must carry."""

    __tablename__ = "claim_paper_kinds"

    claim_kind: Mapped[str] = mapped_column(primary_key=True)
    paper_kind: Mapped[str] = mapped_column(primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class Programme(Base):
    """A kind of grant to people, with the range of one payment."""

    __tablename__ = "programmes"
    __table_args__ = (CheckConstraint("min_fen >= 1 and max_fen >= min_fen", name="range"),)

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    period_kind: Mapped[str]
    min_fen: Mapped[int]
    max_fen: Mapped[int]
    source: Mapped[str]


class DivisionName(Base):
    """The registry's name of a division, as it answered last."""

    __tablename__ = "division_names"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    heard_at: Mapped[datetime]


class ProjectGrantRow(Base):
    """One version of what projects said of a project. Append only."""

    __tablename__ = "project_grants"
    __table_args__ = (Index(None, "county_code", "plan_year"),)

    project_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    plan_year: Mapped[int | None]
    effective_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    heard_at: Mapped[datetime]
    heard_by: Mapped[str]
    """`event` when projects told it, `answer` when funds asked."""


class FundedProject(Base):
    """A project money was proposed for: the row to lock when its plan line or contract is drawn on."""

    __tablename__ = "funded_projects"

    project_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
