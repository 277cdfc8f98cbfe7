"""Tables of data quality: runs, what each found by village and rule, the findings themselves, and exemptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base

OPEN, CLOSED = text("closed_run is null"), text("closed_run is not null")


class QualityRun(Base):
    """One check of an area and its progress. `reached` is the last part of it that is done; `worker` holds it until
    `leased_until`."""

    __tablename__ = "quality_runs"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state_known"),
        Index(
            "uq_quality_runs_unfinished",
            "division_code",
            unique=True,
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index(None, "division_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    state: Mapped[str]
    failure: Mapped[str | None]
    reached: Mapped[str] = mapped_column(String(12))
    parts_total: Mapped[int]
    parts_done: Mapped[int]
    households: Mapped[int]
    people: Mapped[int]
    found: Mapped[int]
    exempt: Mapped[int]
    on: Mapped[date]
    actor: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]


class QualityRunVillage(Base):
    """What a run checked in a village: files, people, and files with a finding that is not exempt, by level.
    Append only."""

    __tablename__ = "quality_run_villages"
    __table_args__ = (Index(None, "village_code", "run_id"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_runs.id"), primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    households: Mapped[int]
    people: Mapped[int]
    with_finding: Mapped[int]
    with_refuse: Mapped[int]
    with_warn: Mapped[int]
    with_list: Mapped[int]


class QualityCount(Base):
    """What a run found of a rule in a village; no row where it found nothing. Append only."""

    __tablename__ = "quality_counts"
    __table_args__ = (Index(None, "rule", "village_code", "run_id"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_runs.id"), primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    found: Mapped[int]
    exempt: Mapped[int]


class QualityCheckedVillage(Base):
    """When a village was checked last, and by which run."""

    __tablename__ = "quality_checked_villages"

    village_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_runs.id"))
    checked_on: Mapped[date]


class QualityFinding(Base):
    """A rule broken by a household or person, from the run that found it first to the run that found it no more.

    `subject_id` is the person, or the household where the rule is about it. Files may vanish with the import that
    made them: so nothing here refers to them by key, and the next run closes what is left.
    """

    __tablename__ = "quality_findings"
    __table_args__ = (
        CheckConstraint("num_nulls(closed_run, closed_on, last_found_on) in (0, 3)", name="close_whole"),
        Index("uq_quality_findings_open", "subject_id", "rule", unique=True, postgresql_where=OPEN),
        Index("ix_quality_findings_area", "village_code", "id", postgresql_where=OPEN),
        Index("ix_quality_findings_closed", "village_code", "id", postgresql_where=CLOSED),
        Index("ix_quality_findings_rule", "rule", "village_code", "id", postgresql_where=OPEN),
        Index(None, "household_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule: Mapped[str]
    subject_id: Mapped[UUID]
    household_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    village_code: Mapped[str] = mapped_column(String(12))
    opened_run: Mapped[UUID] = mapped_column(ForeignKey("quality_runs.id"))
    first_found_on: Mapped[date]
    last_found_on: Mapped[date | None]
    closed_run: Mapped[UUID | None] = mapped_column(ForeignKey("quality_runs.id"))
    closed_on: Mapped[date | None]


class QualityExemption(Base):
    """A township's request that a rule shall not count for a household, or for one of its people, until a day.
    Append only."""

    __tablename__ = "quality_exemptions"
    __table_args__ = (Index(None, "household_id", "rule"), Index(None, "village_code", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    household_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    village_code: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    paper_sha256: Mapped[str]
    until: Mapped[date]
    asked_by: Mapped[str]
    asked_person: Mapped[str]
    asked_office: Mapped[str]
    asked_at: Mapped[datetime]
    asked_on: Mapped[date]


class QualityExemptionDecision(Base):
    """The county's decision on a request. Append only."""

    __tablename__ = "quality_exemption_decisions"
    __table_args__ = (CheckConstraint("outcome in ('grant', 'refuse')", name="outcome_known"),)

    exemption_id: Mapped[UUID] = mapped_column(ForeignKey("quality_exemptions.id"), primary_key=True)
    outcome: Mapped[str]
    opinion: Mapped[str]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]
    decided_at: Mapped[datetime]
    decided_on: Mapped[date]
