"""Tables of what money is called and what it may be used for, by regime and year."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class FundKindTerm(Base):
    """How a kind of money is called in an area in fund years of one regime, and its directions then.

    Only an open `to_year` is ever set afterwards. The term of the nearest area above holds.
    """

    __tablename__ = "fund_kind_terms"
    __table_args__ = (CheckConstraint("to_year is null or to_year >= from_year", name="years_in_order"),)

    division_code: Mapped[str] = mapped_column(String(12), primary_key=True, server_default="00")
    fund_kind: Mapped[str] = mapped_column(String(64), ForeignKey("fund_kinds.code"), primary_key=True)
    from_year: Mapped[int] = mapped_column(primary_key=True)
    to_year: Mapped[int | None]
    regime: Mapped[str]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    directions: Mapped[str]
    fee_excluded: Mapped[str]
    """Directions that are no part of the base of the management fee."""
    source: Mapped[str]


class FundUse(Base):
    """A purpose money can be asked for."""

    __tablename__ = "fund_uses"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class ForbiddenUse(Base):
    """A use that money of one kind, or all special money (`special`), must not be put to in an area in a period.

    Only an open `valid_to` is ever set afterwards. What an area above forbids is forbidden here too.
    """

    __tablename__ = "forbidden_uses"
    __table_args__ = (CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),)

    division_code: Mapped[str] = mapped_column(String(12), primary_key=True, server_default="00")
    fund_kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    use_code: Mapped[str] = mapped_column(String(64), ForeignKey("fund_uses.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    source: Mapped[str]
