"""Wire vocabulary of funds: stage clocks, and late money by who answers for it and how late it is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.funds_views import Responsible
from shared.schemas.wire import Wire

Hop = Literal["registered", "allocated", "passed_down", "project_ready", "claim", "reviewed", "paid", "recalled"]


class StageClock(Wire):
    """Some money of one thing at one step: in, out, how long, by when, how late."""

    hop: str = Field(description="the hop the step is on the way to")
    step: str
    reference: str
    left_by: str = Field(description="what the money left by, such as `allocation:12`; empty while it waits")
    division_code: str
    fund_kind: str
    batch: str
    project_code: str
    amount_fen: int
    entered_on: date
    left_on: date | None
    days: int = Field(description="calendar days in the state, up to the day asked about")
    working_days: int
    due_on: date = Field(description="the last day in time")
    deadline_counting: Literal["calendar", "working", "fixed"]
    deadline_source: str
    days_late: int
    late: bool
    points_from: int | None = Field(description="what a hop of so many days is marked, at best")
    points_to: int | None = Field(description="and at worst")
    responsible: Responsible | None = Field(description="who answers while it waits; null once it has left")
    office: str | None


class LateBand(Wire):
    from_days: int
    to_days: int | None
    label_zh: str
    label_en: str
    source: str


class LateMoneyRow(Wire):
    hop: str
    step: str
    responsible: Responsible
    office: str
    office_name: str
    received: bool = Field(description="false for money on its way to the area")
    from_days: int = Field(description="where its band of days late begins")
    late_fen: int
    items: int
    longest_days_late: int


class SideSums(Wire):
    finance_fen: int
    project_fen: int
    third_fen: int


class LateMoney(Wire):
    """unspent_fen = sides + retention_not_due_fen; late_fen = all rows = late_sides."""

    division_code: str
    fund_year: int
    as_of: date
    received_fen: int
    unspent_fen: int
    sides: SideSums = Field(description="received money that waits, late or not, by who answers for it")
    retention_not_due_fen: int
    on_the_way_fen: int = Field(description="handed down and not received yet; in no other sum but the late ones")
    late_fen: int
    late_sides: SideSums
    bands: list[LateBand]
    rows: list[LateMoneyRow] = Field(description="largest first")
