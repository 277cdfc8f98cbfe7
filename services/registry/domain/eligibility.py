"""Whether a person may be paid a grant: they must be on the register on the day; and the facts grants depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.household_files import EXITED, REMOVED
from services.registry.domain.refusals.eligibility import FactUnknown

Status = Literal["eligible", "not_registered", "exited", "dead", "removed"]
ELIGIBLE: Status = "eligible"
NOT_REGISTERED: Status = "not_registered"
HOUSEHOLD_STATUS = {"eligible": "registered", "exited": EXITED}
"""The status of a household whose people may be asked for by what they are entitled to."""
CLOSED: dict[str, Status] = {EXITED: "exited", REMOVED: "removed"}

OF_MEMBER = frozenset(
    {
        "relation", "education", "schooling", "health", "disability_category", "disability_grade", "labour",
        "medical_insurance", "employee_medical", "pension_insurance", "employee_pension", "dibao", "tekun",
        "away_months", "away_region", "public_post", "public_post_months", "absence",
    }
)  # fmt: skip
"""Facts told as the person's own row has them; the names are those of the columns."""
OF_HOUSEHOLD = frozenset(
    {
        "household_type", "attribute", "key_groups", "main_cause", "monitor_type", "risks", "housing_level",
        "relocation_mode", "relocated_year", "member_count",
    }
)  # fmt: skip
"""The same of the household."""
AGE, HEAD, ACCOUNT = "age", "head_person_id", "account_mark"
KIN, ABSORBED, FORMERLY = "kin", "absorbed", "formerly"
WORKED_OUT = frozenset({AGE, HEAD, ACCOUNT, KIN, ABSORBED, FORMERLY})
"""Full years on the day asked for; the id of the household's head; a mark that two equal bank accounts share; the
households this one split off from or took in, and those they came from in turn, each with the day since which it counts
(of several steps the earliest); those of them it took in by mergers alone; the divisions its village followed."""
FACTS = OF_MEMBER | OF_HOUSEHOLD | WORKED_OUT
COUNTS = frozenset({AGE, "away_months", "public_post_months", "relocated_year", "member_count"})
"""Facts that are numbers, asked for by bounds; the others are asked for by value."""
NOT_TESTED = frozenset({HEAD, ACCOUNT, KIN, ABSORBED, FORMERLY})
HEAD_RELATION = "head"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register says of one person: their household's life and their own departure from it."""

    household_status: str
    registered_on: date | None
    closed_on: date | None
    departure: str | None
    departed_on: date | None


def standing_on(standing: Standing | None, day: date) -> Status:
    """The answer for a day. A death, an exit or a removal counts from its own day on."""
    if standing is None or standing.registered_on is None or standing.registered_on > day:
        return NOT_REGISTERED
    if standing.departed_on is not None and standing.departed_on <= day:
        return "dead" if standing.departure == "death" else "removed"
    if standing.closed_on is not None and standing.closed_on <= day:
        return CLOSED.get(standing.household_status, ELIGIBLE)
    return ELIGIBLE


def require_facts(names: Sequence[str]) -> frozenset[str]:
    """The facts asked for. Raises FactUnknown, naming which."""
    for index, name in enumerate(names):
        if name not in FACTS:
            raise FactUnknown(pointer=f"/facts/{index}")
    return frozenset(names)


def require_test(index: int, fact: str, values: Sequence[str], low: int | None, high: int | None) -> None:
    """A number is asked for by bounds, everything else by its values. Raises FactUnknown."""
    by_bounds = (low is not None or high is not None) and not values
    if fact not in FACTS - NOT_TESTED or by_bounds != (fact in COUNTS) or (not by_bounds and not values):
        raise FactUnknown(pointer=f"/tests/{index}")
