"""Picture data of the 90 % rule: the flow of the money, progress over time, areas compared. Whole fen throughout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from services.funds.domain.refusals.forecasts import (
    MeasureUnknown,
    ProjectGroupingUnknown,
    StepTooFine,
    StepUnknown,
)

Step = Literal["day", "week", "month"]
Measure = Literal[
    "progress", "gap", "late", "waiting", "waiting_finance", "waiting_project", "waiting_third", "unspent"
]
ProjectBy = Literal["category", "purpose"]
STEPS: tuple[Step, ...] = ("day", "week", "month")
TOO_FINE = ("hour", "minute", "second", "half_day")
MEASURES: dict[Measure, tuple[str, str, str]] = {
    "progress": ("支出进度", "Spending progress", "ratio"),
    "gap": ("距目标缺口", "Short of the target", "fen"),
    "late": ("逾期资金", "Late money", "fen"),
    "waiting": ("未支出待办资金", "Waiting money", "fen"),
    "waiting_finance": ("财政环节待办资金", "Waiting with finance", "fen"),
    "waiting_project": ("项目环节待办资金", "Waiting with projects", "fen"),
    "waiting_third": ("第三方原因待办资金", "Waiting for a third cause", "fen"),
    "unspent": ("未支出资金", "Unspent money", "fen"),
}
"""Measure -> names and unit."""
GROUPINGS: tuple[ProjectBy, ...] = ("category", "purpose")
LAYERS = ("level", "kind", "area", "project", "end")
"""The layers of the flow, from where the money comes to where it is."""
PAID, RETENTION, NO_PROJECT = "paid", "retention", "unallocated"


@dataclass(frozen=True, slots=True)
class Stream:
    """Received money of one way through all layers. `end` is paid, retention (not due) or the side it waits with."""

    level: str
    kind: str
    area: str
    project: str
    end: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the flow: its layer, what it stands for there, and the money through it."""

    layer: str
    key: str
    amount_fen: int

    @property
    def node_id(self) -> str:
        return f"{self.layer}:{self.key}"


@dataclass(frozen=True, slots=True)
class Link:
    """Money from one node to one of the next layer."""

    source: str
    target: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Nodes layer by layer, and the links between them; nothing of no money."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def flow_of(streams: Iterable[Stream]) -> Flow:
    """The flow of all streams: what goes into a node of a middle layer goes out of it."""
    nodes: dict[tuple[int, str], int] = defaultdict(int)
    links: dict[tuple[int, str, str], int] = defaultdict(int)
    for stream in streams:
        keys = [getattr(stream, layer) for layer in LAYERS]
        for layer, key in enumerate(keys):
            nodes[layer, key] += stream.amount_fen
        for layer, (key, after) in enumerate(pairwise(keys)):
            links[layer, key, after] += stream.amount_fen
    return Flow(
        tuple(Node(LAYERS[layer], key, fen) for (layer, key), fen in sorted(nodes.items()) if fen),
        tuple(
            Link(f"{LAYERS[layer]}:{key}", f"{LAYERS[layer + 1]}:{after}", fen)
            for (layer, key, after), fen in sorted(links.items())
            if fen
        ),
    )


def step_of(text: str) -> Step:
    """The step asked for. Raises StepTooFine, StepUnknown."""
    for step in STEPS:
        if text == step:
            return step
    if text in TOO_FINE:
        raise StepTooFine()
    raise StepUnknown()


def measure_of(text: str) -> Measure:
    """The measure asked for. Raises MeasureUnknown."""
    for measure in MEASURES:
        if text == measure:
            return measure
    raise MeasureUnknown(known=",".join(MEASURES))


def grouping_of(text: str) -> ProjectBy:
    """How projects are to be grouped. Raises ProjectGroupingUnknown."""
    for grouping in GROUPINGS:
        if text == grouping:
            return grouping
    raise ProjectGroupingUnknown()


def ends_of_steps(first: date, last: date, step: Step) -> list[date]:
    """The last days of all steps from `first` to `last`, and `last`: Sundays end weeks. Empty when last is earlier."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day == last or _ends(day, step)]


def _ends(day: date, step: Step) -> bool:
    if step == "week":
        return day.isoweekday() == 7
    return step == "day" or (day + timedelta(days=1)).day == 1


def days_of_line(fund_year: int, as_of: date, step: Step) -> list[date]:
    """The days progress is shown for: ends of steps within the fund year, and the day itself as the last."""
    first, last = date(fund_year, 1, 1), date(fund_year, 12, 31)
    days = ends_of_steps(first, min(as_of, last), step)
    return days if days and days[-1] == as_of else [*days, as_of]


@dataclass(frozen=True, slots=True)
class Heat:
    """One area's unspent money: late, and by the side it waits with."""

    late_fen: int
    waiting_fen: Mapping[str, int]
    unspent_fen: int


def value_of(measure: Measure, progress: str | None, gap_fen: int, heat: Heat) -> str | None:
    """What an area with money shows for a measure: a decimal string, whole for fen."""
    if measure == "progress":
        return progress
    if measure.startswith("waiting_"):
        return str(heat.waiting_fen.get(measure.removeprefix("waiting_"), 0))
    values = {
        "gap": gap_fen,
        "late": heat.late_fen,
        "waiting": sum(heat.waiting_fen.values()),
        "unspent": heat.unspent_fen,
    }
    return str(values[measure])
