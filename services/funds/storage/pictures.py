"""SQL of picture data: names of project kinds and of the areas right below one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import length_below
from services.funds.storage.tables import DivisionName, ProjectKind
from shared.chassis.scope import within


async def project_kinds(session: AsyncSession) -> Sequence[ProjectKind]:
    return (await session.scalars(select(ProjectKind).order_by(ProjectKind.code))).all()


async def areas_below(session: AsyncSession, area: str) -> dict[str, str]:
    """Names of the areas right below one, of those the registry has ever told of, by code."""
    query = (
        select(DivisionName.code, DivisionName.name)
        .where(within(DivisionName.code, area), func.length(DivisionName.code) == length_below(area))
        .where(DivisionName.code != area)
        .order_by(DivisionName.code)
    )
    return {row.code: row.name for row in await session.execute(query)}
