"""Tables of what was planned: yearly targets of an area, and campaigns with a goal and dates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class SpendingTarget(Entered, Decided, Base):
    """What an area plans to spend and to achieve in a fund year. A change is the next version, decided anew."""

    __tablename__ = "spending_targets"
    __table_args__ = (
        UniqueConstraint("division_code", "fund_year", "fund_kind", "version", name="uq_spending_targets_version"),
        Index(
            "uq_spending_targets_one_proposed",
            "division_code",
            "fund_year",
            "fund_kind",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("num_nonnulls(planned_fen, households, people, villages) >= 1", name="states_something"),
        CheckConstraint(
            "fund_kind = '' or num_nonnulls(households, people, villages) = 0", name="reduction_of_all_money"
        ),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str] = mapped_column(String(64))
    """Empty for all kinds together."""
    version: Mapped[int]
    planned_fen: Mapped[int | None]
    households: Mapped[int | None]
    people: Mapped[int | None]
    villages: Mapped[int | None]
    source: Mapped[str]
    state: Mapped[str]


class Campaign(Entered, Base):
    """A campaign (专项行动): what is to be reached by its last day. Append only."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("division_code", "fund_year", "name", name="uq_campaigns_name"),
        CheckConstraint("ends_on >= starts_on", name="days_in_order"),
        CheckConstraint("num_nonnulls(target_rate, target_fen) = 1", name="one_target"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    fund_year: Mapped[int]
    fund_kind: Mapped[str | None]
    batch: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    target_rate: Mapped[str | None]
    target_fen: Mapped[int | None]
    """Spent money of the fund year by the last day, as the rate is of all of it."""
    source: Mapped[str]
