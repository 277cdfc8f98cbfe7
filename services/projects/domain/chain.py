"""The way into the library: which step is due, whose it is, and what it needs. The steps are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from services.projects.domain.code_lists import read
from services.projects.domain.refusals import (
    ChecklistIncomplete,
    ChecklistUnknown,
    NotTheNextStep,
    ReasonMissing,
    SamePerson,
    WrongOffice,
)

ANY_SECTOR = "*"
RESPONSIBLE = "responsible"


@dataclass(frozen=True, slots=True)
class Step:
    """One step for proposals of one level. `days_key` names the parameter of a notice's days."""

    proposer_level: str
    seq: int
    step: str
    kind: str
    level: str
    sectors: str
    permission: str
    to_state: str
    days_key: str
    source: str

    def belongs_to(self, level: str, sector: str, responsible_office: str) -> bool:
        """Whether an office of this level and sector takes the step."""
        if level != self.level:
            return False
        allowed = self.sectors.split("|")
        own = RESPONSIBLE in allowed and sector != "" and sector == sector_of(responsible_office)
        return ANY_SECTOR in allowed or sector in allowed or own


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a step's checklist."""

    step: str
    key: str
    label: str
    required: bool
    source: str


def sector_of(office: str) -> str:
    """The sector in an office code: 341622-transport is an office of transport."""
    return office.partition("-")[2]


@cache
def chain(proposer_level: str) -> tuple[Step, ...]:
    """The steps of a proposal of this level, in order; none for a level that does not propose."""
    rows = (_step(row) for row in read("chains.csv"))
    return tuple(sorted((row for row in rows if row.proposer_level == proposer_level), key=lambda row: row.seq))


def _step(row: dict[str, str]) -> Step:
    seq = int(row.pop("seq"))
    return Step(seq=seq, **row)


@cache
def checklist() -> tuple[Point, ...]:
    return tuple(
        Point(row["step"], row["key"], row["label"], row["required"] == "yes", row["source"])
        for row in read("checklists.csv")
    )


@cache
def permission_of(step: str) -> str:
    """The permission a step needs, the same for every proposer."""
    return next(row["permission"] for row in read("chains.csv") if row["step"] == step)


def due(proposer_level: str, steps_done: int) -> Step | None:
    """The step that comes after `steps_done` steps; None at the end."""
    steps = chain(proposer_level)
    return steps[steps_done] if steps_done < len(steps) else None


def require_due(step: Step | None, name: str) -> Step:
    """The due step, if it is the one asked for."""
    if step is None or step.step != name:
        raise NotTheNextStep(due=step.step if step else "")
    return step


def require_office(step: Step, level: str, sector: str, responsible_office: str) -> None:
    if not step.belongs_to(level, sector, responsible_office):
        raise WrongOffice()


def require_other_person(person: str, involved: Iterable[str]) -> None:
    """Maker and checkers are different people, whatever accounts they use."""
    if person in set(involved):
        raise SamePerson()


def require_checklist(step: str, outcome: str, answers: Mapping[str, bool]) -> None:
    """An approval needs every required point of the step's checklist in order."""
    points = {point.key: point for point in checklist() if point.step == step}
    for key in answers:
        if key not in points:
            raise ChecklistUnknown()
    if outcome != "approve":
        return
    lacking = [key for key, point in points.items() if (point.required or key in answers) and not answers.get(key)]
    if lacking:
        raise ChecklistIncomplete(lacking="、".join(points[key].label for key in lacking))


def require_reasons(outcome: str, reasons: list[str]) -> None:
    if outcome != "approve" and not reasons:
        raise ReasonMissing()
