"""Putting every blind index under a new index key, while the service is stopped.

It is done in one transaction that keeps everybody else out of the tables, not in the background: as long as some
people stand under the old key and some under the new, no unique index could tell that a person is on two files.
Broken off, it leaves everything as it was.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from services.registry.operations.key_rotation import AlreadyRunning, Tell
from services.registry.storage import key_rotation as storage
from services.registry.storage import reindexing
from services.registry.storage.sealed_places import INDEXED, IndexedColumn
from services.registry.storage.sealing import Seals
from shared.chassis import audit, clock
from shared.chassis.identity import service_actor


class ServiceRunning(RuntimeError):
    """Somebody else is connected to the database: the service must be stopped first."""


class PersonTwice(RuntimeError):
    """Two active people have one number once it is written in one way. Nothing was changed."""


async def reindex(engine: AsyncEngine, seals: Seals, tell: Tell) -> int:
    """Index everybody under the present index key; how many changed. AlreadyRunning, ServiceRunning, PersonTwice."""
    async with storage.alone(engine) as alone:
        if not alone:
            raise AlreadyRunning()
        try:
            async with engine.begin() as connection:
                if await storage.others_connected(connection):
                    raise ServiceRunning()
                return await _reindex_all(connection, seals, tell)
        except IntegrityError as error:
            raise PersonTwice() from error


async def _reindex_all(connection: AsyncConnection, seals: Seals, tell: Tell) -> int:
    changed = 0
    for indexed in INDEXED:
        await reindexing.take_alone(connection, indexed.table)
        changed += await _reindex(connection, seals, indexed, tell)
    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session, session.begin():
        audit.record(session, service_actor("registry"), "keys.reindex", seals.index_key_name, rows=changed)
    return changed


async def _reindex(connection: AsyncConnection, seals: Seals, indexed: IndexedColumn, tell: Tell) -> int:
    progress = await storage.begin(connection, "index", seals.index_key_name, indexed.table, clock.now())
    total, done, changed = await reindexing.count(connection, indexed.table), 0, 0
    async for page in reindexing.pages(connection, indexed):
        new = [(place.row, seals.index(seals.open(sealed, place)), old) for place, sealed, old in page]
        moved = [(row, index) for row, index, old in new if index != old]
        await reindexing.save(connection, indexed, moved)
        changed += len(moved)
        done += len(page)
        if progress.state == "running":
            await storage.advance(connection, progress.id, page[-1][0].row, len(page), len(moved))
        tell(indexed.table, done, total)
    if progress.state == "running":
        await storage.finish(connection, progress.id, clock.now())
    return changed
