"""Wire vocabulary of funds: money to be got back that was paid after somebody's death."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.schemas.funds import Number
from shared.schemas.wire import Day, Text, Wire


class NewRecovery(Wire):
    """The money came back to the county's account."""

    recovered_on: Day
    bank_reference: Number
    note: Text | None = None


class ClawBack(Wire):
    """One payment after the day of death; `closed` when the death itself was withdrawn."""

    case_id: int
    line_id: int
    batch_id: int
    person_id: str
    division_code: str
    amount_fen: int
    died_on: date
    paid_on: date
    state: Literal["open", "recovered", "closed"]
    recovered_on: date | None
    bank_reference: str | None
    note: str | None
