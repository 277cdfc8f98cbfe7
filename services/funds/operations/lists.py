"""The small lists as answers: fund kinds, claim papers, programmes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import lists as storage
from services.funds.storage.tables import FundKind
from shared.schemas import funds as wire


async def fund_kinds(session: AsyncSession) -> wire.FundKinds:
    return wire.FundKinds(items=[_kind(row) for row in await storage.fund_kinds(session)])


def _kind(row: FundKind) -> wire.FundKind:
    values = {name: getattr(row, name) for name in ("code", "label_zh", "label_en", "source_level", "special")}
    directions = [part for part in row.directions.split(";") if part]
    return wire.FundKind(**values, directions=directions, source=row.source)


async def claim_paper_kinds(session: AsyncSession) -> wire.ClaimPaperKinds:
    rows = await storage.claim_paper_kinds(session)
    return wire.ClaimPaperKinds(items=[wire.ClaimPaperKind.model_validate(row) for row in rows])


async def programmes(session: AsyncSession) -> wire.Programmes:
    rows = await storage.programmes(session)
    return wire.Programmes(items=[wire.Programme.model_validate(row) for row in rows])
