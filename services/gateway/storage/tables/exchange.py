"""Tables of the department exchange: applications, decisions, withdrawals, use, corrections asked for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class ExchangeApplication(Base):
    """What a department asks for on behalf of one of its machines. Append only."""

    __tablename__ = "exchange_applications"
    __table_args__ = (
        CheckConstraint("cardinality(fields) > 0", name="names_fields"),
        Index(None, "division_code", "id"),
        Index(None, "client_id", "item"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    item: Mapped[str]
    owner_sector: Mapped[str]
    purpose: Mapped[str]
    legal_basis: Mapped[str]
    fields: Mapped[list[str]]
    clear: Mapped[bool]
    division_code: Mapped[str] = mapped_column(String(12))
    days: Mapped[int]
    rate_per_minute: Mapped[int]
    office_code: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    applied_at: Mapped[datetime]
    applied_by: Mapped[str]
    applied_person: Mapped[str]


class ExchangeDecision(Base):
    """The owner office's answer; where it grants, the grant itself, never wider than asked. Append only."""

    __tablename__ = "exchange_decisions"
    __table_args__ = (
        CheckConstraint("outcome in ('granted', 'refused')", name="outcome_known"),
        CheckConstraint("(outcome = 'granted') = (until is not null)", name="grants_expire"),
        CheckConstraint("decided_person <> applied_person", name="decided_by_another"),
    )

    application_id: Mapped[str] = mapped_column(ForeignKey("exchange_applications.id"), primary_key=True)
    outcome: Mapped[str]
    reason: Mapped[str]
    fields: Mapped[list[str]]
    clear: Mapped[bool]
    division_code: Mapped[str] = mapped_column(String(12))
    until: Mapped[date | None]
    rate_per_minute: Mapped[int]
    applied_person: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]


class ExchangeWithdrawal(Base):
    """The end of a grant before its day. Append only."""

    __tablename__ = "exchange_withdrawals"

    application_id: Mapped[str] = mapped_column(ForeignKey("exchange_decisions.application_id"), primary_key=True)
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime]
    withdrawn_by: Mapped[str]
    withdrawn_office: Mapped[str]


class ExchangeUse(Base):
    """How often a grant was used on a day, and how many records left."""

    __tablename__ = "exchange_uses"

    grant_id: Mapped[str] = mapped_column(ForeignKey("exchange_decisions.application_id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    item: Mapped[str]
    calls: Mapped[int]
    records: Mapped[int]


class ExchangeCorrection(Base):
    """A reader's word that a field of a record looks wrong, sent to who answers for it. Append only."""

    __tablename__ = "exchange_corrections"
    __table_args__ = (
        CheckConstraint("(to_office is null) <> (to_sector is null)", name="one_addressee"),
        Index(None, "division_code", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item: Mapped[str]
    record_id: Mapped[str]
    field: Mapped[str]
    reason: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    to_sector: Mapped[str | None]
    """Sector of the offices that answer for the item where the record lies."""
    to_office: Mapped[str | None] = mapped_column(ForeignKey("offices.code"))
    """The department that sent the list a row of which looks wrong."""
    from_office: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_person: Mapped[str]
    answer_by: Mapped[date]


class ExchangeCorrectionAnswer(Base):
    """What became of it. Append only; one to each."""

    __tablename__ = "exchange_correction_answers"
    __table_args__ = (CheckConstraint("outcome in ('corrected', 'kept', 'unclear')", name="outcome_known"),)

    correction_id: Mapped[str] = mapped_column(ForeignKey("exchange_corrections.id"), primary_key=True)
    outcome: Mapped[str]
    note: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by: Mapped[str]
    answered_person: Mapped[str]
    answered_office: Mapped[str]
