"""Wire vocabulary of funds: deadlines of the steps money waits at."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, Flag, Text, Wire

MonthDay = Annotated[str, StringConstraints(strict=True, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class NewStageDeadline(Wire):
    """When money must have left a step, for one's own area from a day on.

    "By 15 January for advance money, else 20 working days after the notice" is batch `advance`, fixed_day `01-15`,
    days 20, counting `working`, starts `document`.
    """

    division_code: DivisionCode
    step: Code
    batch: Literal["", "advance", "regular"] = ""
    valid_from: Day
    days: Annotated[int, Field(strict=True, ge=0, le=9999)]
    counting: Literal["calendar", "working"]
    starts: Literal["entry", "document"] = "entry"
    fixed_day: MonthDay | None = None
    next_working: Flag = False
    source: Text


class StageDeadline(Wire):
    division_code: str
    step: str
    batch: str
    valid_from: date
    days: int
    counting: str
    starts: str = Field(description="entry: the day the wait began; document: the day of the document")
    fixed_day: str | None = Field(description="MM-DD of the fund year; holds when the wait began by then")
    next_working: bool
    source: str


class StageDeadlines(Wire):
    items: list[StageDeadline]
