"""Tables of microcredit (扶贫小额信贷): loans, their repayments, the interest subsidy granted on them by quarter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class LoanUse(Base):
    """What a loan may be for and what never; a forbidden use is also told by the words of the stated purpose."""

    __tablename__ = "loan_uses"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    allowed: Mapped[bool]
    words: Mapped[str]
    """Words separated by `;` that tell this use in a text."""
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]


class LoanHousehold(Base):
    """A household that asked for a loan: the row to lock when its ceiling is drawn on."""

    __tablename__ = "loan_households"

    household_id: Mapped[str] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))


class Loan(Entered, Base):
    """A loan a registered household asked for, through five steps by five persons, until it is paid back."""

    __tablename__ = "loans"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("term_months >= 1", name="term_positive"),
        CheckConstraint(
            "state in ('applied','village_reviewed','township_reviewed','county_checked','approved','refused',"
            "'withdrawn','disbursed','repaid')",
            name="state",
        ),
        CheckConstraint(
            "village_person <> entered_person"
            " and township_person not in (entered_person, village_person)"
            " and county_person not in (entered_person, village_person, township_person)"
            " and bank_person not in (entered_person, village_person, township_person, county_person)"
            " and disbursed_person not in"
            " (entered_person, village_person, township_person, county_person, bank_person)",
            name="other_persons",
        ),
        UniqueConstraint("bank_office", "disbursement_no", name="uq_loans_disbursement_no"),
        Index(None, "county_code", "state"),
        Index(None, "division_code"),
        Index(None, "household_id"),
        Index(None, "person_id"),
        Index("ix_loans_split_from", text("(facts ->> 'split_from')")),
        Index("ix_loans_kin", text("(facts -> 'kin')"), postgresql_using="gin"),
        Index(None, "risk_fund_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    """The household's village."""
    household_id: Mapped[str]
    person_id: Mapped[str]
    household_version: Mapped[int | None]
    name_masked: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    """What the application was judged by, frozen: the registry's answer, the age, the limits and their sources."""
    amount_fen: Mapped[int]
    term_months: Mapped[int]
    annual_rate: Mapped[str]
    use_code: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str]
    applied_on: Mapped[date]
    state: Mapped[str]
    last_step_on: Mapped[date]
    village_person: Mapped[str | None]
    township_person: Mapped[str | None]
    county_person: Mapped[str | None]
    bank_person: Mapped[str | None]
    disbursed_person: Mapped[str | None]
    disbursed_on: Mapped[date | None]
    disbursed_at: Mapped[datetime | None]
    disbursed_by: Mapped[str | None]
    disbursement_no: Mapped[str | None] = mapped_column(String(64))
    bank_office: Mapped[str | None]
    """The bank's office that decided on the loan; nobody else's lends it, takes repayments or claims a loss."""
    due_on: Mapped[date | None]
    """The day the last fen is due, moved by every approved extension."""
    subsidy_ends_on: Mapped[date | None]
    """The due day before the first extension that is not subsidised; null while the subsidy follows `due_on`."""
    subsidy_share: Mapped[str | None]
    """Share of the interest that is subsidised, as the parameter stood on the day of disbursement."""
    day_count: Mapped[int | None]
    overdue_on: Mapped[date | None]
    """The first day the loan was overdue by the bank's notice; without one it is overdue from the day after due_on."""
    risk_fund_id: Mapped[int | None] = mapped_column(ForeignKey("risk_funds.id"))


class LoanRepayment(Entered, Base):
    """Principal a household paid back. Append only."""

    __tablename__ = "loan_repayments"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        UniqueConstraint("bank_office", "bank_reference", "entry", name="uq_loan_repayments_bank_reference"),
        Index(None, "loan_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"))
    bank_office: Mapped[str]
    """The loan's bank, whose reference it is."""
    amount_fen: Mapped[int]
    repaid_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone repayment of the same reference: a wrong entry is undone, then entered right."""


class LoanRepaymentReversal(Entered, Decided, Base):
    """A repayment that should not have been entered: asked to be undone by one person, undone by another."""

    __tablename__ = "loan_repayment_reversals"
    __table_args__ = (
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_loan_repayment_reversals_once", "repayment_id", unique=True,
              postgresql_where=text("state <> 'refused'")),
        Index(None, "loan_id"),
        Index(None, "division_code"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"))
    repayment_id: Mapped[int] = mapped_column(ForeignKey("loan_repayments.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    state: Mapped[str]


class LoanExtension(Entered, Decided, Base):
    """More time for a loan (展期): asked for the household, decided by a bank, with what followed from the decision."""

    __tablename__ = "loan_extensions"
    __table_args__ = (
        CheckConstraint("months >= 1", name="months_positive"),
        CheckConstraint("state in ('asked','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_loan_extensions_one_asked", "loan_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index(None, "loan_id"),
        Index(None, "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    months: Mapped[int]
    reason: Mapped[str]
    asked_on: Mapped[date]
    state: Mapped[str]
    due_on_before: Mapped[date]
    due_on_after: Mapped[date | None]
    subsidised: Mapped[bool | None]
    """Whether interest of the added time is subsidised, as the parameter stood on the day of the decision."""


class InterestSubsidy(Entered, Decided, Base):
    """The interest subsidy (财政贴息) of a county's loans for one quarter: computed, then decided on."""

    __tablename__ = "interest_subsidies"
    __table_args__ = (
        CheckConstraint("state in ('prepared','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index("uq_interest_subsidies_quarter", "county_code", "quarter", unique=True,
              postgresql_where=text("state <> 'refused'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    quarter: Mapped[str] = mapped_column(String(6))
    ends_on: Mapped[date]
    total_fen: Mapped[int]
    state: Mapped[str]
    prepared_on: Mapped[date]


class InterestSubsidyLine(Base):
    """One loan in a quarter's subsidy, with the figures it follows from. Append only."""

    __tablename__ = "interest_subsidy_lines"
    __table_args__ = (
        UniqueConstraint("subsidy_id", "loan_id", name="uq_interest_subsidy_lines_loan"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        Index(None, "loan_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    subsidy_id: Mapped[int] = mapped_column(ForeignKey("interest_subsidies.id"))
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"))
    through_on: Mapped[date]
    """The last day that counts: the quarter's end, or the day before the loan fell due or overdue."""
    fen_days: Mapped[int]
    """Principal times days since disbursement."""
    annual_rate: Mapped[str]
    day_count: Mapped[int]
    subsidy_share: Mapped[str]
    due_to_date_fen: Mapped[int]
    granted_before_fen: Mapped[int]
    amount_fen: Mapped[int]
