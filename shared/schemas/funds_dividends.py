"""Wire vocabulary of funds: four-party agreements, shares held for households, their dividends."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.funds import Id, Number
from shared.schemas.funds_grants import IdentityNumber
from shared.schemas.funds_risk import Uscc
from shared.schemas.wire import Code, Day, Fen, RateText, Text, Wire

PartyRole = Literal["household", "enterprise", "village", "bank", "government"]


class NewAgreementParty(Wire):
    """A party. The household is named by the identity number of the request and has neither name nor code here."""

    role: PartyRole
    name: Text | None = None
    uscc: Uscc | None = None
    duties: Text


class NewAgreementAmount(Wire):
    from_role: PartyRole
    to_role: PartyRole
    amount_fen: Fen
    due_on: Day
    what: Text


class NewAgreement(Wire):
    """Household, enterprise or cooperative, village, and bank or government."""

    number: Text
    title: Text
    identity_number: IdentityNumber
    signed_on: Day
    valid_from: Day
    valid_to: Day
    amount_fen: Fen
    parties: Annotated[list[NewAgreementParty], Field(max_length=10)]
    amounts: Annotated[list[NewAgreementAmount], Field(max_length=200)] = []


class AgreementParty(Wire):
    role: PartyRole
    name: str | None
    uscc: str | None
    duties: str


class AgreementAmount(Wire):
    number: int
    from_role: PartyRole
    to_role: PartyRole
    amount_fen: int
    due_on: date
    what: str


class AgreementHead(Wire):
    agreement_id: int
    county_code: str
    division_code: str
    number: str
    title: str
    household_id: str
    person_id: str
    name_masked: str | None
    signed_on: date
    valid_from: date
    valid_to: date
    amount_fen: int
    state: Literal["entered", "in_force", "refused"]
    decided_on: date | None
    opinion: str | None


class Agreement(AgreementHead):
    parties: list[AgreementParty]
    amounts: list[AgreementAmount]


class NewDividendShare(Wire):
    """Money of an allocation, or of the household's own loan, invested for the household."""

    identity_number: IdentityNumber
    enterprise_name: Text
    enterprise_uscc: Uscc
    allocation_id: Id | None = None
    loan_id: Id | None = None
    agreement_id: Id | None = None
    principal_fen: Fen
    annual_rate: RateText
    priority_group: Code | None = None
    starts_on: Day
    ends_on: Day


class NewDividendPayment(Wire):
    year_number: Annotated[int, Field(strict=True, ge=1, le=100)] = Field(description="which year of the share, from 1")
    amount_fen: Fen
    paid_on: Day
    bank_reference: Number


class NewShareEndRequest(Wire):
    """A share ends before the agreed day: the household left the register, or the enterprise gave the money back."""

    ended_on: Day = Field(description="the last day it is held")
    reason: Text


class NewShareEnd(Wire):
    ended_on: Day


class DividendYear(Wire):
    """One year of a share: what is due on its last day, what was paid, what is lacking by the day asked about."""

    year_number: int
    due_on: date
    due_fen: int
    paid_fen: int
    shortfall_fen: int = Field(description="due by the day asked about and not paid")


class DividendShare(Wire):
    share_id: int
    county_code: str
    division_code: str
    household_id: str
    person_id: str
    name_masked: str | None
    enterprise_name: str
    enterprise_uscc: str
    allocation_id: int | None
    loan_id: int | None
    agreement_id: int | None
    principal_fen: int
    annual_rate: str
    floor_rate: str
    floor_source: str
    priority_group: str | None
    starts_on: date
    ends_on: date
    ended_on: date | None = Field(default=None, description="the last day it was held, if before ends_on")
    state: Literal["entered", "held", "refused"]
    paid_fen: int
    decided_on: date | None
    opinion: str | None


class DividendShareFile(DividendShare):
    as_of: date
    years: list[DividendYear]
    shortfall_fen: int


class DividendDue(Wire):
    """A year of a share that fell due and is not wholly paid. Priority groups come first, then the oldest."""

    share_id: int
    division_code: str
    household_id: str
    person_id: str
    name_masked: str | None
    enterprise_name: str
    priority_group: str | None
    year_number: int
    due_on: date
    due_fen: int
    paid_fen: int
    shortfall_fen: int


class DividendsDue(Wire):
    as_of: date
    shares: int = Field(description="shares held in the area")
    due_fen: int
    paid_fen: int
    shortfall_fen: int
    items: list[DividendDue] = Field(description="at most 200; the sums are over all")


class PriorityGroup(Wire):
    code: str
    rank: int
    label_zh: str
    label_en: str
    source: str


class PriorityGroups(Wire):
    items: list[PriorityGroup]
