"""Wire vocabulary of funds: revolving money, industry funds, mutual-aid associations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.funds import Id, Number
from shared.schemas.funds_grants import IdentityNumber
from shared.schemas.funds_risk import Uscc
from shared.schemas.wire import Day, DivisionCode, Fen, Text, Wire

PoolKind = Literal["revolving", "industry", "mutual_aid"]
Origin = Literal["government", "member", "donation", "usage_fee", "other"]


class NewPool(Wire):
    division_code: DivisionCode = Field(description="a county, or the village of a mutual-aid association")
    kind: PoolKind
    name: Text
    lending_ceiling_fen: Fen = Field(description="the most one borrower may owe the pool")
    term_months: Annotated[int, Field(strict=True, ge=1, le=600)]
    opened_on: Day


class NewPoolMember(Wire):
    identity_number: IdentityNumber
    joined_on: Day


class NewDepartureRequest(Wire):
    """A member wants to leave with what it put in; another person lets it go."""

    left_on: Day
    reason: Text


class NewDeparture(Wire):
    left_on: Day


class NewContribution(Wire):
    origin: Origin
    member_id: Id | None = None
    amount_fen: Fen
    contributed_on: Day
    bank_reference: Number


class NewLending(Wire):
    """To a member of a mutual-aid association, or to an enterprise from any other pool."""

    member_id: Id | None = None
    borrower_name: Text | None = None
    borrower_uscc: Uscc | None = None
    amount_fen: Fen
    purpose: Text
    proposed_on: Day
    due_on: Day


class NewPoolRepayment(Wire):
    amount_fen: Fen
    repaid_on: Day
    bank_reference: Number


class Pool(Wire):
    """What is in the pool, reserved and lent is what was put in less what members took away."""

    pool_id: int
    county_code: str
    division_code: str
    kind: PoolKind
    name: str
    lending_ceiling_fen: int
    term_months: int
    opened_on: date
    balance_fen: int = Field(description="free to be lent")
    reserved_fen: int
    lent_fen: int
    contributed_fen: int


class PoolMember(Wire):
    member_id: int
    pool_id: int
    division_code: str
    household_id: str
    person_id: str
    name_masked: str | None
    joined_on: date
    leaves_on: date | None = Field(default=None, description="the day it was asked to leave on; null if nobody asked")
    left_on: date | None
    contributed_fen: int
    owed_fen: int = Field(description="lent and not paid back, and proposed to be lent")


class Lending(Wire):
    lending_id: int
    pool_id: int
    county_code: str
    member_id: int | None
    borrower_name: str | None
    borrower_uscc: str | None
    amount_fen: int
    outstanding_fen: int
    purpose: str
    proposed_on: date
    due_on: date
    overdue: bool
    state: Literal["proposed", "lent", "refused", "repaid"]
    decided_on: date | None
    opinion: str | None
