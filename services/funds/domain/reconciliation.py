"""Comparing what two services say of the same operations: first sums and hashes, then the operations themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

PATIENCE = timedelta(minutes=10)
"""How long an operation may be under way before a difference in it wants explaining."""
Place = tuple[str, date]
"""A county and the day of asking."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Number, funded fen, released fen and order-free hash of a place's operations, as one side has them."""

    count: int
    funded_fen: int
    released_fen: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One operation as one side has it; `begun_at` is known to funds only."""

    state: str
    amount_fen: int
    released_fen: int
    begun_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    op: str
    ours: Fact | None
    theirs: Fact | None
    on_its_way: bool


def unequal(ours: Mapping[Place, Sum], theirs: Mapping[Place, Sum]) -> list[Place]:
    """Places whose sums differ, in order."""
    return sorted(place for place in {*ours, *theirs} if ours.get(place) != theirs.get(place))


def differences(ours: Mapping[str, Fact], theirs: Mapping[str, Fact], now: datetime) -> Iterable[Difference]:
    """The operations of one place that the two sides do not have alike."""
    for op in sorted({*ours, *theirs}):
        here, there = ours.get(op), theirs.get(op)
        if here is not None and here.state == "reserved" and there is None:
            continue  # projects have not decided: nothing to compare yet
        if not _alike(here, there):
            yield Difference(op, here, there, _is_on_its_way(here, now))


def _alike(here: Fact | None, there: Fact | None) -> bool:
    if here is None or there is None:
        return False
    return (here.state, here.amount_fen, here.released_fen) == (there.state, there.amount_fen, there.released_fen)


def _is_on_its_way(here: Fact | None, now: datetime) -> bool:
    if here is None or here.begun_at is None or here.state != "reserved":
        return False
    return now - here.begun_at < PATIENCE
