"""Carrying out quality runs (数据质量检查), one at a time, in the background of the service.

A run goes through its area township by township, each in one transaction with its findings and counts. It is held by
a lease: one left by a dead worker is taken up behind the last township it finished, and nothing is counted twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import quality_rules as rules
from services.registry.storage import parameters, quality_findings, quality_sealed
from services.registry.storage import quality_runs as storage
from services.registry.storage.quality_evaluation import Asked
from services.registry.storage.quality_findings import Part
from services.registry.storage.quality_sealed import COUNTY_DIGITS, Faults
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Parameter, QualityRun
from shared.chassis import audit, clock, jobs, row_security
from shared.chassis.database import Database
from shared.chassis.identity import Actor

PAUSE_S = 0.5
MAX_ATTEMPTS = 5
KEYS = tuple(sorted({*rules.FIGURES, *rules.DATED}))


class LeaseLost(Exception):
    """Another worker has taken this run over."""


@dataclass(slots=True)
class Run:
    """One worker's hold on one run. `phones` are the telephones shared within the county gone through last."""

    database: Database
    seals: Seals
    worker: str
    run_id: UUID
    area: str
    reached: str
    on: date
    county: str = ""
    phones: Faults = field(default_factory=dict)

    async def held(self, session: AsyncSession) -> QualityRun:
        row = await storage.hold(session, self.run_id, self.worker, clock.now())
        if row is None:
            raise LeaseLost()
        return row


async def run_forever(database: Database, seals: Seals) -> None:
    """Carry out what is queued until cancelled. A fault leaves the run to be taken up again."""
    worker = uuid.uuid4().hex
    await jobs.forever(lambda: run_one(database, seals, worker), PAUSE_S, "quality_run_waits")


async def run_one(database: Database, seals: Seals, worker: str) -> bool:
    """Carry out one run, if any waits or was left behind. False when there is nothing to do."""
    async with database.session() as session:
        row = await storage.claim(session, worker, clock.now(), clock.office_today())
        if row is None:
            return False
        if row.attempts > MAX_ATTEMPTS:
            row.state, row.failure, row.finished_at = "failed", "gave_up", clock.now()
            return True
        run = Run(database, seals, worker, row.id, row.division_code, row.reached, row.on)
    await _carry_out(run)
    return True


async def _carry_out(run: Run) -> None:
    async with run.database.session(areas=(run.area,)) as session:
        row = await run.held(session)
        parts = await storage.parts_of(session, run.area)
        row.parts_total = len(parts)
        figures = list(await parameters.of_keys(session, KEYS))
    for part in parts:
        if part > run.reached:
            await _check(run, part, figures)
    async with run.database.session() as session:
        row = await run.held(session)
        row.state, row.finished_at, row.leased_until = "done", clock.now(), None
        details = {"households": row.households, "people": row.people, "found": row.found, "exempt": row.exempt}
        audit.record(session, Actor.of(row.actor), "quality_run.done", str(run.run_id), **details)


async def _check(run: Run, part: str, figures: Sequence[Parameter]) -> None:
    """One township: open what is sealed, ask the rules, write what they found; all or nothing."""
    await _read_phones(run, part[:COUNTY_DIGITS])
    async with run.database.session(areas=(part,)) as session:
        row = await run.held(session)
        await quality_findings.lock_part(session, part)
        sealed = await quality_sealed.of_area(session, part)
        faults = await quality_sealed.faults(run.seals, sealed, run.on)
        async with row_security.widened(session):  # a number on a second file is looked for in the whole country
            numbers = await quality_sealed.repeated_numbers(session, part)
        faults = quality_sealed.together(faults, run.phones, numbers)
        for villages in groups_of(await storage.villages_of(session, part), part, figures):
            asked = asked_of(figures, villages[0], run.on, faults)
            done = await quality_findings.check_part(session, Part(part, villages), run.run_id, asked)
            row.households, row.people = row.households + done.households, row.people + done.people
            row.found, row.exempt = row.found + done.found, row.exempt + done.exempt
        row.reached, row.parts_done = part, row.parts_done + 1


async def _read_phones(run: Run, county: str) -> None:
    if run.county == county:
        return
    async with run.database.session(read_only=True, areas=(county,)) as session:
        workers = await quality_sealed.workers(session, county)
    run.county, run.phones = county, await quality_sealed.shared_phones(run.seals, workers)


def asked_of(figures: Iterable[Parameter], division_code: str, on: date, faults: Faults) -> Asked:
    """What the rules are asked with where `division_code` lies. ParameterMissing if a figure was never set."""
    known = list(figures)
    values = rules.values_for(known, division_code, on)
    return Asked(on, values, rules.spans_for(known, division_code, on), faults)


def groups_of(villages: Sequence[str], part: str, figures: Iterable[Parameter]) -> list[list[str]]:
    """Villages by the figures that hold in them: one group, unless somebody set a figure below the part."""
    codes = {row.division_code for row in figures}
    below = sorted(code for code in codes if code != part and code.startswith(part))
    groups: dict[tuple[str, ...], list[str]] = {}
    for village in villages:
        groups.setdefault(tuple(code for code in below if village.startswith(code)), []).append(village)
    return list(groups.values())
