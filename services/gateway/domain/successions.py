"""One office takes over from another: which shapes a reform has, and where each account goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.domain.refusals.offices import (
    OfficeClosed,
    SuccessionDayWrong,
    SuccessionMalformed,
    SuccessionPlaceMissing,
    SuccessionPlaceWrong,
)

MERGE, SPLIT, REPLACE = "merge", "split", "replace"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of an office."""

    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account goes; without roles it keeps its own."""

    account: str
    office: str
    roles: tuple[str, ...] | None = None


def require_shape(kind: str, predecessors: Sequence[str], successors: Sequence[str]) -> None:
    """Refuse a reform whose offices do not fit its kind."""
    before, after = set(predecessors), set(successors)
    distinct = len(before) == len(predecessors) and len(after) == len(successors) and not before & after
    fits = {
        MERGE: len(after) == 1,
        SPLIT: len(before) == 1 and len(after) > 1,
        REPLACE: len(before) == len(after) == 1,
    }
    if not (distinct and fits[kind]):
        raise SuccessionMalformed()


def require_days(effective_on: date, today: date, predecessors: Iterable[Days], successors: Iterable[Days]) -> None:
    """Refuse a day to come, an office that is closed already, and one that did not stand then."""
    before, after = list(predecessors), list(successors)
    if any(days.valid_to is not None for days in (*before, *after)):
        raise OfficeClosed(pointer="")
    stood = all(days.valid_from < effective_on for days in before)
    stand = all(days.valid_from <= effective_on for days in after)
    if effective_on > today or not stood or not stand:
        raise SuccessionDayWrong()


def placed(accounts: Sequence[str], places: Sequence[Place], successors: Sequence[str]) -> Mapping[str, Place]:
    """The place of every open account. What is not named goes to the only successor, if there is one."""
    named = {place.account: place for place in places}
    wrong = len(named) != len(places) or any(place.office not in successors for place in places)
    if wrong or set(named) - set(accounts):
        raise SuccessionPlaceWrong()
    missing = [account for account in accounts if account not in named]
    if missing and len(successors) > 1:
        raise SuccessionPlaceMissing(accounts=len(missing))
    return named | {account: Place(account, successors[0]) for account in missing}
