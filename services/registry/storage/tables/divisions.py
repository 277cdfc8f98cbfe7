"""Tables of what becomes of divisions: changes, who follows whom, former names, kinds; and the lines of a load."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class DivisionChange(Base):
    """A merge, split, rename, new code or abolition, in force from a day on, with its paper. Append only."""

    __tablename__ = "division_changes"
    __table_args__ = (CheckConstraint("kind in ('merge', 'split', 'rename', 'recode', 'abolish')", name="kind_known"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    on: Mapped[date]
    source: Mapped[str]
    reason: Mapped[str]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str]
    recorded_office: Mapped[str]
    recorded_at: Mapped[datetime]


class DivisionChanged(Base):
    """A division that a change speaks of, predecessor or successor. Append only."""

    __tablename__ = "division_changed"

    division_code: Mapped[str] = mapped_column(String(15), ForeignKey("divisions.code"), primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("division_changes.id"), primary_key=True)


class DivisionSuccession(Base):
    """One division follows another by a change. Append only."""

    __tablename__ = "division_successions"
    __table_args__ = (
        CheckConstraint("predecessor_code <> successor_code", name="two_divisions"),
        Index(None, "successor_code"),
    )

    predecessor_code: Mapped[str] = mapped_column(String(15), ForeignKey("divisions.code"), primary_key=True)
    successor_code: Mapped[str] = mapped_column(String(15), ForeignKey("divisions.code"), primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("division_changes.id"), primary_key=True)


class DivisionCarry(Base):
    """The files a change carries over to the divisions that followed, and how far that has come."""

    __tablename__ = "division_carries"
    __table_args__ = (
        CheckConstraint("carried between 0 and files", name="no_more_than_there_are"),
        Index("ix_division_carries_waiting", "change_id", postgresql_where=text("done_at is null")),
    )

    change_id: Mapped[int] = mapped_column(ForeignKey("division_changes.id"), primary_key=True)
    files: Mapped[int]
    carried: Mapped[int]
    office_name: Mapped[str]
    done_at: Mapped[datetime | None]


class DivisionFormerName(Base):
    """A name a division had, to its last day. Append only."""

    __tablename__ = "division_former_names"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="days_in_order"),)

    division_code: Mapped[str] = mapped_column(String(15), ForeignKey("divisions.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date]
    name: Mapped[str] = mapped_column(index=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("division_changes.id"))


class DivisionKind(Base):
    """A division is of a kind for a time. Append only, but for its end, which is set once (a trigger sees to it)."""

    __tablename__ = "division_kinds"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("num_nonnulls(valid_to, end_source, ended_by, ended_at) in (0, 4)", name="end_whole"),
        Index(None, "division_code", "kind", "valid_from", unique=True),
        Index(
            "uq_division_kinds_open", "division_code", "kind", unique=True, postgresql_where=text("valid_to is null")
        ),
        Index(None, "kind", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(15), ForeignKey("divisions.code"))
    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    end_source: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class DivisionLoadLine(Base):
    """A line of the file that is being loaded; empty when no load is running. Unlogged: a load begins anew."""

    __tablename__ = "division_load_lines"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    code: Mapped[str] = mapped_column(String(15), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[str] = mapped_column(String(12))
    name_pinyin: Mapped[str]
    name_initials: Mapped[str]
