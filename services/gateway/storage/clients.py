"""SQL of what machines prove themselves with and where they may come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import ClientAddress, ClientCredential, UsedAssertion
from shared.chassis import clock


async def credentials(session: AsyncSession, client_id: str, *, kind: str | None = None) -> Sequence[ClientCredential]:
    """The machine's live secrets and keys, oldest first."""
    query = select(ClientCredential).where(
        ClientCredential.account_id == client_id, ClientCredential.ended_at.is_(None)
    )
    if kind is not None:
        query = query.where(ClientCredential.kind == kind)
    return (await session.scalars(query.order_by(ClientCredential.created_at, ClientCredential.id))).all()


async def add_credential(session: AsyncSession, credential: ClientCredential) -> None:
    session.add(credential)
    await session.flush()


async def addresses(session: AsyncSession, client_id: str) -> list[str]:
    """The networks the machine may come from."""
    rows = await session.scalars(
        select(ClientAddress.network).where(ClientAddress.account_id == client_id).order_by(ClientAddress.network)
    )
    return list(rows)


async def addresses_of(session: AsyncSession, client_ids: Iterable[str]) -> dict[str, list[str]]:
    """The same for several machines."""
    rows = await session.execute(
        select(ClientAddress.account_id, func.array_agg(ClientAddress.network))
        .where(ClientAddress.account_id.in_(list(client_ids)))
        .group_by(ClientAddress.account_id)
    )
    return {client_id: sorted(networks) for client_id, networks in rows}


async def set_addresses(session: AsyncSession, client_id: str, networks: Iterable[str]) -> None:
    """Put these networks in place of those there are."""
    await session.execute(delete(ClientAddress).where(ClientAddress.account_id == client_id))
    session.add_all(ClientAddress(account_id=client_id, network=network) for network in networks)
    await session.flush()


async def use_assertion(session: AsyncSession, digest: str, expires_at: datetime) -> bool:
    """Note an assertion as used; False when it was before."""
    done = await session.execute(
        insert(UsedAssertion)
        .values(digest=digest, expires_at=expires_at)
        .on_conflict_do_nothing()
        .returning(UsedAssertion.digest)
    )
    return done.first() is not None


async def forget_assertions(session: AsyncSession) -> None:
    """Delete what is over: nobody can use it again."""
    await session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < clock.now()))


async def has_mark(session: AsyncSession, client_id: str, mark: str) -> bool:
    """Whether the machine has, or had, this secret or key."""
    query = select(ClientCredential.id).where(ClientCredential.account_id == client_id, ClientCredential.mark == mark)
    return await session.scalar(query) is not None
