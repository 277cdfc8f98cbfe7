"""Moving every protected value to the seal key and cipher in use, in the background, while the service works.

Two kinds of walk: household files as wholes (the household, its people, its versions), and every other table by its
key. A file is moved as a whole because a version and the row it was taken from hold the same sealed text, and the
same text afterwards: by that equality the service tells what a change changed.

A batch is one transaction that also notes how far the walk came, so that a rotation killed at any moment goes on
where it stopped. Rows somebody works on are left out and swept up afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from services.registry.operations.reseal import Batch, reseal
from services.registry.storage import key_rotation as storage
from services.registry.storage import resealing
from services.registry.storage.key_rotation import Counted
from services.registry.storage.resealing import SealedRow
from services.registry.storage.sealed_places import SEALED, Place, of_table
from services.registry.storage.sealing import Seals
from shared.chassis import audit, clock
from shared.chassis.identity import service_actor

FILES, MEMBERS = "households", "household_members"
WALKS = tuple(dict.fromkeys(column.table for column in SEALED if column.table != MEMBERS))
"""Tables in the order they are walked; files stand first, their people and versions go with them."""
ROWS_AT_ONCE = 500
SWEEPS = 5

Tell = Callable[[str, int, int], None]
"""Told the table walked, the rows done in this run, and all rows that lay before it."""


class AlreadyRunning(RuntimeError):
    """Another change of keys is under way on this database."""


@dataclass
class Outcome:
    """What a rotation did, and what is still under another key than the one in use."""

    rows: int = 0
    values: int = 0
    unreadable: set[Place] = field(default_factory=set)
    left: list[Counted] = field(default_factory=list)


async def rotate(engine: AsyncEngine, seals: Seals, tell: Tell) -> Outcome:
    """Move everything to the key in use. AlreadyRunning; `left` is empty only when nothing is left."""
    outcome = Outcome()
    async with storage.alone(engine) as alone:
        if not alone:
            raise AlreadyRunning()
        async with engine.connect() as connection:
            for table in WALKS:
                await _walk(connection, seals, table, outcome, tell)
                await _sweep(connection, seals, table, outcome)
        outcome.left = stale(await status(engine), seals)
        await _note(engine, seals, outcome)
    return outcome


async def status(engine: AsyncEngine) -> list[Counted]:
    """How many values of every column are under which key, all as of one instant."""
    async with engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="REPEATABLE READ")
        return await storage.count_by_key(connection, SEALED)


def stale(counted: Sequence[Counted], seals: Seals) -> list[Counted]:
    """Those that are not under the key in use."""
    return [row for row in counted if row.key != seals.present]


async def _walk(connection: AsyncConnection, seals: Seals, table: str, outcome: Outcome, tell: Tell) -> None:
    async with connection.begin():
        progress = await storage.begin(connection, "seal", seals.present, table, clock.now())
        if progress.state == "done":
            return
        total = await storage.count_after(connection, table, of_table(table)[0].key, progress.last_id)
    after, done = progress.last_id, 0
    tell(table, done, total)
    while True:
        async with connection.begin():
            rows = await resealing.lock_after(connection, table, after, _rows_at_once(table))
            if not rows:
                await storage.finish(connection, progress.id, clock.now())
                return
            batch = await _reseal(connection, seals, table, rows)
            after = rows[-1].id
            await storage.advance(connection, progress.id, after, len(rows), len(batch.renewed))
        _add(outcome, rows, batch)
        done += len(rows)
        tell(table, done, max(done, total))


async def _sweep(connection: AsyncConnection, seals: Seals, table: str, outcome: Outcome) -> None:
    """What the walk left out or passed too early, until nothing moves any more."""
    for _ in range(SWEEPS):
        moved, after = 0, None
        while ids := await _stale_ids(connection, seals, table, after):
            after = ids[-1]
            async with connection.begin():
                rows = await resealing.lock_of(connection, table, of_table(table)[0].key, ids)
                batch = await _reseal(connection, seals, table, rows)
            _add(outcome, rows, batch)
            moved += len(batch.renewed)
        if not moved:
            return


async def _stale_ids(connection: AsyncConnection, seals: Seals, table: str, after: UUID | None) -> list[UUID]:
    limit = _rows_at_once(table)
    async with connection.begin():
        if table == FILES:
            return await storage.stale_files(connection, seals.present, after, limit)
        return await storage.stale_rows(connection, table, seals.present, after, limit)


async def _reseal(connection: AsyncConnection, seals: Seals, table: str, rows: list[SealedRow]) -> Batch:
    if table != FILES:
        return await reseal(connection, seals, rows, [])
    ids = [row.id for row in rows]
    people = await resealing.lock_of(connection, MEMBERS, "household_id", ids)
    return await reseal(connection, seals, [*rows, *people], await resealing.contents_of(connection, ids))


def _rows_at_once(table: str) -> int:
    """One upload at a time, since each is held in memory whole."""
    return 1 if any(column.binary for column in of_table(table)) else ROWS_AT_ONCE


def _add(outcome: Outcome, rows: Sequence[SealedRow], batch: Batch) -> None:
    outcome.rows += len(rows)
    outcome.values += len(batch.renewed)
    outcome.unreadable |= batch.unreadable


async def _note(engine: AsyncEngine, seals: Seals, outcome: Outcome) -> None:
    left = sum(row.values for row in outcome.left)
    async with AsyncSession(engine) as session, session.begin():
        actor = service_actor("registry")
        audit.record(session, actor, "keys.rotate", seals.present, values=outcome.values, left=left)
