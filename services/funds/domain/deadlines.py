"""When money must have left a step: so many calendar or working days, or a fixed day of the fund year.

Provinces set such terms as "by 15 January for money handed down early, else 20 working days after the notice".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from services.funds.domain.delays import RESPONSIBLE, Due, Waiting
from services.funds.domain.divisions import NATION, lies_in
from services.funds.domain.parameters import Parameters
from services.funds.domain.refusals.responsibility import DeadlineWrong, StepUnknown
from services.funds.domain.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step's deadline for an area from a day on. `batch` empty: of money of every batch no other row names."""

    step: str
    division_code: str
    batch: str
    valid_from: date
    days: int
    counting: str
    starts: str
    fixed_day: str | None
    next_working: bool
    source: str


class _Days(NamedTuple):
    """So many calendar days, as a parameter says."""

    days: timedelta
    source: str


def require_deadline(step: str, counting: str, next_working: bool, fixed_day: str | None) -> None:
    """Refuse a deadline nobody could keep by. Raises StepUnknown, DeadlineWrong."""
    if step not in RESPONSIBLE:
        raise StepUnknown()
    if counting == "working" and next_working:
        raise DeadlineWrong(pointer="/next_working")
    if fixed_day is not None and not _is_day(fixed_day):
        raise DeadlineWrong(pointer="/fixed_day")


def _is_day(month_day: str) -> bool:
    try:
        date(2001, int(month_day[:2]), int(month_day[3:]))
    except ValueError:
        return False
    return True


class Deadlines:
    """Everything that says when money of one fund year is late, as known on one day.

    A deadline of the nearest area holds; of one area's, one for the money's batch before one for all, then the newest.
    Where the parameter `deadline_<step>` is of a nearer area, or newer in the same, that many calendar days hold.
    """

    def __init__(
        self,
        rows: Iterable[Deadline],
        values: Parameters,
        calendar: Calendar,
        fund_year: int,
        issued_on: Mapping[str, date],
    ) -> None:
        self._rows = list(rows)
        self._values = values
        self._calendar = calendar
        self._fund_year = fund_year
        self._issued_on = issued_on
        self._found: dict[tuple[str, str, str], Deadline | _Days] = {}
        self._dues: dict[tuple[tuple[str, str, str], date], Due] = {}

    def without(self, area: str) -> Deadlines:
        """The deadlines as they would hold in an area without any of its own."""
        return Deadlines(
            [row for row in self._rows if row.division_code != area],
            self._values.kept(lambda value: value.division_code != area),
            self._calendar,
            self._fund_year,
            self._issued_on,
        )

    def due(self, item: Waiting) -> Due:
        """The last day in time of waiting money."""
        return self.due_of(item.step, item.division_code, item.batch, item.since, self._issued_on.get(item.reference))

    def due_of(self, step: str, division_code: str, batch: str, since: date, issued_on: date | None) -> Due:
        """The last day in time of money at a step since a day; `issued_on` is the day of the document it came by."""
        key = (step, division_code[:6], batch)
        rule = self._found.get(key)
        if rule is None:
            rule = self._found[key] = self._find(*key)
        if isinstance(rule, _Days):
            return Due(since + rule.days, "calendar", rule.source)
        start = issued_on if rule.starts == "document" and issued_on is not None else since
        due = self._dues.get((key, start))
        if due is None:
            due = self._dues[key, start] = self._due(rule, start)
        return due

    def _due(self, rule: Deadline, start: date) -> Due:
        if rule.fixed_day is not None:
            fixed = date(self._fund_year, int(rule.fixed_day[:2]), int(rule.fixed_day[3:]))
            if start <= fixed:
                return Due(self._rolled(rule, fixed), "fixed", rule.source)
        if rule.counting == "working":
            return Due(self._calendar.add(start, rule.days), "working", rule.source)
        return Due(self._rolled(rule, start + timedelta(days=rule.days)), "calendar", rule.source)

    def _rolled(self, rule: Deadline, day: date) -> date:
        """A last day on which offices do not work moves to the next one they do, where the rule says so."""
        return self._calendar.next_working(day) if rule.next_working else day

    def _find(self, step: str, place: str, batch: str) -> Deadline | _Days:
        value = self._values.get(f"deadline_{step}", place)
        least = (_nearness(value.division_code), value.valid_from)
        fitting = [
            row
            for row in self._rows
            if row.step == step
            and row.batch in ("", batch)
            and lies_in(place, row.division_code)
            and (_nearness(row.division_code), row.valid_from) >= least
        ]
        if not fitting:
            return _Days(timedelta(days=int(value.value)), value.source)
        return max(fitting, key=lambda row: (_nearness(row.division_code), row.batch == batch, row.valid_from))


def _nearness(division_code: str) -> int:
    return 0 if division_code == NATION else len(division_code)
