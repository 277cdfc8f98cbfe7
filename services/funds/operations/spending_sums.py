"""The sums progress is answered from: kept up behind the postings, checked against them, made anew from them."""

from __future__ import annotations

import asyncio

from services.funds.storage import ledger_proof, spending
from shared.chassis import log
from shared.chassis.database import Database

PAUSE_S = 2.0
AT_ONCE = 5_000


async def fold_once(database: Database) -> int:
    """Add some of what waits to the sums, in any number of processes at once; how many transfers that were."""
    async with database.session() as session:
        return await spending.fold(session, AT_ONCE)


async def fold_forever(database: Database) -> None:
    """Keep the sums up until cancelled. While it does not run, answers stay right and become slower."""
    folded = 0
    while True:
        await asyncio.sleep(0 if folded == AT_ONCE else PAUSE_S)
        try:
            folded = await fold_once(database)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("sums_wait", kind=type(error).__name__)
            folded = 0


async def differing(database: Database) -> int:
    """How many of the sums are not what the transfers say: 0, always."""
    async with database.session(read_only=True) as session:
        await ledger_proof.take_time(session)
        return await spending.differing(session)


async def rebuild(database: Database) -> int:
    """Make the sums anew from the transfers; how many those are. Postings wait meanwhile."""
    async with database.session() as session:
        return await spending.rebuild(session)
