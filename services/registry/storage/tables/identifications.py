"""Tables of identification (认定): a village's list and every step taken on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class Identification(Base):
    """One village's list on its way to the register. `state` follows the chain in data/chains.csv."""

    __tablename__ = "identifications"
    __table_args__ = (
        CheckConstraint(
            "state in ('proposed', 'reviewed', 'noticed', 'township_approved', 'registered', 'returned')",
            name="state_known",
        ),
        Index(None, "village_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12), ForeignKey("divisions.code"))
    year: Mapped[int]
    state: Mapped[str]
    proposed_on: Mapped[date]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_person: Mapped[str]
    proposed_office: Mapped[str]


class IdentificationHousehold(Base):
    """A household on a list, in the version proposed; `open` while the list is being decided."""

    __tablename__ = "identification_households"
    __table_args__ = (
        Index("uq_identification_households_open", "household_id", unique=True, postgresql_where=text("open")),
        CheckConstraint("not open or taken_out_reason is null", name="taken_out_is_closed"),
    )

    identification_id: Mapped[UUID] = mapped_column(ForeignKey("identifications.id"), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), primary_key=True)
    version: Mapped[int]
    open: Mapped[bool]
    taken_out_reason: Mapped[str | None]
    taken_out_step: Mapped[str | None]


class VillageMeeting(Base):
    """The village representatives' meeting (民主评议) on a list. Append only."""

    __tablename__ = "village_meetings"

    identification_id: Mapped[UUID] = mapped_column(ForeignKey("identifications.id"), primary_key=True)
    held_on: Mapped[date]
    place: Mapped[str]
    entitled: Mapped[int]
    present: Mapped[int]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    chair: Mapped[str]
    paper_sha256: Mapped[str]
    quorum: Mapped[str]
    quorum_source: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str]
    recorded_office: Mapped[str]


class VillageNotice(Base):
    """The notice (公示) of a list in its village. `recorded_late` when its paper hung before it was recorded.

    Append only.
    """

    __tablename__ = "village_notices"
    __table_args__ = (CheckConstraint("ends_on = posted_on + days::integer", name="days_counted"),)

    identification_id: Mapped[UUID] = mapped_column(ForeignKey("identifications.id"), primary_key=True)
    village_code: Mapped[str] = mapped_column(String(12))
    posted_on: Mapped[date]
    days: Mapped[int]
    ends_on: Mapped[date]
    days_source: Mapped[str]
    place: Mapped[str]
    paper_sha256: Mapped[str]
    recorded_late: Mapped[bool]
    recorded_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str]
    recorded_office: Mapped[str]


class Objection(Base):
    """An objection to one household on a posted list. Append only; its answer is a row of its own."""

    __tablename__ = "objections"
    __table_args__ = (Index(None, "identification_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identification_id: Mapped[UUID] = mapped_column(ForeignKey("identifications.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    raised_on: Mapped[date]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str]


class ObjectionAnswer(Base):
    """What was found about an objection. Append only."""

    __tablename__ = "objection_answers"

    objection_id: Mapped[UUID] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    finding: Mapped[str]
    upheld: Mapped[bool]
    answered_on: Mapped[date]
    answered_at: Mapped[datetime]
    answered_by: Mapped[str]
    answered_person: Mapped[str]


class IdentificationDecision(Base):
    """A decision of the township or the county on a list. Append only."""

    __tablename__ = "identification_decisions"
    __table_args__ = (Index("uq_identification_decisions_step", "identification_id", "step", unique=True),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    identification_id: Mapped[UUID] = mapped_column(ForeignKey("identifications.id"))
    step: Mapped[str]
    outcome: Mapped[str]
    opinion: Mapped[str]
    excluded: Mapped[dict[str, Any]]
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]
