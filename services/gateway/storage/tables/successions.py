"""Which office took over from which, and what became of the accounts. All of it append only."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Succession(Base):
    """One reform of offices: a merger, a division, or one office in another's place."""

    __tablename__ = "office_successions"
    __table_args__ = (CheckConstraint("kind in ('merge', 'split', 'replace')", name="kind_known"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str]
    effective_on: Mapped[date]
    """The successors' first day; the predecessors' last is the day before."""
    document_no: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class SuccessionLink(Base):
    """A predecessor and one of its successors."""

    __tablename__ = "office_succession_links"
    __table_args__ = (
        Index(None, "successor_code"),
        CheckConstraint("predecessor_code <> successor_code", name="two_offices"),
    )

    predecessor_code: Mapped[str] = mapped_column(ForeignKey("offices.code"), primary_key=True)
    successor_code: Mapped[str] = mapped_column(ForeignKey("offices.code"), primary_key=True)
    succession_id: Mapped[str] = mapped_column(ForeignKey("office_successions.id"))


class SuccessionAccount(Base):
    """An account that a succession moved, and the version it got by that."""

    __tablename__ = "office_succession_accounts"

    succession_id: Mapped[str] = mapped_column(ForeignKey("office_successions.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    from_office: Mapped[str]
    to_office: Mapped[str]
    version: Mapped[int]
