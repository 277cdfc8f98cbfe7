"""Tables of what others set: parameters, kinds, programmes, names, and what projects says of its projects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String, UniqueConstraint, false, text
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


class NumberedPaper(Base):
    """A kind of paper its issuer numbers, so that the number says whether it was used before."""

    __tablename__ = "numbered_papers"

    paper_kind: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]


class Programme(Base):
    """A kind of grant to people: the range of one payment, who may have it, once per what, and who receives it."""

    __tablename__ = "programmes"
    __table_args__ = (
        CheckConstraint("min_fen >= 1 and max_fen >= min_fen", name="range"),
        CheckConstraint("once_per in ('person','household')", name="once_per"),
        CheckConstraint("payee in ('person','head','guardian')", name="payee"),
        CheckConstraint("period_kind in ('year','school_year','occasion','once')", name="period_kind"),
    )

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
    once_per: Mapped[str] = mapped_column(server_default="person")
    statuses: Mapped[str] = mapped_column(server_default="eligible")
    """Standings on the register that may have it, parted by `|`."""
    conditions: Mapped[str] = mapped_column(server_default="")
    """As `domain/programmes.py` reads them."""
    payee: Mapped[str] = mapped_column(server_default="head")
    person_year_cap_fen: Mapped[int | None]
    household_year_cap_fen: Mapped[int | None]
    computable: Mapped[bool] = mapped_column(server_default=false())
    """Whether everybody who meets the conditions is entitled, so that who is left unpaid can be told."""


class ProgrammeAmount(Base):
    """A row of a programme's table of amounts; the first row whose conditions are met holds."""

    __tablename__ = "programme_amounts"
    __table_args__ = (CheckConstraint("min_fen >= 1 and max_fen >= min_fen", name="range"),)

    programme: Mapped[str] = mapped_column(String(64), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    conditions: Mapped[str]
    per_person: Mapped[bool]
    min_fen: Mapped[int]
    max_fen: Mapped[int]
    source: Mapped[str]


class ProgrammeExclusion(Base):
    """A programme's place in a group of which one subject may have only one in a span."""

    __tablename__ = "programme_exclusions"
    __table_args__ = (
        CheckConstraint("subject in ('person','household')", name="subject"),
        CheckConstraint("span in ('period','year','once')", name="span"),
    )

    group_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str]
    span: Mapped[str]
    label_zh: Mapped[str]
    label_en: Mapped[str]
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
    """A project told of or asked about, as it is known to stand: the row to lock when its money is drawn on."""

    __tablename__ = "funded_projects"

    project_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    grant_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """The highest version heard; an older one heard later changes nothing here."""
    state: Mapped[str] = mapped_column(default="", server_default=text("''"))
    plan_line_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    ended_on: Mapped[date | None]
    """Since when the project takes no more money: what is left of its allocations is frozen."""
