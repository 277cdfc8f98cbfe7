"""The question about money that a request's parameters put; the same ones on every view of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from services.funds.domain.questions import Question
from shared.chassis import clock
from shared.schemas.funds_definitions import SourceLevel
from shared.schemas.wire import Code, Day, DivisionCode

BatchFilter = Literal["all", "advance", "regular"]
Year = Annotated[int, Query(ge=2000, le=2100)]
AsOf = Annotated[Day | None, Query(description="today when not given")]


async def _asked(
    division_code: DivisionCode,
    fund_year: Year,
    as_of: AsOf = None,
    batch: BatchFilter = "all",
    fund_kind: Code | None = None,
    special: bool | None = None,
    source_level: SourceLevel | None = None,
) -> Question:
    return Question(
        area=division_code,
        fund_year=fund_year,
        as_of=as_of or clock.office_today(),
        batch=None if batch == "all" else batch,
        fund_kind=fund_kind,
        special=special,
        source_level=source_level,
    )


MoneyQuestion = Annotated[Question, Depends(_asked)]
"""An area's money of one fund year on a day, today when none is given; maybe of one batch, kind or level only."""
