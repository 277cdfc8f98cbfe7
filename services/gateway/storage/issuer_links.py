"""SQL of links between the external issuer's subjects and accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import IssuerLink


async def account_of(session: AsyncSession, issuer: str, subject: str) -> str | None:
    """The account an administrator tied the subject to."""
    query = select(IssuerLink.account_id).where(IssuerLink.issuer == issuer, IssuerLink.subject == subject)
    return await session.scalar(query)


async def of_account(session: AsyncSession, account_id: str) -> Sequence[IssuerLink]:
    query = select(IssuerLink).where(IssuerLink.account_id == account_id).order_by(IssuerLink.created_at)
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, link: IssuerLink) -> None:
    session.add(link)
    await session.flush()


async def remove(session: AsyncSession, account_id: str, link_id: str) -> bool:
    """Take a link of an account away; False when there is none such."""
    gone = await session.execute(
        delete(IssuerLink).where(IssuerLink.id == link_id, IssuerLink.account_id == account_id).returning(IssuerLink.id)
    )
    return gone.first() is not None
