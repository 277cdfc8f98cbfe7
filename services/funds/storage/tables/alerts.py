"""Tables of alerts (预警): their rules, the chain they are handled by, the alerts and what was done about each."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base

COLOURS = "colour in ('red','orange','yellow','blue','grey')"
SIDES = "side in ('finance','project','third')"


class AlertRule(Base):
    """What raises an alert of one kind in an area from a day on. Only `valid_to` is ever set afterwards."""

    __tablename__ = "alert_rules"
    __table_args__ = (
        CheckConstraint(COLOURS, name="colour"),
        CheckConstraint("unit in ('day','rate','year','count')", name="unit"),
        CheckConstraint("stricter in ('lower','higher')", name="stricter"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    colour: Mapped[str]
    looks_at: Mapped[str]
    """One of the keys of `domain/alert_causes.py`."""
    subject: Mapped[str]
    """What of it: steps of waiting money, codes of refusals, ... parted by `|`."""
    among: Mapped[str]
    """Which of the waiting money: `central`, `not_central`, `county`, `above_county`; empty for all."""
    threshold: Mapped[str]
    """A number, `parameter:` and the key of the parameter that holds it, or `clock`: the clock of the step."""
    unit: Mapped[str]
    stricter: Mapped[str]
    """Whether a lower or a higher threshold alerts sooner."""
    recipient: Mapped[str]
    """Who replies: `responsible` (as the money waits), `finance`, `project`."""
    chain: Mapped[str] = mapped_column(String(64))
    again_after_days: Mapped[int]
    """Days beyond those judged normal after which the same cause alerts again."""
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class AlertStep(Base):
    """A step of a chain alerts are handled by (单位反馈、主管部门初审、复审 ...)."""

    __tablename__ = "alert_steps"
    __table_args__ = (
        UniqueConstraint("chain", "code", name="uq_alert_steps_code"),
        CheckConstraint("kind in ('reply','review','conclusion')", name="kind"),
        CheckConstraint("level in ('own','above')", name="level"),
        CheckConstraint("deadline_days >= 1", name="deadline"),
    )

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str]
    sector: Mapped[str]
    """Sector of the offices that take the step; empty for the office the alert is sent to."""
    level: Mapped[str]
    deadline_days: Mapped[int]
    """Working days."""
    other_than: Mapped[str]
    """Steps of the round whose persons may not take this one, parted by `|`."""
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class Alert(Base):
    """One cause that a rule found. While it is open the same cause is updated, never alerted twice."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_one_open",
            "rule",
            "reference",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint(COLOURS, name="colour"),
        CheckConstraint(SIDES, name="side"),
        CheckConstraint("state in ('open','closed')", name="state"),
        CheckConstraint("conclusion in ('doubt','violation','normal','corrected')", name="conclusion"),
        CheckConstraint(
            "(state = 'closed') = (closed_at is not null) and (state = 'closed') = (closed_why is not null)",
            name="closed_with_reason",
        ),
        CheckConstraint("closed_why in ('gone','normal','corrected')", name="closed_why"),
        CheckConstraint("colour <> 'grey' or state = 'open' or closed_why = 'gone'", name="grey_stands"),
        Index("ix_alerts_open_reference", "reference", postgresql_where=text("state = 'open'")),
        Index("ix_alerts_book", "book_code", "state"),
        Index("ix_alerts_judged", "rule", "reference", postgresql_where=text("closed_why = 'normal'")),
        Index(None, "division_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(160))
    """The thing it is about, e.g. `allocation:12`; never a person."""
    colour: Mapped[str]
    book_code: Mapped[str] = mapped_column(String(12))
    """The area whose evaluation found it, and finds it gone."""
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int | None]
    fund_kind: Mapped[str]
    project_code: Mapped[str] = mapped_column(String(64))
    office: Mapped[str]
    side: Mapped[str]
    threshold: Mapped[str]
    """The threshold that was passed, as it was resolved last."""
    amount_fen: Mapped[int]
    days: Mapped[int]
    occurrences: Mapped[int]
    since: Mapped[date]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When an evaluation found the cause last."""
    seen_times: Mapped[int]
    state: Mapped[str]
    conclusion: Mapped[str | None]
    chain: Mapped[str] = mapped_column(String(64))
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(64))
    """The step of the chain that is due."""
    step_since: Mapped[date]
    step_due_on: Mapped[date]
    late_steps: Mapped[int]
    papered_at: Mapped[datetime | None]
    """When a reply of this round brought a paper: what an orange alert asks for."""
    judged_fen: Mapped[int | None]
    judged_days: Mapped[int | None]
    judged_occurrences: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_why: Mapped[str | None]


class AlertAction(Base):
    """One step taken about an alert. Append only."""

    __tablename__ = "alert_actions"
    __table_args__ = (
        UniqueConstraint("alert_id", "number", name="uq_alert_actions_number"),
        CheckConstraint(
            "outcome in ('replied','passed','sent_back','doubt','violation','normal','corrected')", name="outcome"
        ),
        CheckConstraint("(paper_name is null) = (paper_sha256 is null)", name="paper_whole"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"))
    number: Mapped[int]
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str]
    words: Mapped[str]
    paper_name: Mapped[str | None]
    paper_sha256: Mapped[str | None] = mapped_column(String(64))
    since: Mapped[date]
    due_on: Mapped[date]
    done_on: Mapped[date]
    working_days: Mapped[int]
    late: Mapped[bool]
    amount_fen: Mapped[int]
    """The alert's figures at the time."""
    days: Mapped[int]
    recorded_at: Mapped[datetime]
    done_by: Mapped[str]
    done_person: Mapped[str]
    done_office: Mapped[str]


class AlertArea(Base):
    """An area with books of its own: when it was looked at last and when its turn comes again."""

    __tablename__ = "alert_areas"
    __table_args__ = (Index(None, "next_at"),)

    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    next_at: Mapped[datetime]
    evaluated_at: Mapped[datetime | None]
    """When the reading began that was applied last: an older reading is not applied after it."""
