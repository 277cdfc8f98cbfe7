"""Wire vocabulary of funds: somebody receives another's grants by a paper (委托领取)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.schemas.funds_grants import IdentityNumber
from shared.schemas.wire import Day, Text, Wire

Sha256 = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]


class NewGrantMandate(Wire):
    """Both people by their identity numbers, which are not kept; the paper by its hash."""

    identity_number: IdentityNumber
    payee_identity_number: IdentityNumber
    valid_from: Day
    valid_to: Day | None = None
    reason: Text
    paper_sha256: Sha256


class NewGrantMandateEnd(Wire):
    """From which day on, and why, nobody receives by it any more."""

    ended_on: Day
    reason: Text


class GrantMandate(Wire):
    """A mandate; only an approved one counts, on the days it is valid, and none once it was ended."""

    mandate_id: int
    person_id: str
    payee_person_id: str
    household_id: str
    division_code: str
    valid_from: date
    valid_to: date | None
    reason: str
    paper_sha256: str
    state: Literal["proposed", "approved", "refused", "ended"]
    ended_on: date | None
    end_reason: str | None
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
