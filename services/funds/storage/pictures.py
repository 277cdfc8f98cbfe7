"""SQL of picture data: names of project kinds and of the areas right below one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import ProjectKind


async def project_kinds(session: AsyncSession) -> Sequence[ProjectKind]:
    return (await session.scalars(select(ProjectKind).order_by(ProjectKind.code))).all()
