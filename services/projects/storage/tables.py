"""Tables of the library: projects, their versions, notices, decisions and imports.

Codes are text; money is fen; `*_on` is a day, `*_at` an instant. Plans are in `tables_plans`, works in `tables_works`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.chassis.changes import WRITTEN_IN
from shared.chassis.tables import NAMING, TYPES

CODE = String(32)
DIVISION = String(12)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES | {date: Date()}


class Recorded:
    """Who wrote a row, and when: the account, the person behind it and the office."""

    recorded_at: Mapped[datetime]
    account: Mapped[str]
    person: Mapped[str]
    office: Mapped[str]
    office_name: Mapped[str]


class Parameter(Base):
    """A number that depends on place and day. Only `valid_to` is ever set afterwards."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("key", "division_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="period"),
        Index("uq_parameters_open", "key", "division_code", unique=True, postgresql_where=text("valid_to is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    division_code: Mapped[str] = mapped_column(DIVISION)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[str]
    unit: Mapped[str]
    source: Mapped[str]


class Counter(Base):
    """The last running number given in a county and year; locked while a number is taken."""

    __tablename__ = "counters"

    county_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    last: Mapped[int]


class Project(Base):
    """A project: the present entry, where it stands, and the facts funds decides on.

    `area_code` is the smallest division holding all sites; `steps_done` counts the chain's steps of this `round`;
    `wait_until` is the first day of the due step while a notice runs; `grant_version` grows with every change told.
    """

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint("plan_line_fen = 0 or plan_line_fen <= amount_fen", name="plan_within_estimate"),
        CheckConstraint("contract_fen is null or contract_fen <= plan_line_fen", name="contract_within_plan"),
        CheckConstraint("not in_library or filed_on is not null", name="filed_when_in_library"),
        CheckConstraint("(plan_year is null) = (plan_line_fen = 0)", name="plan_year_with_line"),
        CheckConstraint("funded_fen between 0 and plan_line_fen", name="funded_within_plan"),
        Index(None, "county_code", "year", "project_code"),
        Index(None, "area_code", "project_code"),
        Index("ix_projects_written", "written_in", "project_code"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - the declarative form

    project_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6))
    area_code: Mapped[str] = mapped_column(DIVISION)
    division_code: Mapped[str] = mapped_column(DIVISION)
    year: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    category: Mapped[str | None]
    nature: Mapped[str | None]
    purpose: Mapped[str]
    amount_fen: Mapped[int | None]
    office_code: Mapped[str] = mapped_column(default="")
    office_name_responsible: Mapped[str] = mapped_column(default="")
    planned_end_on: Mapped[date | None]
    entry: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int]
    proposer_level: Mapped[str]
    proposer_office: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[date]
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    steps_done: Mapped[int] = mapped_column(SmallInteger, default=0)
    step_on: Mapped[date]
    wait_until: Mapped[date | None]
    in_library: Mapped[bool] = mapped_column(default=False)
    filed_on: Mapped[date | None]
    plan_year: Mapped[int | None] = mapped_column(SmallInteger)
    plan_line_fen: Mapped[int] = mapped_column(default=0)
    funded_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """What funds have given it of its plan line: the sum of its fundings less what came back."""
    contractor_name: Mapped[str | None]
    contractor_uscc: Mapped[str | None] = mapped_column(String(18))
    contract_fen: Mapped[int | None]
    retention_rate: Mapped[str | None]
    contracted_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    final_account_fen: Mapped[int | None]
    grant_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    written_in: Mapped[int] = mapped_column(server_default=text(WRITTEN_IN))


class ProjectSite(Base):
    """A division a project lies in; who may see the division may see the project."""

    __tablename__ = "project_sites"
    __table_args__ = (Index(None, "division_code", "project_code"),)

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    division_code: Mapped[str] = mapped_column(DIVISION, primary_key=True)


class ProjectVersion(Recorded, Base):
    """An entry as it was written. Append only."""

    __tablename__ = "project_versions"

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ProjectState(Recorded, Base):
    """A change of the facts told to funds: which step, which state since when, why. Append only."""

    __tablename__ = "project_states"

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    grant_version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    state_since: Mapped[date]
    action: Mapped[str]
    reason: Mapped[str]


class Notice(Recorded, Base):
    """A notice put up, with the fields it published. Append only."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(project_code is null) <> (plan_id is null)", name="one_subject"),
        CheckConstraint("ends_on > posted_on", name="runs_days"),
        UniqueConstraint("project_code", "round", "step"),
        UniqueConstraint("plan_id"),
        Index(None, "division_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str | None] = mapped_column(ForeignKey("projects.project_code"))
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plans.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[str]
    level: Mapped[str]
    division_code: Mapped[str] = mapped_column(DIVISION)
    posted_on: Mapped[date]
    days: Mapped[int] = mapped_column(SmallInteger)
    ends_on: Mapped[date]
    place: Mapped[str]
    paper_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_late: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @property
    def subject(self) -> str:
        return self.project_code or self.plan_id or ""


class Decision(Recorded, Base):
    """A step decided. Append only; one for every step of a round."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("project_code", "round", "step"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"))
    round: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[str]
    outcome: Mapped[str]
    opinion: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(JSONB)
    checklist: Mapped[dict[str, Any]] = mapped_column(JSONB)
    decided_on: Mapped[date]
    recorded_late: Mapped[bool]


class ProjectImport(Recorded, Base):
    """A workbook that was read. Append only; the same content in the same way is the same import."""

    __tablename__ = "project_imports"
    __table_args__ = (
        UniqueConstraint("office", "content_sha256", "year", "mode", "dry_run", name="uq_project_imports_content"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    area_code: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(String(64))
    year: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str]
    dry_run: Mapped[bool]
    state: Mapped[str]
    rows_total: Mapped[int]


class ProjectImportRow(Base):
    """A row of an imported sheet as it was read, and what became of it. Append only."""

    __tablename__ = "project_import_rows"

    import_id: Mapped[str] = mapped_column(ForeignKey("project_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[Any]] = mapped_column(JSONB)
    project_code: Mapped[str | None] = mapped_column(CODE)
    reasons: Mapped[list[Any]] = mapped_column(JSONB)


APPEND_ONLY = frozenset(
    {
        "project_versions",
        "project_states",
        "notices",
        "decisions",
        "project_imports",
        "project_import_rows",
        "plan_lines",
        "plan_decisions",
        "tenders",
        "contracts",
        "works_events",
        "progress_reports",
        "acceptances",
        "assets",
        "fundings",
        "funding_releases",
    }
)
"""Tables on which the app role may insert and select, nothing else."""
