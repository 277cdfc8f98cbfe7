"""SQL of the bulletins everybody may read: of reports that stand, the newest edition of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.tables import ProgressReport, ProgressReportContent
from shared.chassis.scope import within

STANDING = ("sent", "confirmed")


async def newest(
    session: AsyncSession, area: str, fund_year: int | None, kind: str | None, before_id: int | None, limit: int
) -> Sequence[Any]:
    """Sent reports with their frozen content, newest first; none that a later edition stands for."""
    row, later = ProgressReport, aliased(ProgressReport)
    same = ("division_code", "fund_year", "kind", "period", "money")
    replaced = exists().where(
        *(getattr(later, name) == getattr(row, name) for name in same),
        later.edition > row.edition,
        later.state.in_(STANDING),
    )
    query: Any = (
        select(row, ProgressReportContent.content)
        .join(ProgressReportContent, ProgressReportContent.report_id == row.id)
        .where(row.state.in_(STANDING), within(row.division_code, area), ~replaced)
        .order_by(row.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(row.fund_year == fund_year)
    if kind is not None:
        query = query.where(row.kind == kind)
    if before_id is not None:
        query = query.where(row.id < before_id)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found
