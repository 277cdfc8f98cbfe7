"""Tables of four-party agreements (四方协议): who stands in them, and what each owes whom on which day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class Agreement(Entered, Decided, Base):
    """An agreement between a household, an enterprise or cooperative, a village, and a bank or government."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint("state in ('entered','in_force','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("signed_on <= valid_from and valid_from <= valid_to", name="days_in_order"),
        Index(
            "uq_agreements_number", "county_code", "number", unique=True, postgresql_where=text("state <> 'refused'")
        ),
        Index(None, "division_code"),
        Index(None, "household_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    number: Mapped[str]
    title: Mapped[str]
    household_id: Mapped[str]
    person_id: Mapped[str]
    household_version: Mapped[int | None]
    name_masked: Mapped[str | None]
    signed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    amount_fen: Mapped[int]
    state: Mapped[str]


class AgreementParty(Base):
    """One party of an agreement. Append only. The household is named by its id alone."""

    __tablename__ = "agreement_parties"
    __table_args__ = (CheckConstraint("role in ('household','enterprise','village','bank','government')", name="role"),)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    uscc: Mapped[str | None] = mapped_column(String(18))
    duties: Mapped[str]


class AgreementAmount(Base):
    """An amount one party owes another on a day. Append only."""

    __tablename__ = "agreement_amounts"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("from_role <> to_role", name="two_parties"),
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    from_role: Mapped[str]
    to_role: Mapped[str]
    amount_fen: Mapped[int]
    due_on: Mapped[date]
    what: Mapped[str]
