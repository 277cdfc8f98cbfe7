"""The sweeper: operations nobody answers any more are asked for again, and given up after their deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.funds.operations import fundings
from services.funds.storage import fundings as storage
from shared.chassis import clock, log
from shared.chassis.database import Database
from shared.chassis.peers import Peer

PAUSE_S = 2.0
AT_ONCE = 20


async def sweep_once(database: Database, peer: Peer) -> int:
    """Ask for what is due, in any number of processes at once; returns how many operations ended."""
    async with database.session() as session:
        due = await storage.take_due(session, clock.now(), fundings.RESEND_AFTER, AT_ONCE)
        questions = [fundings.question_of(row) for row in due]
    ended = 0
    for question in questions:
        ended += await _pursue(database, peer, question)
    return ended


async def _pursue(database: Database, peer: Peer, question: fundings.Question) -> bool:
    """One that cannot be ended now keeps the others from nothing: its turn comes again."""
    try:
        return await fundings.pursue(database, peer, question)
    except Exception as error:
        log.logger().warning("operation_waits", op=question.op, kind=type(error).__name__)
        return False


async def sweep_forever(database: Database, peer: Callable[[], Peer]) -> None:
    """Sweep until cancelled. A failure of the database or of projects only makes it wait."""
    ended = 0
    while True:
        await asyncio.sleep(0 if ended == AT_ONCE else PAUSE_S)
        try:
            ended = await sweep_once(database, peer())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("sweeper_waits", kind=type(error).__name__)
            ended = 0
