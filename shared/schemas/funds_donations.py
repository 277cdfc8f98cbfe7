"""Wire vocabulary of funds: donations, their receipts, what they were used for."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.funds import Number
from shared.schemas.funds_grants import IdentityNumber
from shared.schemas.funds_risk import Uscc
from shared.schemas.wire import Code, Day, DivisionCode, Fen, Text, Wire

DonorKind = Literal["person", "organisation"]


class NewDonation(Wire):
    """A donation as it arrived. The public sees `public_name` and nothing else of the donor."""

    division_code: DivisionCode = Field(description="the county it is for, or a place in it")
    donor_kind: DonorKind
    donor_name: Text | None = Field(default=None, description="null when the donor gave no name")
    donor_uscc: Uscc | None = Field(default=None, description="of an organisation that gave its name")
    public_name: Text | None = Field(default=None, description="the name the donor allowed; null stays anonymous")
    amount_fen: Fen
    received_on: Day
    purpose: Text
    project_code: Code | None = Field(default=None, description="when the donor named one")
    programme: Code | None = Field(default=None, description="when the donor named one")
    bank_reference: Number


class NewDonationUse(Wire):
    """A part of a donation for a project or a programme, one of the two."""

    project_code: Code | None = None
    programme: Code | None = None
    amount_fen: Fen
    used_on: Day
    what: Text
    donor_consent: Text | None = Field(
        default=None,
        description="the paper by which the donor agreed to another aim, the project they named having ended",
    )
    identity_number: IdentityNumber | None = Field(
        default=None, description="somebody of the household on the register it is for; never given back"
    )


class Donation(Wire):
    donation_id: int
    receipt_no: str
    county_code: str
    division_code: str
    donor_kind: DonorKind
    donor_name: str | None
    donor_uscc: str | None
    public_name: str | None
    amount_fen: int
    received_on: date
    purpose: str
    project_code: str | None
    programme: str | None
    left_fen: int = Field(description="neither used nor proposed for a use")
    reserved_fen: int
    used_fen: int
    reversed_on: date | None = Field(description="when it was undone as wrongly entered; nothing is left of it")


class NewDonationReversal(Wire):
    """A donation that should not have been entered is to be undone; its receipt's number stays used."""

    reason: Text


class DonationReversal(Wire):
    reversal_id: int
    donation_id: int
    reason: str
    state: Literal["proposed", "approved", "refused"]
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class DonationUse(Wire):
    use_id: int
    donation_id: int
    county_code: str
    project_code: str | None
    programme: str | None
    amount_fen: int
    used_on: date
    what: str
    donor_consent: str | None
    household_id: str | None
    state: Literal["proposed", "approved", "refused"]
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class PublishedDonation(Wire):
    """What everybody may see of a donation."""

    receipt_no: str
    county_code: str
    division_code: str
    donor: str | None = Field(description="the name the donor allowed; null for an anonymous donor")
    amount_fen: int
    received_on: date
    purpose: str = Field(description="empty when it was undone")
    project_code: str | None
    programme: str | None
    used_fen: int
    left_fen: int
    reversed_on: date | None = Field(description="when it was undone as wrongly entered")
