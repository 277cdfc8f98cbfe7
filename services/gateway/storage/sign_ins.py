"""SQL of the sign-in trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import SignIn
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def record(session: AsyncSession, entry: SignIn) -> None:
    session.add(entry)
    await session.flush()


async def list_in_scope(
    session: AsyncSession, actor: Actor, account: str | None, outcome: str | None, before: int | None, limit: int
) -> Sequence[SignIn]:
    """The trail of the actor's scope, newest first, at most `limit`, older than id `before`.

    Attempts on names nobody has belong to no area: only who sees the whole country sees them.
    """
    query = select(SignIn).where(in_scope(SignIn.division_code, actor)).order_by(SignIn.id.desc()).limit(limit)
    if account is not None:
        query = query.where(SignIn.account_id == account)
    if outcome is not None:
        query = query.where(SignIn.outcome == outcome)
    if before is not None:
        query = query.where(SignIn.id < before)
    return (await session.scalars(query)).all()


async def counts(session: AsyncSession, actor: Actor, since: datetime) -> Sequence[tuple[str, str, int]]:
    """Grant, outcome and how often since then, in the actor's scope; the most frequent first."""
    times = func.sum(SignIn.times).cast(BigInteger)
    query = (
        select(SignIn.grant, SignIn.outcome, times)
        .where(in_scope(SignIn.division_code, actor), SignIn.at >= since)
        .group_by(SignIn.grant, SignIn.outcome)
        .order_by(times.desc(), SignIn.grant, SignIn.outcome)
    )
    return [(grant, outcome, number) for grant, outcome, number in await session.execute(query)]
