"""Tables of works. All are append only: what was recorded stays."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.projects.storage.tables import Base, Recorded


class Tender(Recorded, Base):
    """How it was settled who does the works."""

    __tablename__ = "tenders"

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    mode: Mapped[str]
    tendered_on: Mapped[date]
    winner_name: Mapped[str]
    winner_uscc: Mapped[str | None] = mapped_column(String(18))


class Contract(Recorded, Base):
    """The contract of a project's works."""

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("signed_on <= starts_on and starts_on <= ends_on", name="days_in_order"),
    )

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    contractor_name: Mapped[str]
    contractor_uscc: Mapped[str] = mapped_column(String(18))
    amount_fen: Mapped[int]
    retention_rate: Mapped[str]
    signed_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    paper_sha256: Mapped[str] = mapped_column(String(64))


class WorksEvent(Recorded, Base):
    """Works started, completed or stopped."""

    __tablename__ = "works_events"
    __table_args__ = (
        CheckConstraint("kind in ('start', 'completion', 'stop')", name="kind"),
        Index(None, "project_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"))
    kind: Mapped[str]
    on_day: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")


class ProgressReport(Recorded, Base):
    """Physical progress on a day."""

    __tablename__ = "progress_reports"
    __table_args__ = (
        CheckConstraint("percent between 0 and 100", name="percent"),
        Index(None, "project_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"))
    reported_on: Mapped[date]
    percent: Mapped[int] = mapped_column(SmallInteger)
    quantity: Mapped[str]
    unit: Mapped[str]
    note: Mapped[str | None]


class Acceptance(Recorded, Base):
    """An acceptance; after one with outcome rectify the works go on and are accepted again."""

    __tablename__ = "acceptances"
    __table_args__ = (
        CheckConstraint("outcome in ('pass', 'rectify')", name="outcome"),
        Index(None, "project_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"))
    accepted_on: Mapped[date]
    outcome: Mapped[str]
    participants: Mapped[list[str]] = mapped_column(JSONB)
    quality: Mapped[str]
    final_account_fen: Mapped[int]
    paper_sha256: Mapped[str] = mapped_column(String(64))


class Asset(Recorded, Base):
    """What a finished project leaves behind, who owns it and who looks after it."""

    __tablename__ = "assets"
    __table_args__ = (CheckConstraint("asset_class in ('operating', 'public', 'household')", name="asset_class"),)

    project_code: Mapped[str] = mapped_column(ForeignKey("projects.project_code"), primary_key=True)
    handed_on: Mapped[date]
    asset_class: Mapped[str]
    asset_name: Mapped[str]
    owner: Mapped[str]
    caretaker: Mapped[str]
