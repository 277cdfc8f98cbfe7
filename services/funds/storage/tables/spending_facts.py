"""Tables of spending by day: sums over the ledger's transfers, kept up by functions of the database alone."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class SpendingTail(Base):
    """A transfer not yet added to the sums."""

    __tablename__ = "spending_tail"

    transfer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class _Measures:
    """What changed on one day or in one month, in fen; the measures of domain/progress.py."""

    received_fen: Mapped[int]
    allocated_fen: Mapped[int]
    paid_fen: Mapped[int]
    returned_fen: Mapped[int]
    withheld_fen: Mapped[int]


class SpendingDay(_Measures, Base):
    """One day of one kind of money in a county and below, or at a level above."""

    __tablename__ = "spending_days"

    fund_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    """The first six digits of where the money is held: two or four of them above a county."""
    fund_kind: Mapped[str] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(primary_key=True)
    effective_on: Mapped[date] = mapped_column(primary_key=True)


class SpendingMonth(_Measures, Base):
    """The days of one month together."""

    __tablename__ = "spending_months"

    fund_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    fund_kind: Mapped[str] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""


class HoldingDay(_Measures, Base):
    """One day of one allocation's money, or of what a place holds that no project has (allocation 0)."""

    __tablename__ = "holding_days"

    fund_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held_in: Mapped[str] = mapped_column(String(12), primary_key=True)
    fund_kind: Mapped[str] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(primary_key=True)
    allocation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_on: Mapped[date] = mapped_column(primary_key=True)
