"""Wire vocabulary of the comparison of funds and projects."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.schemas.wire import Wire


class FundingDifference(Wire):
    """One operation the two services do not say the same of; null where a side has none."""

    op: str
    county_code: str
    asked_on: date
    funds_state: str | None
    projects_state: str | None
    funds_amount_fen: int | None
    projects_amount_fen: int | None
    funds_released_fen: int | None
    projects_released_fen: int | None
    on_its_way: bool = Field(description="begun within ten minutes and not ended yet: not a fault so far")


class OverCommitted(Wire):
    """A project whose plan line, as it was told last, is less than what it was given."""

    project_code: str
    plan_line_fen: int
    committed_fen: int


class Unagreed(Wire):
    """An approved allocation projects have not given their word on: `python -m deploy.agree_fundings` asks for it."""

    allocation_id: int
    project_code: str
    amount_fen: int
    refused: str | None = Field(description="why projects refused when they were asked; null when they were not")


class Reconciliation(Wire):
    """Operations of both services, compared by county and day, and where sums differ one by one."""

    days_compared: int
    operations: int
    funded_fen: int
    differences: list[FundingDifference]
    unexplained: int
    over_committed: list[OverCommitted]
    unagreed: list[Unagreed] = Field(description="the first 500, whenever they were approved")
