"""Requested events taken up for their decision, and the decision appended."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain.natural_changes import RETURN
from services.registry.operations import natural_changes_views as views
from services.registry.storage import natural_changes as storage
from services.registry.storage.tables import Household, NaturalChange, NaturalChangeDecision
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.chassis.scope import covers
from shared.refusals import NotFound
from shared.schemas import registry_changes as wire


async def take_up(session: AsyncSession, actor: Actor, change_id: UUID, kind: str) -> tuple[NaturalChange, Household]:
    """A requested event of this kind that waits for its decision, and its household, locked: of two who decide at once
    the second finds it decided. A return is decided where the household lives by now."""
    found = await storage.visible(session, actor, change_id)
    if found is None:
        raise NotFound()
    change, _ = found
    if not change.requested:
        raise refusals.ChangeDecided()
    if change.kind != kind:
        raise refusals.DecisionElsewhere()
    household = await storage.lock_file(session, change.household_id)
    if kind == RETURN and not covers(actor.scope, household.village_code):
        raise NotFound()
    if await storage.decision(session, change.id) is not None:
        raise refusals.ChangeDecided()
    return change, household


async def decided(
    session: AsyncSession,
    actor: Actor,
    change: NaturalChange,
    outcome: str,
    opinion: str,
    written: Mapping[str, int],
) -> wire.NaturalChange:
    """Append what was decided, with the versions it wrote."""
    row = NaturalChangeDecision(
        change_id=change.id,
        outcome=outcome,
        opinion=opinion,
        versions=dict(written),
        decided_on=clock.office_today(),
        decided_at=clock.now(),
        decided_by=actor.account,
        decided_person=actor.person,
        decided_office=actor.office,
    )
    session.add(row)
    async with widened(session):  # a return may have been asked for where the household lived before
        await session.flush()
    audit.record(session, actor, f"natural_change.{outcome}", str(change.id), kind=change.kind)
    return views.whole(change, row)
