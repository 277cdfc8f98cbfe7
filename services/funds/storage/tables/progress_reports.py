"""Tables of spending reports: their kinds, the reports with their frozen content, and corrections asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class ReportKind(Base):
    """A kind of report (月报 ...): how long its period is, and how many days after its end it is due."""

    __tablename__ = "report_kinds"
    __table_args__ = (
        CheckConstraint("span in ('half_month','month','quarter','half_year','year')", name="span"),
        CheckConstraint("due_days >= 0", name="due_days"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    span: Mapped[str]
    due_days: Mapped[int]
    source: Mapped[str]


class ProgressReport(Entered, Decided, Base):
    """One edition of an area's report of a period. `decided_*` is the superior's confirmation or return."""

    __tablename__ = "progress_reports"
    __table_args__ = (
        Index(
            "uq_progress_reports_edition",
            "division_code",
            "fund_year",
            "kind",
            "period",
            "money",
            "edition",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("state in ('drafted','withdrawn','sent','confirmed','returned')", name="state"),
        CheckConstraint("as_of between first_on and last_on", name="as_of_in_period"),
        CheckConstraint("edition >= 1 and (edition = 1) = (corrects_id is null)", name="edition"),
        CheckConstraint("(sent_at is null) = (state in ('drafted','withdrawn'))", name="sent"),
        CheckConstraint("sent_person <> entered_person", name="two_persons"),
        CheckConstraint("decided_person <> entered_person and decided_person <> sent_person", name="three_persons"),
        Index(None, "fund_year", "kind", "period"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    division_name: Mapped[str]
    kind: Mapped[str] = mapped_column(ForeignKey("report_kinds.code"))
    period: Mapped[str] = mapped_column(String(10))
    """`2025-03`, `2025-03-1` and `2025-03-2` for its halves, `2025-Q1`, `2025-H1`, `2025`."""
    first_on: Mapped[date]
    last_on: Mapped[date]
    as_of: Mapped[date]
    due_on: Mapped[date]
    fund_year: Mapped[int]
    batch: Mapped[str | None]
    fund_kind: Mapped[str | None]
    special: Mapped[bool | None]
    money: Mapped[str]
    """The three columns before as one word: which money the report speaks of."""
    edition: Mapped[int]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("progress_reports.id"))
    reduction: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Households, people and villages out of poverty as the office states them, with the source."""
    state: Mapped[str]
    sent_at: Mapped[datetime | None]
    sent_on: Mapped[date | None]
    sent_by: Mapped[str | None]
    sent_person: Mapped[str | None]
    sent_office: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(String(64))


class ProgressReportContent(Base):
    """What was sent, whole, as canonical JSON text: `sha256` of the report is that of these bytes. Append only."""

    __tablename__ = "progress_report_contents"

    report_id: Mapped[int] = mapped_column(ForeignKey("progress_reports.id"), primary_key=True, autoincrement=False)
    content: Mapped[str]


class ReportCorrection(Entered, Decided, Base):
    """A correction of a sent report, asked for; with the superior's consent there may be another edition."""

    __tablename__ = "report_corrections"
    __table_args__ = (
        Index("uq_report_corrections_one_open", "report_id", unique=True, postgresql_where=text("state <> 'refused'")),
        CheckConstraint("state in ('asked','consented','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("progress_reports.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    state: Mapped[str]
