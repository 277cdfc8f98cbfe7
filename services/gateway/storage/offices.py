"""SQL of offices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import Office, OfficeVersion
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def get(session: AsyncSession, actor: Actor, code: str) -> Office | None:
    """The office, if it lies in the actor's scope."""
    return await session.scalar(select(Office).where(Office.code == code, in_scope(Office.division_code, actor)))


async def lock_open(session: AsyncSession, actor: Actor, code: str) -> Office | None:
    """The office of the actor's scope, held as it is while accounts are put into it: it cannot close meanwhile."""
    query = select(Office).where(Office.code == code, in_scope(Office.division_code, actor))
    return await session.scalar(query.with_for_update(read=True).execution_options(populate_existing=True))


async def lock_many(session: AsyncSession, actor: Actor, codes: Sequence[str]) -> dict[str, Office]:
    """Those of the offices that lie in the actor's scope, locked in the order of their codes."""
    query = select(Office).where(Office.code.in_(codes), in_scope(Office.division_code, actor)).order_by(Office.code)
    rows = await session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {row.code: row for row in rows}


async def get_any(session: AsyncSession, code: str) -> Office | None:
    """The office wherever it lies; for the first start only."""
    return await session.get(Office, code)


async def list_in_scope(
    session: AsyncSession, actor: Actor, area: str, after: str | None, limit: int
) -> Sequence[Office]:
    """Offices of the actor's scope inside `area` by code, at most `limit`, behind code `after`."""
    query = (
        select(Office)
        .where(in_scope(Office.division_code, actor), within(Office.division_code, area))
        .order_by(Office.code)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Office.code > after)
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, office: Office) -> None:
    """Insert an office and its first version."""
    session.add(office)
    await session.flush()
    await keep_version(session, office, "created", "", office.created_by)


async def keep_version(session: AsyncSession, office: Office, kind: str, reason: str, by: str) -> None:
    """Keep the office's name and days as they are from now on."""
    session.add(
        OfficeVersion(
            office_code=office.code,
            version=office.version,
            kind=kind,
            name=office.name,
            valid_from=office.valid_from,
            valid_to=office.valid_to,
            reason=reason,
            at=clock.now(),
            by=by,
        )
    )
    await session.flush()


async def versions(session: AsyncSession, code: str) -> Sequence[OfficeVersion]:
    """Every version of an office, the first one first."""
    query = select(OfficeVersion).where(OfficeVersion.office_code == code).order_by(OfficeVersion.version)
    return (await session.scalars(query)).all()
