"""SQL of the names behind accounts and offices, for who reads the trails."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import Account, Office, Person


async def of_accounts(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """By account the name of the person behind it; a machine's user name."""
    query = (
        select(Account.id, Person.name, Account.username)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Account.id.in_(set(ids)))
    )
    return {found: name or username for found, name, username in await session.execute(query)}


async def of_offices(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """By code the office's name."""
    rows = await session.execute(select(Office.code, Office.name).where(Office.code.in_(set(codes))))
    return {row.code: row.name for row in rows}
