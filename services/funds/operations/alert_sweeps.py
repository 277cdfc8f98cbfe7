"""The sweeper of alerts: one area after the other is looked at, by any number of workers, in short transactions."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from services.funds.operations import alert_runs
from services.funds.storage import alert_areas
from shared.chassis import audit, clock, log
from shared.chassis.database import Database
from shared.chassis.identity import service_actor

EVERY = timedelta(hours=6)
PAUSE_S = 60.0
"""Also before the first pass: an area is looked at when its service has settled."""
AT_REST = 9
"""Times as long as looking at an area took: the service answers people, and a province is looked at beside that."""


async def sweep_once(database: Database) -> str | None:
    """Look at the area whose turn it is; its code, or None when nobody's turn has come."""
    async with database.session() as session:
        area = await alert_areas.take_due(session, clock.now(), EVERY)
        if area is None:
            await alert_areas.learn(session, clock.now())
            area = await alert_areas.take_due(session, clock.now(), EVERY)
    if area is None:
        return None
    async with database.session(read_only=True) as session:
        reading = await alert_runs.read(session, area)
    async with database.session() as session:
        changed = await alert_runs.apply(session, reading)
        if changed.opened or changed.closed:
            actor = service_actor("funds")
            audit.record(session, actor, "alert.run", f"area:{area}", opened=changed.opened, closed=changed.closed)
    return area


async def sweep_forever(database: Database) -> None:
    """Sweep until cancelled. A failure costs one area one turn."""
    found: str | None = None
    took = 0.0
    while True:
        await asyncio.sleep(PAUSE_S if found is None else AT_REST * took)
        began = time.monotonic()
        try:
            found = await sweep_once(database)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("alert_sweeper_waits", kind=type(error).__name__)
            found = None
        took = time.monotonic() - began
