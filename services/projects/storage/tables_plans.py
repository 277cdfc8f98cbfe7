"""Tables of annual plans."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.projects.storage.tables import CODE, Base, Recorded
from shared.chassis.changes import WRITTEN_IN


class Plan(Recorded, Base):
    """A county's plan of a fund year. Only `state` changes, from proposed to approved or refused."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'refused')", name="state"),
        Index(None, "county_code", "fund_year", "id"),
        Index("ix_plans_written", "written_in", "id"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - the declarative form

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6))
    fund_year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    total_fen: Mapped[int]
    lines: Mapped[int] = mapped_column(SmallInteger)
    proposed_on: Mapped[date | None]
    note: Mapped[str | None]
    written_in: Mapped[int] = mapped_column(server_default=text(WRITTEN_IN))


class PlanLine(Base):
    """What a project is to get from one source in a plan. Append only."""

    __tablename__ = "plan_lines"
    __table_args__ = (
        UniqueConstraint("plan_id", "project_code", "fund_source"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index(None, "project_code"),
    )

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"))
    fund_source: Mapped[str]
    amount_fen: Mapped[int]


class PlanDecision(Recorded, Base):
    """The one decision on a plan. Append only."""

    __tablename__ = "plan_decisions"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    outcome: Mapped[str]
    opinion: Mapped[str]
    decided_on: Mapped[date]
