"""SQL of sign-ins that are still on, and of their refresh tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import Account, Office, Person, RefreshToken, SignedIn, SignInCounter
from shared.chassis import clock

StateRow = Row[SignedIn, Account, Office, Person | None]


async def state(session: AsyncSession, session_id: str) -> StateRow | None:
    """A sign-in with its account, office and person as they are now."""
    query: Any = (
        select(SignedIn, Account, Office, Person)
        .join(Account, Account.id == SignedIn.account_id)
        .join(Office, Office.code == Account.office_code)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(SignedIn.id == session_id)
    )
    found: StateRow | None = (await session.execute(query)).one_or_none()
    return found


async def begin(session: AsyncSession, signed_in: SignedIn) -> None:
    session.add(signed_in)
    await session.flush()


async def end(session: AsyncSession, session_id: str, because: str) -> None:
    """End one sign-in with everything that descends from it."""
    await session.execute(
        update(SignedIn)
        .where(SignedIn.id == session_id, SignedIn.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=because)
    )


async def end_all(session: AsyncSession, account_id: str, because: str, *, besides: str = "") -> None:
    """End every sign-in of an account, save one."""
    await session.execute(
        update(SignedIn)
        .where(SignedIn.account_id == account_id, SignedIn.id != besides, SignedIn.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=because)
    )


async def add_token(session: AsyncSession, digest: str, session_id: str) -> None:
    session.add(RefreshToken(digest=digest, session_id=session_id, issued_at=clock.now(), used_at=None))
    await session.flush()


async def lock_token(session: AsyncSession, digest: str) -> RefreshToken | None:
    """The refresh token, locked, so that of two uses at once one is the second."""
    return await session.scalar(select(RefreshToken).where(RefreshToken.digest == digest).with_for_update())


async def forget_old(session: AsyncSession, older_than: timedelta) -> None:
    """Delete sign-ins that ran out long ago, with their refresh tokens, and old counters. The trail stays."""
    limit: datetime = clock.now() - older_than
    await session.execute(delete(SignedIn).where(SignedIn.expires_at < limit))
    await session.execute(delete(SignInCounter).where(SignInCounter.since < limit))
