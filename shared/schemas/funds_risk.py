"""Wire vocabulary of funds: risk compensation funds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Id, Number
from shared.schemas.wire import Day, DivisionCode, Fen, RateText, Text, Wire

Uscc = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Z]{18}$")]


class NewRiskFund(Wire):
    """A county's fund with one bank and the terms agreed."""

    county_code: DivisionCode
    name: Text
    bank_name: Text
    bank_uscc: Uscc
    multiple: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        description="the fund supports loans of this many times its money"
    )
    fund_share: RateText = Field(description="the fund's share of a loss; the bank bears the rest")
    opened_on: Day


class NewRiskDeposit(Wire):
    amount_fen: Fen
    deposited_on: Day
    origin: Text = Field(description="whose budget, by which document")
    bank_reference: Number


class NewRiskCompensation(Wire):
    loan_id: Id
    claimed_on: Day


class NewRiskRecovery(Wire):
    amount_fen: Fen
    recovered_on: Day
    bank_reference: Number


class RiskFund(Wire):
    risk_fund_id: int
    county_code: str
    name: str
    bank_name: str
    bank_uscc: str
    multiple: int
    fund_share: str
    opened_on: date
    balance_fen: int = Field(description="free to cover losses")
    claimed_fen: int = Field(description="claimed by the bank, decision awaited")
    supported_fen: int = Field(description="principal owed on loans the fund supports")
    room_fen: int = Field(description="what it may support besides")


class RiskCompensation(Wire):
    compensation_id: int
    risk_fund_id: int
    loan_id: int
    county_code: str
    overdue_since: date
    outstanding_fen: int
    fund_share: str
    amount_fen: int
    claimed_on: date
    claimed_by: str
    state: Literal["claimed", "approved", "refused"]
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
    recovered_fen: int
    to_return_fen: int = Field(
        description="the fund's share of what the household paid back since, not yet recovered for the fund"
    )
