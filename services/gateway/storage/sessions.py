"""SQL of sign-ins that are still on, and of their refresh tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.delegations import ACCEPTED
from services.gateway.storage.tables import (
    Account,
    Delegation,
    Office,
    Person,
    RefreshToken,
    SignedIn,
    SuccessionLink,
)
from shared.chassis import clock

LISTED = 200

StateRow = Row[SignedIn, Account, Office, Person | None, bool, bool]
"""Also: whether anything is lent to the account, and whether its office has taken over from another."""
_LENT = exists().where(Delegation.borrower_account == Account.id, Delegation.state == ACCEPTED)
_SUCCEEDED = exists().where(SuccessionLink.successor_code == Account.office_code)


async def state(session: AsyncSession, session_id: str) -> StateRow | None:
    """A sign-in with its account, office and person as they are now."""
    query: Any = (
        select(SignedIn, Account, Office, Person, _LENT, _SUCCEEDED)
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


async def begin_external(session: AsyncSession, signed_in: SignedIn) -> bool:
    """Begin the sign-in of a token of the external issuer; False when it was begun before, ended or not."""
    values = {column.key: getattr(signed_in, column.key) for column in SignedIn.__table__.columns}
    begun = insert(SignedIn).values(values).on_conflict_do_nothing().returning(SignedIn.id)
    return (await session.execute(begun)).first() is not None


async def note_second_factor(session: AsyncSession, session_id: str) -> None:
    """A second factor was shown in this sign-in."""
    await session.execute(update(SignedIn).where(SignedIn.id == session_id).values(second_factor=True))


async def alive(session: AsyncSession, account_id: str) -> Sequence[SignedIn]:
    """The account's sign-ins that are on, newest first."""
    now = clock.now()
    query = select(SignedIn).where(
        SignedIn.account_id == account_id, SignedIn.ended_at.is_(None), SignedIn.expires_at > now
    )
    return (await session.scalars(query.order_by(SignedIn.started_at.desc(), SignedIn.id).limit(LISTED))).all()


async def end_of(session: AsyncSession, account_id: str, session_id: str, because: str) -> bool:
    """End one sign-in of an account; False when it is not on."""
    now = clock.now()
    ended = await session.execute(
        update(SignedIn)
        .where(SignedIn.id == session_id, SignedIn.account_id == account_id, SignedIn.ended_at.is_(None))
        .where(SignedIn.expires_at > now)
        .values(ended_at=now, ended_because=because)
        .returning(SignedIn.id)
    )
    return ended.first() is not None


async def end_others(session: AsyncSession, account_id: str, because: str, besides: str = "") -> int:
    """End every sign-in of an account that is on, save one; how many there were."""
    now = clock.now()
    ended = await session.execute(
        update(SignedIn)
        .where(SignedIn.account_id == account_id, SignedIn.id != besides, SignedIn.ended_at.is_(None))
        .where(SignedIn.expires_at > now)
        .values(ended_at=now, ended_because=because)
        .returning(SignedIn.id)
    )
    return len(ended.all())


async def note_uses(session: AsyncSession, session_ids: Collection[str], at: datetime) -> None:
    """These sign-ins were used by `at`."""
    used = SignedIn.id.in_(list(session_ids)), SignedIn.last_used_at < at
    await session.execute(update(SignedIn).where(*used).values(last_used_at=at))


async def add_token(session: AsyncSession, digest: str, session_id: str) -> None:
    session.add(RefreshToken(digest=digest, session_id=session_id, issued_at=clock.now(), used_at=None))
    await session.flush()


async def lock_token(session: AsyncSession, digest: str) -> RefreshToken | None:
    """The refresh token, locked, so that of two uses at once one is the second."""
    return await session.scalar(select(RefreshToken).where(RefreshToken.digest == digest).with_for_update())


async def forget_old(session: AsyncSession, older_than: timedelta) -> None:
    """Delete sign-ins that ran out long ago, with their refresh tokens. The trail stays."""
    limit: datetime = clock.now() - older_than
    await session.execute(delete(SignedIn).where(SignedIn.expires_at < limit))
