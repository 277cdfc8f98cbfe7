"""Whether a person may be paid a grant: they must be on the register on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.household_files import EXITED, REMOVED

Status = Literal["eligible", "not_registered", "exited", "dead", "removed"]
NOT_REGISTERED: Status = "not_registered"
CLOSED: dict[str, Status] = {EXITED: "exited", REMOVED: "removed"}


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
        return CLOSED.get(standing.household_status, "eligible")
    return "eligible"
