"""Carrying out queued imports, one at a time, in the background of the service.

An import is held by a lease. A worker that dies leaves it running; when the lease is over, the next one takes it
up again. Nothing is doubled: a household is bound to its import and serial, and one already there is passed over.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import uuid
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from services.registry.operations import import_portions, import_tasks
from services.registry.operations.import_chunks import Chunk
from services.registry.operations.import_portions import Keeper
from services.registry.operations.import_workers import Preparing, Workers, preparing
from services.registry.operations.sheet_heads import FAULTS, MAX_ROWS, Head, head_of, wanted_of
from services.registry.storage import imports as storage
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdImport
from shared.chassis import audit, clock, jobs, sheet_lines
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import Refusal

PAUSE_S = 0.3
MAX_ATTEMPTS = 5
HOUSEHOLDS_AT_ONCE = 1_000


class LeaseLost(Exception):
    """Another worker has taken this import over."""


@dataclass(frozen=True, slots=True)
class Run:
    """One worker's hold on one import."""

    database: Database
    seals: Seals
    worker: str
    import_id: UUID
    actor: Actor
    mode: str
    dry_run: bool

    async def held(self, session: Any) -> HouseholdImport:
        row = await storage.hold(session, self.import_id, self.worker, clock.now())
        if row is None:
            raise LeaseLost()
        return row


async def run_forever(database: Database, seals: Seals, workers: Workers | None = None) -> None:
    """Carry out what is queued until cancelled. A fault leaves the import to be taken up again."""
    worker = uuid.uuid4().hex
    await jobs.forever(lambda: run_one(database, seals, worker, workers), PAUSE_S, "import_waits")


async def run_one(database: Database, seals: Seals, worker: str, workers: Workers | None = None) -> bool:
    """Carry out one import, if any waits or was left behind. False when there is nothing to do."""
    async with database.session() as session:
        row = await storage.claim(session, worker, clock.now())
        if row is None:
            return False
        if row.attempts > MAX_ATTEMPTS:
            row.state, row.failure, row.finished_at = "failed", "gave_up", clock.now()
            return True
        run = Run(database, seals, worker, row.id, Actor.of(row.actor), row.mode, row.dry_run)
    with tempfile.TemporaryFile() as file:
        await _fetch(run, file)
        try:
            await _carry_out(run, file, workers)
        except BadSheet as fault:
            await _fail(run, FAULTS[fault.kind].code, fault.facts)
        except Refusal as refusal:
            await _fail(run, refusal.code, refusal.facts)
    return True


async def _fetch(run: Run, file: BinaryIO) -> None:
    async with run.database.session(read_only=True) as session:
        async for part in storage.parts(session, run.seals, run.import_id):
            await asyncio.to_thread(file.write, part)


async def _fail(run: Run, failure: str, facts: dict[str, int | str]) -> None:
    async with run.database.session() as session:
        row = await run.held(session)
        row.state, row.failure, row.finished_at = "failed", failure, clock.now()
        row.notes = row.notes | {"failure": facts}


async def _carry_out(run: Run, file: BinaryIO, workers: Workers | None) -> None:
    head = await head_of(file)
    keeper = import_portions.keeper(run)
    async with run.database.session(areas=run.actor.scope) as session:
        task = await import_tasks.task_of(session, run.import_id, run.actor, head)
    async with (
        preparing(task, run.seals, head.rows, workers) as prepares,  # who begins while the sheet is being read
        aclosing(sheet_lines.lines(file, wanted_of(head, MAX_ROWS, HOUSEHOLDS_AT_ONCE))) as lines,
    ):
        await _begin(run, head, json.loads(await anext(lines)))
        async with keeper:
            async with aclosing(_prepared(lines, prepares)) as chunks:
                async for chunk in chunks:
                    await keeper.keep(chunk)
            await _finish(run, keeper)


async def _begin(run: Run, head: Head, sheet: dict[str, Any]) -> None:
    """Note how much there is to do, and what of the sheet people should know."""
    async with run.database.session() as session:
        row = await run.held(session)
        row.rows_total, row.households_total = sheet["rows"], sheet["groups"]
        told = {name: sheet[name] for name in ("hidden_rows", "hidden_columns", "merged") if sheet[name]}
        row.notes = {"layout": head.layout.name, **told}
        if head.layout.left_out:
            row.notes = row.notes | {"left_out": list(head.layout.left_out)}


async def _prepared(lines: AsyncIterator[bytes], prepares: Preparing) -> AsyncGenerator[Chunk]:
    """Portions in the order of the sheet, the next ones being prepared while one is kept."""
    waiting: deque[asyncio.Task[Chunk]] = deque()
    try:
        async for line in lines:
            waiting.append(asyncio.create_task(prepares.prepare(line)))
            if len(waiting) > prepares.at_once:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _finish(run: Run, keeper: Keeper) -> None:
    """End the import: what was kept and the word that it is done become durable together."""
    async with keeper.last_session() as session:
        row = await run.held(session)
        row.state, row.finished_at, row.leased_until = "done", clock.now(), None
        row.rows_done, row.rows_refused = row.rows_total, keeper.refused
        row.households_ok, row.people_ok = keeper.households_ok, keeper.people_ok
        details = {"households_ok": row.households_ok, "rows_refused": keeper.refused, "dry_run": run.dry_run}
        audit.record(session, run.actor, "household_import.done", str(run.import_id), **details)
