"""Tables of natural change (自然变更): events, decisions on those that need one, and who is away since when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class NaturalChange(Base):
    """An event in the life of one household or two, by its paper. Append only; `payload` holds ids and codes only.

    `requested` says whether it waits for a decision; `village_code` is that of the household before the event,
    `other_village_code` that of the other household or the village moved to. `versions` is the version of each file
    the event wrote; `on` the day it happened.
    """

    __tablename__ = "natural_changes"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'village_move') <= (requested and other_village_code is not null)", name="move_is_requested"
        ),
        CheckConstraint("(other_household_id is null) or (other_household_id <> household_id)", name="two_files"),
        Index(None, "village_code", "id"),
        Index(None, "other_village_code", "id"),
        Index(None, "household_id", "id"),
        Index(None, "other_household_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    requested: Mapped[bool]
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    other_household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"))
    village_code: Mapped[str] = mapped_column(String(12), ForeignKey("divisions.code"))
    other_village_code: Mapped[str | None] = mapped_column(String(12), ForeignKey("divisions.code"))
    member_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    on: Mapped[date]
    flags: Mapped[list[str]] = mapped_column(ARRAY(String))
    payload: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    reason: Mapped[str]
    paper_sha256: Mapped[str] = mapped_column(String(64))
    paper_title: Mapped[str]
    recorded_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str]
    recorded_office: Mapped[str]


class NaturalChangeDecision(Base):
    """What became of a requested event. Append only; one for each."""

    __tablename__ = "natural_change_decisions"
    __table_args__ = (CheckConstraint("outcome in ('accepted', 'refused', 'withdrawn')", name="outcome_known"),)

    change_id: Mapped[UUID] = mapped_column(ForeignKey("natural_changes.id"), primary_key=True)
    outcome: Mapped[str]
    opinion: Mapped[str]
    versions: Mapped[dict[str, Any]]
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]


class MemberAbsence(Base):
    """A person of a household is away from a day to a day; open while `to_on` is null. Only its end is ever set.

    `change_id` is the event it began with, or the one that took the person to this file while away. `ended_by` is null
    where no event ended it: who is away was taken off the file by a change of it.
    """

    __tablename__ = "member_absences"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="days_in_order"),
        CheckConstraint("ended_by is null or to_on is not null", name="end_whole"),
        Index("uq_member_absences_open", "member_id", unique=True, postgresql_where=text("to_on is null")),
        Index(None, "household_id", "from_on"),
    )

    change_id: Mapped[UUID] = mapped_column(ForeignKey("natural_changes.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("household_members.id"), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    kind: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("natural_changes.id"))
