"""Wire vocabulary of funds: figures shaped for direct plotting. No people, no accounts, no papers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.wire import Wire


class PictureHead(Wire):
    """What the figures are of."""

    division_code: str
    division_name: str
    fund_year: int
    as_of: date
    fund_kind: str | None
    batch: str
    title_zh: str
    title_en: str
    unit: Literal["fen"] = "fen"


class FlowNode(Wire):
    """A place of the flow; what goes in goes out, save in the first and last layer."""

    id: str
    layer: Literal["level", "kind", "area", "project", "end"]
    key: str
    zh: str
    en: str
    value_fen: int


class FlowLink(Wire):
    source: str = Field(description="id of a node")
    target: str = Field(description="id of a node of the next layer")
    value_fen: int


class FlowPicture(PictureHead):
    """Where the money comes from and where it is: level, kind, area, project kind, then paid, waiting or withheld."""

    project_by: Literal["category", "purpose"]
    received_fen: int
    spent_fen: int
    withheld_not_due_fen: int
    nodes: list[FlowNode]
    links: list[FlowLink]


class LinePoint(Wire):
    day: date
    received_fen: int
    spent_fen: int
    progress: str | None = Field(description="decimal string; null while there is no money")
    progress_percent: str | None = Field(description="for showing only, half up")


class TargetPoint(Wire):
    day: date
    pace: str = Field(description="share of the year that has passed, by the pace basis; decimal string")
    target: str = Field(description="pace times the target at the cut-off; decimal string")


class ForecastPoint(Wire):
    day: date
    low_fen: int
    likely_fen: int
    high_fen: int
    low: str | None = Field(description="progress, decimal string")
    likely: str | None
    high: str | None


class ProgressLine(PictureHead):
    """Progress over the fund year beside its target, carried on to the cut-off."""

    step: Literal["day", "week", "month"]
    cut_off: date
    target: str
    pace_basis: str
    points: list[LinePoint]
    target_line: list[TargetPoint]
    forecast: list[ForecastPoint] = Field(description="empty after the cut-off; the first point is the day itself")


class SideSum(Wire):
    side: str
    zh: str
    en: str
    amount_fen: int


class HeatRow(Wire):
    """One area. Everything measured is null where there is no money: that is not the same as zero."""

    division_code: str
    name: str
    own: bool = Field(description="money the area asked about holds itself, not one of those below it")
    received_fen: int
    spent_fen: int
    value: str | None = Field(description="of the measure asked for; decimal string in its unit")
    progress: str | None
    progress_percent: str | None = Field(description="for showing only, half up")
    verdict: Literal["met", "on_pace", "behind", "failed"] | None
    gap_fen: int | None
    late_fen: int | None
    waiting: list[SideSum] | None


class HeatPicture(PictureHead):
    """The areas right below, compared. The rows add up to `whole`."""

    measure: str
    measure_zh: str
    measure_en: str
    measure_unit: Literal["ratio", "fen"]
    target: str
    rows: list[HeatRow]
    whole: HeatRow
