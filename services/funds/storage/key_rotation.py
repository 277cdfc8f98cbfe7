"""SQL of a change of the seal key: payees' accounts, a batch at a time, beside the running service.

A row somebody works on is left out and comes later, so that a change of keys never waits for a lock nor stands in a
deadlock. How far it came is told by the rows themselves: each names the key it is sealed with.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import PayeeAccount


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many accounts are sealed under each key, by its name."""
    name = func.split_part(PayeeAccount.account_sealed, ":", 1)
    rows = await session.execute(select(name, func.count()).group_by(name).order_by(name))
    return {row[0]: row[1] for row in rows}


async def lock_stale(session: AsyncSession, present: str, after_id: int, limit: int) -> Sequence[PayeeAccount]:
    """The next accounts by id that are under another key, but for those somebody holds."""
    query = (
        select(PayeeAccount)
        .where(PayeeAccount.id > after_id, ~PayeeAccount.account_sealed.startswith(f"{present}:", autoescape=True))
        .order_by(PayeeAccount.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).all()
