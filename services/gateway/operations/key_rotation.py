"""Moving sealed values to the key in use, beside the running gateway; stopped at any point, it goes on from there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.gateway.operations.sealing import Seals
from services.gateway.storage import key_rotation as storage
from services.gateway.storage.key_rotation import SEALED, SealedColumn, SealedTable
from shared.chassis import audit
from shared.chassis.identity import service_actor

PASSES = 20
"""How often rows that were held are come back for, a pause in between."""
PAUSE_S = 0.5
FIRST = ""

Counted = dict[tuple[str, str, str], int]
"""Values by table, column and name of the key."""
Tell = Callable[[str, int], None]
"""Told after each batch the table, and how many values have moved in all."""


@dataclass(slots=True)
class Outcome:
    """What a run moved, what it could not open (table, row, column), and how much is under another key still."""

    moved: int = 0
    unreadable: set[tuple[str, str, str]] = field(default_factory=set)
    left: int = 0


async def rotate(engine: AsyncEngine, seals: Seals, tell: Tell = lambda table, moved: None) -> Outcome:
    """Reseal every value that is not under the key in use, each opened again and compared before it is kept."""
    outcome = Outcome()
    for number in range(PASSES):
        for table in SEALED:
            await _pass(engine, seals, table, outcome, tell)
        outcome.left = stale(await status(engine), seals)
        if outcome.left <= len(outcome.unreadable):
            break
        await asyncio.sleep(PAUSE_S if number + 1 < PASSES else 0)
    return outcome


async def _pass(engine: AsyncEngine, seals: Seals, table: SealedTable, outcome: Outcome, tell: Tell) -> None:
    after: str | None = FIRST
    while after is not None:
        async with AsyncSession(engine) as session, session.begin():
            after, moved = await _batch(session, seals, table, after, outcome)
        outcome.moved += moved
        tell(table.name, outcome.moved)


async def _batch(
    session: AsyncSession, seals: Seals, table: SealedTable, after: str, outcome: Outcome
) -> tuple[str | None, int]:
    """Move one batch: the key to go on after, None at the end, and the values moved. Its rows are locked."""
    rows = await storage.lock_stale(session, table, seals.present, after)
    moved = sum(_reseal(seals, table, column, row, outcome) for row in rows for column in table.columns)
    if moved:
        await session.flush()
        actor = service_actor("gateway")
        audit.record(session, actor, "seal_key.rotate", table.name, key=seals.present, values=moved)
    return (getattr(rows[-1], table.key), moved) if rows else (None, 0)


def _reseal(seals: Seals, table: SealedTable, column: SealedColumn, row: Any, outcome: Outcome) -> bool:
    """Put a value under the key in use; one that cannot be opened stays as it is and is named."""
    sealed = getattr(row, column.name)
    if sealed is None or sealed.startswith(f"{seals.present}:".encode()):
        return False
    place = column.place(row)
    try:
        clear = seals.open_bytes(sealed, place)
    except (InvalidTag, KeyError):
        outcome.unreadable.add((table.name, getattr(row, table.key), column.name))
        return False
    anew = seals.seal_bytes(clear, place)
    if seals.open_bytes(anew, place) != clear:
        raise RuntimeError("a value sealed anew does not say what it said")
    setattr(row, column.name, anew)
    return True


async def status(engine: AsyncEngine) -> Counted:
    """How many values of every column are under which key."""
    found: Counted = {}
    async with AsyncSession(engine) as session:
        for table in SEALED:
            for column, by_key in (await storage.counts(session, table)).items():
                found |= {(table.name, column, key): number for key, number in by_key.items()}
    return found


def stale(counted: Counted, seals: Seals) -> int:
    """Values under another key than the one in use."""
    return sum(number for (_, _, key), number in counted.items() if key != seals.present)
