"""Every received fen that is not spent waits at one step, and somebody answers for it.

Finance answers for money that is there and ready: to register, divide, decide, review, order, confirm. The
project side answers when the money is there and works or papers are not (河南: 财政部门资金拨付不及时、不到位造成 /
因项目组织实施不力、项目前期准备工作不充分).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

Responsible = Literal["finance", "project", "third"]
"""`third` only by a decision on that money: a cause neither side can help, with its evidence."""

RESPONSIBLE: dict[str, Responsible] = {
    "receipt_registration": "finance",
    "allocation": "finance",
    "allocation_decision": "finance",
    "recall_decision": "finance",
    "tender": "project",
    "contract": "project",
    "works": "project",
    "acceptance": "project",
    "claim": "project",
    "stopped": "project",
    "claim_review": "finance",
    "payment": "finance",
    "bank": "finance",
    "retention_release": "project",
}
"""Who answers for money waiting at a step; at `allocation` the project side does when no project can take it."""

STAGE_STEPS = {
    "planned": "tender",
    "tendered": "contract",
    "contracted": "works",
    "under_way": "works",
    "completed": "acceptance",
    "accepted": "claim",
    "handed_over": "claim",
    "removed": "stopped",
    "stopped": "stopped",
    "refused": "stopped",
    "returned": "stopped",
}
"""The step the money of a works project waits at, by the project's state; before the plan it is the tender."""


class Waiting(NamedTuple):
    """Money at one step since one day. `received` is false while the area has not received it yet."""

    step: str
    responsible: Responsible
    office: str
    office_name: str
    division_code: str
    amount_fen: int
    since: date
    received: bool = True
    project_code: str = ""
    project_name: str = ""
    fund_kind: str = ""
    reference: str = ""
    """The thing it waits in, e.g. `allocation:12`."""
    batch: str = ""
    project_office: str = ""
    """The office that runs the project; of money no project has, the one that runs the place's projects."""
    project_office_name: str = ""
    decision_id: int | None = None
    """The decision by which it answers to this side; None while the rule of the step says so."""
    third_cause: str = ""


Counting = Literal["calendar", "working", "fixed"]


class Due(NamedTuple):
    """The last day on which money may leave a step without being late."""

    on: date
    counting: Counting = "calendar"
    source: str = ""


class Delay(NamedTuple):
    """Waiting money measured against the step's deadline, in calendar days of which the deadline allows so many."""

    waiting: Waiting
    days: int
    due: Due
    days_late: int

    @property
    def deadline_days(self) -> int:
        """Calendar days from the beginning of the wait to its last day in time; below 0 when it began too late."""
        return (self.due.on - self.waiting.since).days

    @property
    def late(self) -> bool:
        return self.days_late > 0


def step_of_stage(purpose: str, state: str) -> str:
    """The step at which a project's unclaimed money waits. Grants to people wait for their list, i.e. the claim."""
    step = STAGE_STEPS.get(state, "tender")
    return "claim" if purpose == "grants" and step != "stopped" else step


def allocation_side(lacking_projects: bool) -> Responsible:
    """Who answers for money left on a county's receipt: finance when a planned project still lacks money."""
    return "finance" if lacking_projects else "project"


def measure(waiting: Iterable[Waiting], as_of: date, due: Callable[[Waiting], Due]) -> list[Delay]:
    """Days and lateness of all that waits."""
    found = []
    for item in waiting:
        if item.amount_fen > 0:
            until = due(item)
            found.append(Delay(item, max((as_of - item.since).days, 0), until, max((as_of - until.on).days, 0)))
    return found


def in_days(deadlines: Mapping[str, int]) -> Callable[[Waiting], Due]:
    """Deadlines of so many calendar days by step."""
    return lambda item: Due(item.since + timedelta(days=deadlines[item.step]))


def ordered(delays: Iterable[Delay], by: Literal["amount", "days"]) -> list[Delay]:
    """Largest first by amount or by days; the other, then the reference, decides between equals."""

    def key(delay: Delay) -> tuple[int, int, str, str]:
        amount, days = -delay.waiting.amount_fen, -delay.days
        first, second = (amount, days) if by == "amount" else (days, amount)
        return (first, second, delay.waiting.step, delay.waiting.reference)

    return sorted(delays, key=key)
