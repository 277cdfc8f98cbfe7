"""The table of days on which offices work or rest against the rule of their weekday."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class CalendarDay(Base):
    """A holiday, or a weekend worked instead of one, as known from a day on. Append only: the newest row holds."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint("length(division_code) = 2", name="nation_or_province"),
        Index(None, "division_code", "day", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    """`00`, or a province with days of its own (such as 广西壮族三月三)."""
    day: Mapped[date]
    working: Mapped[bool]
    name: Mapped[str]
    known_on: Mapped[date]
    """The day of the notice, for days entered later the day of entry: answers as of earlier days stay as they were."""
    source: Mapped[str]
    entered_by: Mapped[str | None]
