"""Wire vocabulary of fundings: funds ask whether a project takes money of its plan line, projects decide once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Count, Day, DivisionCode, Fen, FundYear, Text, Wire

FundingState = Literal["funded", "refused", "tombstone"]
"""tombstone: given up by funds before projects had decided; it will never be funded."""
FundingReason = Literal["not_in_library", "not_in_plan", "stopped", "other_county", "over_plan_line"]
FundingOp = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{32}$")]


class NewFunding(Wire):
    """What funds ask, the same words each time they ask it."""

    county_code: DivisionCode
    fund_year: FundYear
    amount_fen: Fen
    asked_on: Day
    asked_by: Text


class Funding(Wire):
    """The decision, the same each time it is asked for."""

    op: FundingOp
    project_code: str
    county_code: str
    fund_year: int
    amount_fen: int
    asked_on: date
    state: FundingState
    reason: FundingReason | None
    left_fen: int | None
    decided_at: datetime
    grant: ProjectGrant | None


class FundingRelease(Wire):
    """Money of a funding that came back from the project: told by funds as `funding.released`."""

    op: FundingOp
    release_id: Text
    project_code: str
    amount_fen: Fen
    released_on: date


class FundingTotal(Wire):
    """Decided operations of one county and day of asking: their number, the fen funded, and an order-free hash."""

    county_code: str
    asked_on: date
    count: Count
    funded_fen: int
    released_fen: int
    hash: str


class FundingTotals(Wire):
    items: list[FundingTotal]


class FundingFact(Wire):
    """One operation as one side has it."""

    op: str
    state: str
    amount_fen: int
    released_fen: int


class FundingFacts(Wire):
    items: list[FundingFact]
