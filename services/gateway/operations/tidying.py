"""Work the gateway does by itself: clearing away sign-ins that ran out long ago, closing its connections."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.gateway.storage import sessions
from services.gateway.upstream.services import Services
from shared.chassis import log
from shared.chassis.database import Database

EVERY_S = 3_600.0
KEPT = timedelta(days=7)


async def tidy_forever(database: Database) -> None:
    """Clear away hourly until cancelled; a failure only makes it wait."""
    while True:
        try:
            async with database.session() as session:
                await sessions.forget_old(session, KEPT)
        except Exception as error:
            log.logger().warning("tidying_waits", kind=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def close_at_end(services: Services) -> None:
    """Wait until cancelled, then close the connections to the services."""
    try:
        await asyncio.Event().wait()
    finally:
        await services.close()
