"""Wire vocabulary of funds: microcredit. An identity number comes in and is never given back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Id, Number
from shared.schemas.funds_grants import IdentityNumber
from shared.schemas.wire import Code, Day, DivisionCode, Fen, RateText, Text, Wire

LoanState = Literal[
    "applied", "village_reviewed", "township_reviewed", "county_checked", "approved", "refused", "withdrawn",
    "disbursed", "repaid",
]  # fmt: skip
Months = Annotated[int, Field(strict=True, ge=1, le=600)]
Quarter = Annotated[str, StringConstraints(strict=True, pattern=r"^20[0-9]{2}Q[1-4]$")]


class NewLoan(Wire):
    """A household's application, entered where the household lives."""

    identity_number: IdentityNumber
    amount_fen: Fen
    term_months: Months
    annual_rate: RateText
    use_code: Code
    purpose: Text
    applied_on: Day | None = Field(default=None, description="today when not given")


class NewLoanWithdrawal(Wire):
    """An application that will not be paid out: the household no longer wants it, or may no longer have it."""

    withdrawn_on: Day
    reason: Text


class NewDisbursement(Wire):
    disbursement_no: Number
    disbursed_on: Day
    risk_fund_id: Id | None = Field(default=None, description="the fund that supports the loan")


class NewLoanRepayment(Wire):
    amount_fen: Fen = Field(description="principal")
    repaid_on: Day
    bank_reference: Number


class NewOverdueNotice(Wire):
    """The bank says that the household failed to pay before the loan fell due."""

    overdue_on: Day
    reason: Text


class NewNoticeWithdrawal(Wire):
    """The bank's notice was wrong: the household had paid."""

    withdrawn_on: Day
    reason: Text


class LoanRepayment(Wire):
    repayment_id: int
    reversed_on: date | None = Field(default=None, description="when it was undone as wrongly entered")
    amount_fen: int
    repaid_on: date
    bank_reference: str


class Loan(Wire):
    loan_id: int
    county_code: str
    division_code: str
    household_id: str
    person_id: str
    household_version: int | None
    name_masked: str | None
    facts: dict[str, Any] = Field(description="what the application was judged by, frozen")
    amount_fen: int
    term_months: int
    annual_rate: str
    use_code: str
    purpose: str
    applied_on: date
    state: LoanState
    last_step_on: date
    disbursed_on: date | None
    bank_office: str | None
    due_on: date | None = Field(description="moved by approved extensions")
    subsidy_ends_on: date | None = Field(description="where an extension is not subsidised: the due day before it")
    subsidy_share: str | None
    risk_fund_id: int | None
    outstanding_fen: int
    overdue_since: date | None = Field(description="the first day the loan was overdue; null when it is not")
    subsidised_fen: int = Field(description="interest subsidy granted so far")
    over_subsidised_fen: int = Field(
        description="of it, granted beyond what is due to date: taken off the next quarter, or asked back"
    )


class NewRepaymentReversal(Wire):
    """A repayment that should not have been entered is to be undone."""

    reason: Text


class LoanRepaymentReversal(Wire):
    reversal_id: int
    loan_id: int
    repayment_id: int
    reason: str
    state: Literal["proposed", "approved", "refused"]
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class NewLoanExtension(Wire):
    """More time for a loan, asked for before it is due."""

    months: Months
    reason: Text
    asked_on: Day | None = Field(default=None, description="today when not given")


class LoanExtension(Wire):
    extension_id: int
    loan_id: int
    months: int
    reason: str
    asked_on: date
    state: Literal["asked", "approved", "refused"]
    due_on_before: date
    due_on_after: date | None
    subsidised: bool | None = Field(description="whether interest of the added time is subsidised")
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class LoanFile(Loan):
    repayments: list[LoanRepayment]
    extensions: list[LoanExtension]


class LoanUse(Wire):
    code: str
    valid_from: date
    valid_to: date | None
    allowed: bool
    label_zh: str
    label_en: str
    source: str


class LoanUses(Wire):
    items: list[LoanUse]


class NewInterestSubsidy(Wire):
    county_code: DivisionCode
    quarter: Quarter
    prepared_on: Day | None = Field(default=None, description="today when not given")


class InterestSubsidy(Wire):
    subsidy_id: int
    county_code: str
    quarter: str
    ends_on: date
    total_fen: int
    state: Literal["prepared", "approved", "refused"]
    prepared_on: date
    prepared_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class InterestSubsidyLine(Wire):
    """One loan of a quarter with the figures its subsidy follows from: rate times share times days, rounded down."""

    line_id: int
    loan_id: int
    through_on: date
    fen_days: int
    annual_rate: str
    day_count: int
    subsidy_share: str
    due_to_date_fen: int
    granted_before_fen: int
    amount_fen: int
