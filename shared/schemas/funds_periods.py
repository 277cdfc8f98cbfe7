"""Wire vocabulary of funds: closed periods of the books."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Day, DivisionCode, LongText, Wire

Period = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2]))?$")]
"""A year `2025` or a month `2025-03`."""


class NewPeriodClose(Wire):
    division_code: DivisionCode
    period: Period


class NewReopening(Wire):
    reason: LongText


class NewReopeningDecision(Wire):
    outcome: Literal["consent", "refuse"]
    opinion: LongText
    decided_on: Day


class PeriodClose(Wire):
    period_close_id: int
    division_code: str
    period: str
    first_on: date
    last_on: date
    state: Literal["closed", "reopening_asked", "reopened"]
    closed_at: datetime
    closed_by: str
    reason: str | None = Field(description="why a reopening was asked for last")
    asked_by: str | None
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
