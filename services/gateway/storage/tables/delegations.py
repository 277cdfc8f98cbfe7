"""Roles lent for some days."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Delegation(Base):
    """Roles one person lends another from a day to a day. It ends by itself; its state is what people decided."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="days_in_order"),
        CheckConstraint("lender_person <> borrower_person", name="two_persons"),
        CheckConstraint("cardinality(roles) > 0", name="has_a_role"),
        CheckConstraint("state in ('proposed', 'accepted', 'refused', 'withdrawn')", name="state_known"),
        Index(None, "borrower_account", "to_on"),
        Index(None, "lender_account", "to_on"),
        Index(None, "borrower_person", "to_on"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    lender_account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    lender_person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    borrower_account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    borrower_person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    roles: Mapped[list[str]]
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_person: Mapped[str]


class DelegationEvent(Base):
    """A step in a delegation's life: who, when, why. Append only."""

    __tablename__ = "delegation_events"
    __table_args__ = (Index(None, "delegation_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegations.id"))
    kind: Mapped[str]
    """proposed, accepted, refused or withdrawn."""
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    person: Mapped[str]
