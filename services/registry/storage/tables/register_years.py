"""Tables of closed years: what was frozen, its totals, and the corrections asked for and decided since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class RegisterYear(Base):
    """A county's closed year: through which day, who closed it when. A year without a row is open. Append only."""

    __tablename__ = "register_years"

    county_code: Mapped[str] = mapped_column(String(6), ForeignKey("divisions.code"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    closed_through: Mapped[date]
    closed_on: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]
    closed_person: Mapped[str]
    closed_office: Mapped[str]


class RegisterYearClosing(Base):
    """A closing that was asked for, and how far it came by townships. `worker` holds it until `leased_until`."""

    __tablename__ = "register_year_closings"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state_known"),
        Index(
            "uq_register_year_closings_unfinished",
            "county_code",
            unique=True,
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index(None, "county_code", "year", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6), ForeignKey("divisions.code"))
    year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    failure: Mapped[str | None]
    parts_total: Mapped[int]
    parts_done: Mapped[int]
    actor: Mapped[dict[str, Any]]
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]


class HouseholdSlice(Base):
    """A household as frozen with a year: the version that stood, which never changes, and its figures. Append only.

    `content` is the file as composed for the year's last day, protected values sealed, where that is no version:
    where something true later was recorded before the last of what was true by then.
    """

    __tablename__ = "household_slices"
    __table_args__ = (Index(None, "year", "village_code", "household_id"),)

    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    status: Mapped[str]
    attribute: Mapped[str | None]
    main_cause: Mapped[str | None]
    member_count: Mapped[int] = mapped_column(SmallInteger)
    net_income_fen: Mapped[int | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class RegisterYearTotal(Base):
    """Households and people of a village in a frozen year, by status, attribute and main cause (empty: not stated).
    Every other total is a sum of these rows. Append only."""

    __tablename__ = "register_year_totals"
    __table_args__ = (Index(None, "year", "village_code"),)

    county_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    attribute: Mapped[str] = mapped_column(primary_key=True)
    main_cause: Mapped[str] = mapped_column(primary_key=True)
    households: Mapped[int]
    people: Mapped[int]


class Correction(Base):
    """A change asked for that reaches into a closed year. What it would make the file say is kept sealed while it
    waits for consent, and then no longer."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("state in ('asked', 'consented', 'refused')", name="state_known"),
        CheckConstraint("(state = 'asked') = (body_sealed is not null)", name="body_while_asked"),
        CheckConstraint("(state = 'consented') = (version_after is not null)", name="consented_has_version"),
        Index("uq_corrections_asked", "household_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index(None, "village_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6))
    year: Mapped[int] = mapped_column(SmallInteger)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    village_code: Mapped[str] = mapped_column(String(12))
    state: Mapped[str]
    base_version: Mapped[int]
    version_after: Mapped[int | None]
    true_from: Mapped[date]
    changed: Mapped[list[str]] = mapped_column(ARRAY(String))
    reason: Mapped[str]
    paper_sha256: Mapped[str] = mapped_column(String(64))
    body_sealed: Mapped[str | None]
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_person: Mapped[str]
    asked_office: Mapped[str]


class CorrectionDecision(Base):
    """The superior office's consent to a correction, or its refusal, with its opinion. Append only."""

    __tablename__ = "correction_decisions"
    __table_args__ = (CheckConstraint("outcome in ('consent', 'refuse')", name="outcome_known"),)

    correction_id: Mapped[UUID] = mapped_column(ForeignKey("corrections.id"), primary_key=True)
    outcome: Mapped[str]
    opinion: Mapped[str]
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]
