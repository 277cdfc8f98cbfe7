"""Chains of decision as data: who does which step, in which order, and who may not also do it."""

from __future__ import annotations

from dataclasses import dataclass

from services.registry.domain import refusals
from services.registry.domain.tables_of_facts import rows_of


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which state to which, on which levels, and by another person than whose steps."""

    name: str
    label: str
    levels: tuple[str, ...]
    state_before: str
    state_after: str
    days_parameter: str
    other_person_than: tuple[str, ...]


def _step(row: dict[str, str]) -> Step:
    return Step(
        row["step"],
        row["label"],
        tuple(row["levels"].split()),
        row["state_before"],
        row["state_after"],
        row["days_parameter"],
        tuple(row["other_person_than"].split()),
    )


IDENTIFICATION: dict[str, Step] = {
    row["step"]: _step(row)
    for row in sorted(rows_of("chains"), key=lambda row: int(row["position"]))
    if row["chain"] == "identification"
}


def require_step(step: Step, state: str, level: str, person: str, doers: dict[str, str]) -> None:
    """Refuse a step out of turn, on another level, or by somebody who did a step it must check.

    `doers` gives the person of every step already done.
    """
    if level not in step.levels:
        raise refusals.WrongLevel(levels=" ".join(step.levels))
    if state != step.state_before:
        raise refusals.StepNotDue(state=state, step=step.name)
    if any(doers.get(other) == person for other in step.other_person_than):
        raise refusals.SamePerson()
