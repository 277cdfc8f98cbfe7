"""The sealer: links the rows of the trails into one chain per service, behind the requests and never in their way.

Rows get their ids before they commit, so a row that can be seen says nothing about those below it. A bound is the
newest id drawn, with the transactions that just after it held the lock every INSERT takes on the table before it draws
an id. When none of those transactions is left, every id up to the bound is decided for ever: committed, and then
visible, or gone. Only then are rows up to the bound linked, in the order of their ids. So none is ever passed over,
and a row that turns up below the last one linked was put there later by somebody else.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock, log, trail_chain
from shared.chassis.database import Database
from shared.chassis.tables import TrailCheckpoint
from shared.chassis.trail_chain import Link
from shared.chassis.trail_sources import Source

BATCH = 5_000
LOCK = 7411
"""The advisory lock of whoever seals: of several processes of a service, one at a time."""
_LAST = text("select sequence, chain_hash from trail_seals order by sequence desc limit 1")
_LAST_ROW = text("select coalesce(max(row_id), 0) from trail_seals where kind = :kind")
_NEWEST = text("select coalesce(pg_sequence_last_value(cast(pg_get_serial_sequence(:table, 'id') as regclass)), 0)")
_HOLDERS = text(
    "select virtualtransaction from pg_locks where locktype = 'relation' and mode = 'RowExclusiveLock'"
    " and database = (select oid from pg_database where datname = current_database())"
    " and relation = to_regclass(:table)"
)


@dataclass(frozen=True, slots=True)
class Bound:
    """The newest id drawn for a table, and the transactions then writing to it."""

    row_id: int
    writers: frozenset[str]
    taken: float
    """Monotonic seconds."""


@dataclass
class Sealer:
    """Seals one service's trails. `turn` may be called by several processes; they take turns."""

    database: Database
    service: str
    sources: Sequence[Source]
    key: OKPKey
    checkpoint_s: float
    anchor_file: Path | None = None
    _waiting: dict[str, Bound] = field(default_factory=dict)
    _decided: dict[str, Bound] = field(default_factory=dict)
    _sealed: dict[str, float] = field(default_factory=dict)
    """By kind the moment whose rows are all sealed."""
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _begun: float = field(default_factory=time.monotonic)

    def lag_s(self) -> float:
        """Seconds since the moment whose rows are all sealed."""
        return time.monotonic() - min(self._sealed.get(one.kind, self._begun) for one in self.sources)

    async def turn(self) -> int:
        """Link what is decided, at most BATCH rows of each kind; returns how many."""
        async with self._alone:
            return await self._turn()

    async def _turn(self) -> int:
        await self._decide()
        async with self.database.session() as session:
            if not await session.scalar(text(f"select pg_try_advisory_xact_lock({LOCK})")):
                self._sealed = {source.kind: time.monotonic() for source in self.sources}  # by somebody else
                return 0
            done = {}
            for source in self.sources:
                bound = self._decided.get(source.kind)
                done[source.kind] = 0 if bound is None else await _seal(session, self.service, source, bound.row_id)
        for kind, bound in self._decided.items():
            if done[kind] < BATCH:
                self._sealed[kind] = bound.taken
        return sum(done.values())

    async def _decide(self) -> None:
        """Move the bounds up to which nothing can still turn up."""
        async with self.database.session() as session:
            for source in self.sources:
                newest = await session.scalar(_NEWEST, {"table": source.table})
                taken = time.monotonic()
                writers = frozenset(await session.scalars(_HOLDERS, {"table": source.table}))
                now, waiting = Bound(int(newest or 0), writers, taken), self._waiting.get(source.kind)
                if not writers:
                    self._decided[source.kind] = now
                elif waiting is not None and not waiting.writers & writers:
                    self._decided[source.kind] = waiting
                elif waiting is not None:
                    continue
                self._waiting[source.kind] = now

    async def check(self) -> str | None:
        """Sign where the chain ends, if it has grown since the last checkpoint and that one is old enough."""
        async with self._alone, self.database.session() as session:
            if not await session.scalar(text(f"select pg_try_advisory_xact_lock({LOCK})")):
                return None
            last = (await session.execute(_LAST)).one_or_none()
            newest = (
                await session.execute(text("select sequence, at from trail_checkpoints order by sequence desc limit 1"))
            ).one_or_none()
            now = clock.now()
            if last is None or (
                newest is not None
                and (newest.sequence >= last.sequence or (now - newest.at).total_seconds() < self.checkpoint_s)
            ):
                return None
            signed = trail_chain.checkpoint(self.service, last.sequence, last.chain_hash, now, self.key)
            session.add(TrailCheckpoint(sequence=last.sequence, at=now, signed=signed))
            await session.flush()
            if self.anchor_file is not None:
                # Before the commit: an anchor without its row is harmless, a row without its anchor is not.
                await asyncio.to_thread(_append, self.anchor_file, signed)
        return signed

    async def forever(self, pause_s: float) -> None:
        """Seal until cancelled, each time after a pause; a failure only makes it wait, and shows in the readiness."""
        done = 0
        while True:
            await asyncio.sleep(0 if done >= BATCH else pause_s)
            try:
                done = await self.turn()
                await self.check()
            except Exception as error:
                log.logger().warning("sealing_waits", kind=type(error).__name__)
                done = 0


async def _seal(session: AsyncSession, service: str, source: Source, through: int) -> int:
    after = int(await session.scalar(_LAST_ROW, {"kind": source.kind}) or 0)
    if through <= after:
        return 0
    found = await session.execute(
        text(
            f"select t.id, sha256(convert_to({source.text}, 'UTF8')) from {source.table} t"  # noqa: S608 - tables of ours
            " where t.id > :after and t.id <= :through order by t.id limit :batch"
        ),
        {"after": after, "through": through, "batch": BATCH},
    )
    rows = [(int(row[0]), bytes(row[1])) for row in found]
    if not rows:
        return 0
    last = (await session.execute(_LAST)).one_or_none()
    sequence, before = (0, trail_chain.genesis(service)) if last is None else (last.sequence, last.chain_hash)
    # Not on the loop: the requests of this process wait for nobody.
    links = await asyncio.to_thread(trail_chain.linked, sequence, bytes(before), source.kind, rows)
    await _write(session, source, links)
    return len(rows)


async def _write(session: AsyncSession, source: Source, links: Sequence[Link]) -> None:
    values: dict[str, Any] = {
        "kind": source.kind,
        "sequences": [link.sequence for link in links],
        "rows": [link.row_id for link in links],
        "hashes": [link.row_hash for link in links],
        "chain": [link.chain_hash for link in links],
    }
    await session.execute(
        text(
            "insert into trail_seals (sequence, kind, row_id, row_hash, chain_hash, subjects)"  # noqa: S608 - tables of ours
            f" select n.sequence, :kind, n.row_id, n.row_hash, n.chain_hash, {source.subjects}"
            " from unnest(cast(:sequences as bigint[]), cast(:rows as bigint[]), cast(:hashes as bytea[]),"
            " cast(:chain as bytea[])) as n (sequence, row_id, row_hash, chain_hash)"
            f" join {source.table} t on t.id = n.row_id order by n.sequence"
        ),
        values,
    )


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
