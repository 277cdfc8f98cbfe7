"""How long each step of a payment takes: the area's own finished steps, and the days the rules give it.

Every step has a usual time, the middle of what the area's finished ones took, and a shortest, the smaller of that
and its deadline. Whole days, never an average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.funds.domain.working_days import Calendar

PAPERS = ("claim_review", "payment", "bank")
"""The steps of a claim or batch once it is filed."""
STEPS = ("receipt_registration", "allocation", "allocation_decision", "tender", "contract", "works", "acceptance",
         "claim", *PAPERS)  # fmt: skip
"""The steps of money on its way to a payee, in order."""
RELEASE = ("retention_release", *PAPERS)
"""The steps of withheld money from the day it is due."""
BUILDING = ("tender", "contract", "works", "acceptance")
"""Steps money for grants to people does not take."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Days of one step. `samples` finished ones gave `usual`; with none it is the deadline."""

    step: str
    usual: int
    deadline: int
    samples: int = 0

    @property
    def shortest(self) -> int:
        """Days by which everything is done that keeps its deadline and is no slower than usual."""
        return min(self.usual, self.deadline)


def median_of(counts: Mapping[int, int]) -> int | None:
    """The middle of counted days; of an even number the later of the two in the middle. None of nothing."""
    place, passed = sum(counts.values()) // 2, 0
    for days in sorted(counts):
        passed += counts[days]
        if passed > place:
            return days
    return None


def leads_of(finished: Mapping[str, Mapping[int, int]], deadlines: Mapping[str, int]) -> dict[str, Lead]:
    """The time of every step that has a deadline. `finished` counts the area's finished steps by their days."""
    found = {}
    for step, deadline in deadlines.items():
        counts = {max(days, 0): 0 for days in finished.get(step, {})}
        for days, count in finished.get(step, {}).items():
            counts[max(days, 0)] += count
        usual = median_of(counts)
        found[step] = Lead(step, deadline if usual is None else usual, deadline, sum(counts.values()))
    return found


def steps_from(step: str, *, without: Iterable[str] = ()) -> tuple[str, ...]:
    """The steps from `step` to the payee, that one included; none for money that leads to no payment as it stands."""
    way = RELEASE if step == "retention_release" else STEPS
    if step not in way:
        return ()
    left_out = frozenset(without)
    return tuple(one for one in way[way.index(step) :] if one not in left_out)


@dataclass(frozen=True, slots=True)
class Timing:
    """What days are counted with: from which day on, by which times and calendar."""

    as_of: date
    leads: Mapping[str, Lead]
    calendar: Calendar

    def usual_day(self, steps: Sequence[str], since: date, works_end: date | None = None) -> date | None:
        """The day money standing at the first of `steps` since `since` is paid when all goes as usual."""
        return self._day(steps, since, works_end, {step: self.leads[step].usual for step in steps})

    def first_day(self, steps: Sequence[str], since: date, works_end: date | None = None) -> date | None:
        """The day it can be paid when every step keeps its deadline."""
        return self._day(steps, since, works_end, {step: self.leads[step].shortest for step in steps})

    def _day(self, steps: Sequence[str], since: date, works_end: date | None, days: Mapping[str, int]) -> date | None:
        """What the first step took so far is not counted again; works end on their planned day if it is to come."""
        if not steps:
            return None
        reached = self.as_of
        for number, step in enumerate(steps):
            begun = min(since, self.as_of) if number == 0 else reached
            ends = begun + timedelta(days=days[step])
            if step == "works" and works_end is not None and works_end > self.as_of:
                ends = works_end
            reached = max(reached, ends)
        return self.calendar.next_working(reached)
