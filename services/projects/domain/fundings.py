"""Whether a project takes money: it is in the county's library and the year's plan, goes on, and its line has room."""

from __future__ import annotations

from dataclasses import dataclass

ENDED = frozenset({"removed", "stopped", "refused", "returned"})
"""States in which a project receives no more money."""


@dataclass(frozen=True, slots=True)
class Room:
    """What of a project the decision reads. `funded_fen` is what it has of its plan line by now."""

    county_code: str
    state: str
    in_library: bool
    plan_year: int | None
    plan_line_fen: int
    funded_fen: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is None when the project takes the money; `left_fen` is what a line that is too short still has."""

    reason: str | None = None
    left_fen: int | None = None


def judge(room: Room | None, county_code: str, fund_year: int, amount_fen: int) -> Verdict:
    """The verdict on one funding; a project nobody knows is not in the library."""
    if room is None:
        return Verdict("not_in_library")
    if room.county_code != county_code:
        return Verdict("other_county")
    if room.state in ENDED:
        return Verdict("stopped")
    if not room.in_library:
        return Verdict("not_in_library")
    if room.plan_year != fund_year or room.plan_line_fen < 1:
        return Verdict("not_in_plan")
    left = room.plan_line_fen - room.funded_fen
    if amount_fen > left:
        return Verdict("over_plan_line", left)
    return Verdict()
