"""Tables of spending definitions: what progress means for which money, and what must be reached by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class SpendingDefinition(Entered, Decided, Base):
    """A definition. What it says never changes (trigger `spending_definition_said`); it is decided once.

    Null in `fund_kind`, `source_level`, `batch`: any. Null in `cut_off`, `pace_basis`: as the area's parameter says.
    """

    __tablename__ = "spending_definitions"
    __table_args__ = (
        CheckConstraint("source_level in ('central','province','city','county')", name="source_level"),
        CheckConstraint("batch in ('advance','regular')", name="batch"),
        CheckConstraint("denominator in ('received','allocated','advance')", name="denominator"),
        CheckConstraint("pace_basis in ('day','month')", name="pace_basis"),
        CheckConstraint("state in ('proposed','approved','refused','withdrawn')", name="state"),
        CheckConstraint("year_to is null or year_to >= year_from", name="years_in_order"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("regular_from is null or regular_after_days is null", name="regular_entry"),
        CheckConstraint("denominator <> 'advance' or batch is null or batch = 'advance'", name="counts_something"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("ended_person <> entered_person", name="ended_by_another"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    year_from: Mapped[int]
    year_to: Mapped[int | None]
    fund_kind: Mapped[str | None] = mapped_column(ForeignKey("fund_kinds.code"))
    source_level: Mapped[str | None]
    batch: Mapped[str | None]
    priority: Mapped[int]
    withheld_counts: Mapped[bool]
    denominator: Mapped[str]
    regular_from: Mapped[str | None] = mapped_column(String(5))
    regular_after_days: Mapped[int | None]
    cut_off: Mapped[str | None] = mapped_column(String(5))
    pace_basis: Mapped[str | None]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    state: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_person: Mapped[str | None]
    ended_office: Mapped[str | None]
    end_reason: Mapped[str | None]
    earlier_ends: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    """Ends set before, oldest first, each with who set it, when and why: one that lies ahead may be set earlier."""


class SpendingThreshold(Base):
    """One demand of a definition. Append only; `value` null: as the parameter says. `due_on` null: the cut-off."""

    __tablename__ = "spending_thresholds"
    __table_args__ = (
        CheckConstraint("kind in ('year_end_rate','balance_max','quarter_rate','pace')", name="kind"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("source <> ''", name="sourced"),
        Index(None, "definition_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("spending_definitions.id"))
    kind: Mapped[str]
    value: Mapped[str | None]
    due_on: Mapped[str | None] = mapped_column(String(5))
    source: Mapped[str]
    priority: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
