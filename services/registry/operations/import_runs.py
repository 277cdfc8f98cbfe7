"""Carrying out queued imports, one at a time, in the background of the service.

An import is held by a lease. A worker that dies leaves it running; when the lease is over, the next one takes it
up again. Nothing is doubled: a household is bound to its import and serial, and one already there is passed over.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import household_files, refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain import workbooks as rules
from services.registry.domain.limits import KEYS
from services.registry.domain.workbooks import Draft
from services.registry.operations.households import new_record
from services.registry.storage import households, parameters, workbooks
from services.registry.storage import imports as storage
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdImport, Parameter
from shared.chassis import audit, clock, log
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.workbooks import Sheet
from shared.refusals import Refusal

PAUSE_S = 0.3
MAX_ATTEMPTS = 5
HOUSEHOLDS_AT_ONCE = 400
NUMBERS_AT_ONCE = 5_000


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

    async def held(self, session: AsyncSession) -> HouseholdImport:
        row = await storage.hold(session, self.import_id, self.worker, clock.now())
        if row is None:
            raise LeaseLost()
        return row


async def run_forever(database: Database, seals: Seals) -> None:
    """Carry out what is queued until cancelled. A fault leaves the import to be taken up again."""
    worker = uuid.uuid4().hex
    while True:
        try:
            busy = await run_one(database, seals, worker)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("import_waits", kind=type(error).__name__)
            busy = False
        await asyncio.sleep(0 if busy else PAUSE_S)


async def run_one(database: Database, seals: Seals, worker: str) -> bool:
    """Carry out one import, if any waits or was left behind. False when there is nothing to do."""
    async with database.session() as session:
        row = await storage.claim(session, worker, clock.now())
        if row is None:
            return False
        if row.attempts > MAX_ATTEMPTS:
            row.state, row.failure, row.finished_at = "failed", "gave_up", clock.now()
            return True
        run = Run(database, seals, worker, row.id, _actor_of(row.actor), row.mode, row.dry_run)
        content = await storage.content(session, seals, row.id)
    try:
        drafts = await asyncio.to_thread(_judged, await workbooks.read(content))
    except Refusal as refusal:
        await _fail(run, refusal.code)
        return True
    await _carry_out(run, drafts)
    return True


def _actor_of(claims: dict[str, Any]) -> Actor:
    """The person on whose rights the import runs, as they were when it was sent in."""
    kept = {"roles": tuple(claims["roles"]), "scope": tuple(claims["scope"])}
    return Actor(**(claims | kept | {"permissions": frozenset(claims["permissions"])}))


def _judged(sheet: Sheet) -> list[Draft]:
    rules.require_headers(sheet)
    drafts = rules.drafts_of(rules.rows_of(sheet))
    rules.refuse_repeated(drafts)
    return drafts


async def _fail(run: Run, failure: str) -> None:
    async with run.database.session() as session:
        row = await run.held(session)
        row.state, row.failure, row.finished_at = "failed", failure, clock.now()


async def _carry_out(run: Run, drafts: list[Draft]) -> None:
    async with run.database.session() as session:
        await run.held(session)
        done = await storage.serials_done(session, run.import_id)
        villages = {draft.file.village_code for draft in drafts if draft.file is not None}
        known = await storage.villages_known(session, run.actor, sorted(villages))
        figures = list(await parameters.of_keys(session, KEYS))
        waiting = [draft for draft in drafts if draft.serial not in done]
        await _refuse_taken(session, run.seals, waiting)
    today = clock.office_today()
    await asyncio.to_thread(_apply_rules, waiting, known, figures, today)
    good = rules.accepted(waiting)
    nothing = run.dry_run or (run.mode == "all_or_nothing" and len(good) < len(waiting))
    if not nothing:
        await _insert(run, good, today)
    await _finish(run, drafts, kept=not nothing or run.dry_run)


def _apply_rules(drafts: Sequence[Draft], known: set[str], figures: Sequence[Parameter], today: date) -> None:
    limits = {village: parameters.limits_of(figures, village, today) for village in known}
    for draft in drafts:
        if draft.file is None:
            continue
        if draft.file.village_code not in limits:
            draft.refuse(draft.rows[0], f"{columns.VILLAGE}:不存在、不是行政村或不在管辖范围")
            continue
        for fault in household_files.faults_of(draft.file, limits[draft.file.village_code], today):
            draft.refuse_fault(fault)


async def _refuse_taken(session: AsyncSession, seals: Seals, drafts: Sequence[Draft]) -> None:
    """Refuse households with a person who is on a file already, anywhere; without saying where."""
    places = [
        (seals.index(member.identity_number), draft, row)
        for draft in drafts
        if draft.file is not None
        for row, member in zip(draft.rows, draft.file.members, strict=True)
    ]
    for start in range(0, len(places), NUMBERS_AT_ONCE):
        part = places[start : start + NUMBERS_AT_ONCE]
        held = await households.holders(session, [index for index, _, _ in part])
        for index, draft, row in part:
            if index in held:
                draft.refuse(row, f"{columns.NUMBER}:{refusals.PersonOnAnotherFile.zh}")


async def _insert(run: Run, good: list[Draft], today: date) -> None:
    """Insert the good households: batch by batch, or all in one transaction where it is all or nothing."""
    size = len(good) if run.mode == "all_or_nothing" else HOUSEHOLDS_AT_ONCE
    for start in range(0, len(good), max(size, 1)):
        batch = good[start : start + size]
        try:
            await _insert_batch(run, batch, today)
        except IntegrityError:
            # Somebody registered one of these people since they were looked up: look again, then insert the rest.
            async with run.database.session() as session:
                await _refuse_taken(session, run.seals, batch)
            remaining = rules.accepted(batch)
            if len(remaining) == len(batch):
                raise
            if run.mode == "good_rows" and remaining:
                await _insert_batch(run, remaining, today)


async def _insert_batch(run: Run, batch: Sequence[Draft], today: date) -> None:
    async with run.database.session() as session:
        row = await run.held(session)
        for start in range(0, len(batch), HOUSEHOLDS_AT_ONCE):
            part = batch[start : start + HOUSEHOLDS_AT_ONCE]
            await households.insert_many(session, await asyncio.to_thread(_records, run, part, today))
        row.households_ok += len(batch)
        row.people_ok += sum(len(draft.rows) for draft in batch)
        row.rows_done += sum(len(draft.rows) for draft in batch)


def _records(run: Run, batch: Sequence[Draft], today: date) -> list[households.Record]:
    records = []
    for draft in batch:
        assert draft.file is not None
        record = new_record(draft.file, run.actor, run.seals, "imported", today)
        record.household.update(import_id=run.import_id, import_serial=draft.serial)
        record.event["facts"] = {"import_id": str(run.import_id)}
        records.append(record)
    return records


async def _finish(run: Run, drafts: list[Draft], kept: bool) -> None:
    refused = [draft for draft in drafts if draft.refused]
    good = [draft for draft in drafts if not draft.refused] if kept else []
    reasons = {row: text for draft in refused for row, text in draft.row_reasons().items()}
    if run.mode == "all_or_nothing" and refused:
        good = []
    async with run.database.session() as session:
        row = await run.held(session)
        await storage.keep_reasons(session, run.import_id, reasons)
        row.state, row.finished_at, row.leased_until = "done", clock.now(), None
        row.rows_done, row.rows_refused = row.rows_total, len(reasons)
        row.households_total, row.households_ok = len(drafts), len(good)
        row.people_ok = sum(len(draft.rows) for draft in good)
        details = {"households_ok": len(good), "rows_refused": len(reasons), "dry_run": run.dry_run}
        audit.record(session, run.actor, "household_import.done", str(run.import_id), **details)
