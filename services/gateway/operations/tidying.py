"""Work the gateway does by itself: clearing away sign-ins that ran out long ago, closing its connections."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.operations.rights import RightsDesk
from services.gateway.storage import clients, sessions, sign_in_counters
from services.gateway.upstream.issuer import IssuerKeys
from services.gateway.upstream.services import Services
from shared.chassis import clock, log
from shared.chassis.database import Database

EVERY_S = 3_600.0
KEPT = timedelta(days=7)
COUNTERS_KEPT = timedelta(days=2)
"""A lock lasts a day at most."""
ADDRESSES_KEPT = timedelta(days=180)
"""How long an address nobody came from stays known."""
USES_EVERY_S = 20.0


async def tidy_forever(database: Database) -> None:
    """Clear away hourly until cancelled; a failure only makes it wait."""
    while True:
        try:
            async with database.session() as session:
                await tidy(session)
        except Exception as error:
            log.logger().warning("tidying_waits", kind=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def tidy(session: AsyncSession) -> None:
    """Clear away what is of no use any more. The trail stays."""
    await sessions.forget_old(session, KEPT)
    await sign_in_counters.forget_old(session, COUNTERS_KEPT, ADDRESSES_KEPT)
    await clients.forget_assertions(session)


async def note_uses_forever(database: Database, rights: RightsDesk) -> None:
    """Write down now and then which sign-ins are used: to five minutes or so, not for every request."""
    waiting: set[str] = set()
    while True:
        await asyncio.sleep(USES_EVERY_S)
        waiting |= rights.used_lately()
        try:
            if waiting:
                async with database.session() as session:
                    await sessions.note_uses(session, waiting, _coarse(clock.now()))
            waiting.clear()
        except Exception as error:
            log.logger().warning("uses_wait", kind=type(error).__name__)


def _coarse(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


async def follow_issuer_forever(keys: IssuerKeys, every_s: float) -> None:
    """Ask for the external issuer's keys before they are needed, and learn of those that are gone."""
    try:
        while True:
            await keys.freshen()
            await asyncio.sleep(every_s)
    finally:
        await keys.close()


async def close_at_end(services: Services) -> None:
    """Wait until cancelled, then close the connections to the services."""
    try:
        await asyncio.Event().wait()
    finally:
        await services.close()
