"""SQL of corrections to closed years: asked for, listed, decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Correction, CorrectionDecision, Household
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def lock(session: AsyncSession, actor: Actor, correction_id: UUID) -> Correction | None:
    """The correction, if the actor has its household now; whoever decides on it waits here for the one before."""
    return await session.scalar(
        select(Correction)
        .join(Household, Household.id == Correction.household_id)
        .where(Correction.id == correction_id, in_scope(Household.village_code, actor))
        .with_for_update(of=Correction)
    )


async def list_corrections(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    state: str | None,
    before: UUID | None,
    limit: int,
    only: UUID | None = None,
) -> Sequence[Row[Correction, CorrectionDecision | None, Household]]:
    """Corrections of households of the actor's scope, wherever they were asked for, with their decision and household,
    newest first; with `only`, this one."""
    query = (
        select(Correction, CorrectionDecision, Household)
        .join(Household, Household.id == Correction.household_id)
        .outerjoin(CorrectionDecision, CorrectionDecision.correction_id == Correction.id)
        .where(in_scope(Household.village_code, actor))
        .order_by(Correction.id.desc())
        .limit(limit)
    )
    if area is not None:
        query = query.where(within(Household.village_code, area))
    if state is not None:
        query = query.where(Correction.state == state)
    if before is not None:
        query = query.where(Correction.id < before)
    if only is not None:
        query = query.where(Correction.id == only)
    return (await session.execute(query)).all()
