"""Moving sealed accounts to the key in use, beside the running service; stopped at any point, it goes on from there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import key_rotation as storage
from services.funds.storage import payee_accounts
from services.funds.storage.sealing import Seals
from services.funds.storage.tables import PayeeAccount
from shared.chassis import audit
from shared.chassis.database import Database
from shared.chassis.identity import service_actor

BATCH = 500
PASSES = 20
"""How often rows that were held are come back for, a pause in between."""
PAUSE_S = 0.5

Tell = Callable[[int], None]
"""Told after each batch how many values have moved."""


@dataclass(slots=True)
class Outcome:
    """What a run moved, what it could not open, and how many values are under another key still."""

    moved: int = 0
    unreadable: set[int] = field(default_factory=set)
    left: int = 0


async def rotate(database: Database, seals: Seals, tell: Tell = lambda moved: None) -> Outcome:
    """Reseal every account that is not under the key in use, each opened again and compared before it is kept."""
    outcome = Outcome()
    for number in range(PASSES):
        await _pass(database, seals, outcome, tell)
        outcome.left = stale(await status(database), seals)
        if outcome.left <= len(outcome.unreadable):
            break
        await asyncio.sleep(PAUSE_S if number + 1 < PASSES else 0)
    return outcome


async def _pass(database: Database, seals: Seals, outcome: Outcome, tell: Tell) -> None:
    after_id: int | None = 0
    while after_id is not None:
        async with database.session() as session:
            after_id = await _batch(session, seals, after_id, outcome)
        tell(outcome.moved)


async def _batch(session: AsyncSession, seals: Seals, after_id: int, outcome: Outcome) -> int | None:
    """Move one batch; the id to go on after, None at the end. Its rows are locked until it commits."""
    rows = await storage.lock_stale(session, seals.present, after_id, BATCH)
    moved = sum(_reseal(seals, row, outcome) for row in rows)
    await session.flush()
    if moved:
        actor = service_actor("funds")
        audit.record(session, actor, "seal_key.rotate", "payee_accounts", key=seals.present, rows=moved)
    outcome.moved += moved
    return rows[-1].id if rows else None


def _reseal(seals: Seals, row: PayeeAccount, outcome: Outcome) -> bool:
    """Put a row under the key in use; one that cannot be opened stays as it is and is named."""
    try:
        clear = payee_accounts.opened(seals, row)
    except (InvalidTag, KeyError, ValueError):
        outcome.unreadable.add(row.id)
        return False
    row.account_sealed = payee_accounts.resealed(seals, row, clear)
    return True


async def status(database: Database) -> dict[str, int]:
    """How many values are under each key."""
    async with database.session(read_only=True) as session:
        return await storage.counts(session)


def stale(counted: dict[str, int], seals: Seals) -> int:
    """Values under another key than the one in use."""
    return sum(number for key, number in counted.items() if key != seals.present)
