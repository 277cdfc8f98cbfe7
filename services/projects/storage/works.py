"""SQL of works."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables_works import Acceptance, Asset, Contract, ProgressReport, Tender, WorksEvent

Row = Tender | Contract | WorksEvent | ProgressReport | Acceptance | Asset
_RECORDING = (Tender, Contract, WorksEvent, ProgressReport)


async def tender(session: AsyncSession, code: str) -> Tender | None:
    return await session.get(Tender, code)


async def highest_percent(session: AsyncSession, code: str) -> int:
    """The progress last reported; 0 before the first report."""
    query = select(func.max(ProgressReport.percent)).where(ProgressReport.project_code == code)
    return int(await session.scalar(query) or 0)


async def recorders(session: AsyncSession, code: str) -> set[str]:
    """Everybody who recorded something about the works."""
    people: set[str] = set()
    for table in _RECORDING:
        people.update(await session.scalars(select(table.person).where(table.project_code == code)))
    return people


async def records(session: AsyncSession, code: str) -> Sequence[Row]:
    """Everything recorded about the works, oldest first."""
    found: list[Row] = []
    for table in (*_RECORDING, Acceptance, Asset):
        found.extend(await session.scalars(select(table).where(table.project_code == code)))
    return sorted(found, key=lambda row: row.recorded_at)
