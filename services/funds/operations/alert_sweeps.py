"""The sweeper of alerts: one area after the other is looked at, by any number of workers, in short transactions."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from services.funds.operations import alert_runs
from services.funds.storage import alert_areas
from services.funds.storage.alert_areas import Turn
from shared.chassis import audit, clock, log
from shared.chassis.database import Database
from shared.chassis.identity import service_actor

EVERY = timedelta(hours=6)
PAUSE_S = 60.0
"""Also before the first pass: an area is looked at when its service has settled."""
AT_REST = 200
"""Times as long as looking at an area took: the service answers people, and of a hundred answers none should meet it.
A province of 160 counties is through in half an hour."""
AT_REST_ASKED = 9
"""The same while somebody waits for it."""


async def sweep_once(database: Database) -> Turn | None:
    """Look at the area whose turn it is; None when nobody's turn has come."""
    async with database.session() as session:
        turn = await alert_areas.take_due(session, clock.now(), EVERY)
        if turn is None:
            await alert_areas.learn(session, clock.now())
            turn = await alert_areas.take_due(session, clock.now(), EVERY)
    if turn is None:
        return None
    area = turn.area
    async with database.session(read_only=True) as session:
        reading = await alert_runs.read(session, area)
    async with database.session() as session:
        changed = await alert_runs.apply(session, reading)
        if changed.opened or changed.closed:
            actor = service_actor("funds")
            audit.record(session, actor, "alert.run", f"area:{area}", opened=changed.opened, closed=changed.closed)
    return turn


async def sweep_forever(database: Database) -> None:
    """Sweep until cancelled. A failure costs one area one turn."""
    found: Turn | None = None
    took = 0.0
    while True:
        await asyncio.sleep(pause_s(found, took))
        began = time.monotonic()
        try:
            found = await sweep_once(database)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("alert_sweeper_waits", kind=type(error).__name__)
            found = None
        took = time.monotonic() - began


def pause_s(found: Turn | None, took: float) -> float:
    """How long to rest after a turn that took so many seconds, None when nobody's had come.

    Never so long that, on a slow machine, a province's areas had not all had their turn within EVERY.
    """
    if found is None:
        return PAUSE_S
    return min(PAUSE_S, took * (AT_REST_ASKED if found.asked else AT_REST))
