"""SQL of the sign-in trail and of the counters that stop guessing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import SignIn, SignInCounter
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def failures(session: AsyncSession, name_digest: str, peer: str, window: timedelta) -> int:
    """Wrong passwords for a name from an address in the window."""
    found = await session.get(SignInCounter, (name_digest, peer))
    return 0 if found is None or found.since < clock.now() - window else found.failures


async def count_failure(session: AsyncSession, name_digest: str, peer: str, window: timedelta) -> None:
    """Count one wrong password for a name from an address; a window that is over starts anew."""
    now = clock.now()
    over = SignInCounter.since < now - window
    await session.execute(
        insert(SignInCounter)
        .values(name_digest=name_digest, peer=peer, failures=1, since=now)
        .on_conflict_do_update(
            index_elements=[SignInCounter.name_digest, SignInCounter.peer],
            set_={
                "failures": case((over, 1), else_=SignInCounter.failures + 1),
                "since": case((over, now), else_=SignInCounter.since),
            },
        )
    )


async def forget_failures(session: AsyncSession, name_digest: str, peer: str) -> None:
    """A good sign-in clears the count of its name and address."""
    await session.execute(
        delete(SignInCounter).where(SignInCounter.name_digest == name_digest, SignInCounter.peer == peer)
    )


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
