"""SQL of what stops guessing: wrong attempts by name and network, and the networks an account is known from."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.sign_in_limits import Tried
from services.gateway.storage.tables import KnownAddress, SignInCounter
from shared.chassis import clock

EVERYWHERE = "*"
"""Stands for the network in the count of a name over all networks."""
CODES = "*codes"
"""The same for wrong codes behind the right password."""
COARSE = timedelta(hours=1)


async def tried(session: AsyncSession, name_digest: str, network: str, window: timedelta) -> Tried:
    """The counts an attempt is weighed by."""
    since = clock.now() - window
    rows = await session.scalars(
        select(SignInCounter).where(
            SignInCounter.name_digest == name_digest,
            SignInCounter.peer.in_((network, EVERYWHERE, CODES)),
            SignInCounter.since >= since,
        )
    )
    by_peer = {row.peer: row for row in rows}
    others = await session.scalar(
        select(func.count()).where(
            SignInCounter.peer == network, SignInCounter.since >= since, SignInCounter.name_digest != name_digest
        )
    )
    counts = {peer: by_peer[peer].failures if peer in by_peer else 0 for peer in (network, EVERYWHERE, CODES)}
    last_at = by_peer[EVERYWHERE].last_at if EVERYWHERE in by_peer else None
    return Tried(counts[network], counts[EVERYWHERE], counts[CODES], last_at, others or 0)


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
        .values(name_digest=name_digest, peer=peer, failures=1, since=now, last_at=now)
        .on_conflict_do_update(
            index_elements=[SignInCounter.name_digest, SignInCounter.peer],
            set_={
                "failures": case((over, 1), else_=SignInCounter.failures + 1),
                "since": case((over, now), else_=SignInCounter.since),
                "last_at": now,
            },
        )
    )


async def forget_failures(session: AsyncSession, name_digest: str, network: str) -> None:
    """A good sign-in clears the count of its name and network, and takes it off the count over all networks."""
    here = SignInCounter.name_digest == name_digest
    gone = await session.scalar(
        delete(SignInCounter).where(here, SignInCounter.peer == network).returning(SignInCounter.failures)
    )
    if gone is None:
        return
    everywhere = here, SignInCounter.peer == EVERYWHERE
    await session.execute(update(SignInCounter).where(*everywhere).values(failures=SignInCounter.failures - gone))
    await session.execute(delete(SignInCounter).where(*everywhere, SignInCounter.failures <= 0))


async def is_known(session: AsyncSession, account_id: str, network: str) -> bool:
    """Whether the account has signed in from this network before."""
    return await session.get(KnownAddress, (account_id, network)) is not None


async def remember(session: AsyncSession, account_id: str, network: str) -> None:
    """The account has signed in from this network; when is known to the hour."""
    now = clock.now()
    fresh = insert(KnownAddress).values(account_id=account_id, network=network, first_at=now, last_at=now)
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=[KnownAddress.account_id, KnownAddress.network],
            set_={"last_at": now},
            where=KnownAddress.last_at < now - COARSE,
        )
    )


async def forget_old(session: AsyncSession, counters: timedelta, addresses: timedelta) -> None:
    """Delete counters and known networks nobody came from for that long."""
    now = clock.now()
    old = or_(SignInCounter.since < now - counters, SignInCounter.failures <= 0)
    await session.execute(delete(SignInCounter).where(old))
    await session.execute(delete(KnownAddress).where(KnownAddress.last_at < now - addresses))
