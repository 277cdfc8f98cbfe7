"""Wire vocabulary of projects: annual plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.projects import Notice
from shared.schemas.wire import Code, Day, DivisionCode, Fen, FundYear, LongText, Sha256, Text, Wire


class PlanItem(Wire):
    project_code: Code
    amount_fen: Fen
    fund_source: Code


class NewPlan(Wire):
    """A county's plan of a fund year: projects of its library with the money each is to get."""

    county_code: DivisionCode
    fund_year: FundYear
    items: Annotated[list[PlanItem], Field(min_length=1, max_length=500)]
    note: LongText | None = None
    proposed_on: Day | None = Field(default=None, description="the day on the paper when it is recorded afterwards")


class PlanDecision(Wire):
    outcome: Literal["approve", "refuse"]
    opinion: LongText
    decided_on: Day | None = Field(default=None, description="the day on the paper when it is recorded afterwards")


class NewPlanNotice(Wire):
    posted_on: Day
    place: Text
    paper_sha256: Sha256 | None = None


class Plan(Wire):
    """A plan with its lines; `state` is proposed, approved or refused."""

    id: str
    county_code: str
    fund_year: int
    state: Literal["proposed", "approved", "refused"]
    total_fen: int
    items: list[PlanItem]
    note: str | None
    proposed_on: date | None = Field(description="as stated; null when it was not")
    recorded_at: datetime
    proposer_office: str
    opinion: str | None
    decided_on: date | None
    notices: list[Notice]


class PlanRow(Wire):
    id: str
    county_code: str
    fund_year: int
    state: str
    total_fen: int
    lines: int
