"""Tables of deadlines of the steps money waits at, and of who answers for it when the superior decides so."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Entered


class StageDeadline(Entered, Base):
    """When money must have left a step, for an area from a day on. Append only: a newer row follows."""

    __tablename__ = "stage_deadlines"
    __table_args__ = (
        UniqueConstraint("division_code", "step", "batch", "valid_from", name="uq_stage_deadlines_once"),
        CheckConstraint("batch in ('','advance','regular')", name="batch"),
        CheckConstraint("counting in ('calendar','working')", name="counting"),
        CheckConstraint("starts in ('entry','document')", name="starts"),
        CheckConstraint("days >= 0", name="days"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    step: Mapped[str] = mapped_column(String(32))
    batch: Mapped[str] = mapped_column(String(8))
    """Empty for money of every batch."""
    valid_from: Mapped[date]
    days: Mapped[int]
    counting: Mapped[str]
    starts: Mapped[str]
    """`entry`: the day the wait began; `document`: the day of the document the money came by."""
    fixed_day: Mapped[str | None] = mapped_column(String(5))
    """MM-DD of the fund year; holds when the wait began by then, else the days count."""
    next_working: Mapped[bool]
    """Whether a last day on which offices do not work moves to the next one they do."""
    source: Mapped[str]


class DurationBand(Base):
    """A band of days, by which late money is grouped (`late_age`) or a finished hop is marked (`hop_score`)."""

    __tablename__ = "duration_bands"
    __table_args__ = (
        CheckConstraint("use in ('late_age','hop_score')", name="use"),
        CheckConstraint("to_days is null or to_days >= from_days", name="days_in_order"),
    )

    use: Mapped[str] = mapped_column(String(16), primary_key=True)
    from_days: Mapped[int] = mapped_column(primary_key=True)
    to_days: Mapped[int | None]
    points_from: Mapped[int | None]
    points_to: Mapped[int | None]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class ThirdCause(Base):
    """A kind of cause that neither finance nor the project's side can help."""

    __tablename__ = "third_causes"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class Responsibility(Entered, Base):
    """A case on money that waits (责任认定): who should answer for it. Only `state` ever changes."""

    __tablename__ = "responsibilities"
    __table_args__ = (
        Index(
            "uq_responsibilities_one_open",
            "reference",
            "step",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("state in ('open','decided','withdrawn')", name="state"),
        CheckConstraint("side in ('finance','project','third')", name="side"),
        CheckConstraint("claimed_side in ('finance','project','third')", name="claimed_side"),
        CheckConstraint("(claimed_side = 'third') = (claimed_cause <> '')", name="claimed_cause"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        Index(None, "division_code", "fund_year"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    """Whose books the money is in."""
    fund_year: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(32))
    project_code: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    """What waited there when the case was opened."""
    since: Mapped[date]
    side: Mapped[str]
    """Who answered when the case was opened."""
    office: Mapped[str]
    office_name: Mapped[str]
    claimed_side: Mapped[str]
    claimed_office: Mapped[str]
    claimed_cause: Mapped[str]
    reason: Mapped[str]
    opened_on: Mapped[date]
    state: Mapped[str]


class ResponsibilityReply(Entered, Base):
    """What an office concerned says to a case. Append only."""

    __tablename__ = "responsibility_replies"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    responsibility_id: Mapped[int] = mapped_column(ForeignKey("responsibilities.id"), index=True)
    words: Mapped[str]
    replied_on: Mapped[date]


class ResponsibilityPaper(Entered, Base):
    """A paper of a case: its name and the hash of its bytes. Append only."""

    __tablename__ = "responsibility_papers"
    __table_args__ = (CheckConstraint("given_with in ('opening','reply','decision')", name="given_with"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    responsibility_id: Mapped[int] = mapped_column(ForeignKey("responsibilities.id"), index=True)
    given_with: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))


class ResponsibilityDecision(Entered, Base):
    """What the superior decided on a case: who answers for the money at that step, from a day on. Append only."""

    __tablename__ = "responsibility_decisions"
    __table_args__ = (
        UniqueConstraint("responsibility_id", name="uq_responsibility_decisions_once"),
        CheckConstraint("side in ('finance','project','third')", name="side"),
        CheckConstraint("(side = 'third') = (cause <> '')", name="cause"),
        CheckConstraint("effective_to >= effective_from", name="days_in_order"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    responsibility_id: Mapped[int] = mapped_column(ForeignKey("responsibilities.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(32))
    side: Mapped[str]
    cause: Mapped[str] = mapped_column(String(64))
    office: Mapped[str]
    office_name: Mapped[str]
    reason: Mapped[str]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    decided_on: Mapped[date]
