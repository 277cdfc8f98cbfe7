"""Tables of risk compensation funds (风险补偿金): deposits, compensations of overdue loans, what was recovered."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class RiskFund(Entered, Base):
    """Money a county keeps with a bank against loans that are not paid back, and the terms agreed with the bank."""

    __tablename__ = "risk_funds"
    __table_args__ = (
        CheckConstraint("multiple >= 1", name="multiple_positive"),
        UniqueConstraint("county_code", "bank_uscc", name="uq_risk_funds_bank"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    bank_name: Mapped[str]
    bank_uscc: Mapped[str] = mapped_column(String(18))
    multiple: Mapped[int]
    """The fund supports loans of this many times its money."""
    fund_share: Mapped[str]
    """The fund's share of a loss; the bank bears the rest."""
    opened_on: Mapped[date]


class RiskFundDeposit(Entered, Base):
    """Money put into a risk fund. Append only."""

    __tablename__ = "risk_fund_deposits"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_risk_fund_deposits_bank_reference"),
        Index(None, "risk_fund_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    risk_fund_id: Mapped[int] = mapped_column(ForeignKey("risk_funds.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    deposited_on: Mapped[date]
    origin: Mapped[str]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""


class RiskCompensation(Entered, Decided, Base):
    """What a bank claims from the fund for one overdue loan (代偿): claimed, then approved or refused.

    One claim of a loan waits at a time; another follows an approved one only where a repayment was undone since.
    """

    __tablename__ = "risk_compensations"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("state in ('claimed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_risk_compensations_once", "loan_id", unique=True, postgresql_where=text("state = 'claimed'")),
        Index(None, "loan_id"),
        Index(None, "risk_fund_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    risk_fund_id: Mapped[int] = mapped_column(ForeignKey("risk_funds.id"))
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    overdue_since: Mapped[date]
    outstanding_fen: Mapped[int]
    fund_share: Mapped[str]
    amount_fen: Mapped[int]
    claimed_on: Mapped[date]
    state: Mapped[str]


class RiskRecovery(Entered, Base):
    """Money recovered for the fund after a compensation (追偿). Append only."""

    __tablename__ = "risk_recoveries"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("bank_office", "bank_reference", "entry", name="uq_risk_recoveries_bank_reference"),
        Index(None, "compensation_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    compensation_id: Mapped[int] = mapped_column(ForeignKey("risk_compensations.id"))
    bank_office: Mapped[str]
    """The bank that lent, whose reference it is."""
    amount_fen: Mapped[int]
    recovered_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""
