"""What happens to complaints by itself: the overdue go up one level, the answered are closed when nobody took them on.

Every run locks what it moves and every level is gone up to once, so that two processes, or a run repeated after a
crash, do no more than one.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.complaint_routing import RANKS
from services.gateway.domain.offices import level_of
from services.gateway.operations import complaint_steps, complaints
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage import parameters
from services.gateway.storage.tables import Complaint
from services.gateway.upstream.working_days import WorkingDays
from shared.chassis import clock, log
from shared.chassis.database import Database
from shared.chassis.peers import Peer

AT_ONCE: Final = 200


async def run_forever(database: Database, seals: Seals, calendar: WorkingDays, funds: Peer, every_s: float) -> None:
    """Run again and again until cancelled; a failure only makes it wait."""
    while True:
        try:
            await run(database, seals, calendar, funds)
        except Exception as error:
            log.logger().warning("complaints_wait", kind=type(error).__name__)
        await asyncio.sleep(every_s)


async def run(database: Database, seals: Seals, calendar: WorkingDays, funds: Peer) -> int:
    """One run; returns how many complaints moved."""
    today = clock.office_today()
    exceptions = await calendar.around(funds, today)
    moved, after = 0, None
    while True:
        async with database.session() as session:
            due_on = await complaint_steps.due_after(session, "complaint_escalated_workdays", today, exceptions)
            rows = await storage.lock_overdue(session, today, after, AT_ONCE)
            # What cannot move stays behind: it must not keep the rest from their turn.
            after = (rows[-1].due_on or today, rows[-1].id) if rows else None
            for row in rows:
                moved += await _move(session, seals, row, today, due_on)
        if len(rows) < AT_ONCE:
            break
    async with database.session() as session:
        days = (await parameters.valid_on(session, today))["complaint_close_days"]
        for row in await storage.lock_settled(session, today - timedelta(days=days), AT_ONCE):
            await complaint_steps.take(session, seals, row, "closed", None)
            moved += 1
    return moved


async def _move(session: AsyncSession, seals: Seals, row: Complaint, today: date, due_on: date) -> bool:
    """Find a desk for what has none; take up what is overdue, once for each level."""
    if row.handler_office == "":
        if not await complaints.route(session, row):
            return False
        await complaint_steps.take(session, seals, row, "routed", None, to=row.handler_office)
        row.due_on = due_on
        return True
    row.late = True
    above = await _highest(session, row)
    from_office = row.handler_office
    if not await complaints.route(session, row, above=above):
        return False
    level = level_of(row.handler_division) or ""
    await complaint_steps.take(
        session, seals, row, "escalated", None, escalated_to=level, to=row.handler_office, overdue_at=from_office
    )
    row.due_on = due_on
    return True


async def _highest(session: AsyncSession, row: Complaint) -> str:
    """The highest level it lies at or has been up to: the next time it goes above that."""
    levels = [entry.escalated_to for entry in await storage.entries(session, row.id) if entry.escalated_to]
    return min([*levels, level_of(row.handler_division) or "county"], key=RANKS.__getitem__)
