"""Whom the trails are about, asked by the gateway for its search: nothing of a file is told, only which ids it has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.operations.households import visible_row
from services.registry.storage import trail_subjects as storage
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION
from shared.schemas.trail import HouseholdSubjects


async def of_household(session: AsyncSession, actor: Actor, household_id: UUID) -> HouseholdSubjects:
    """Every id the household and its people stand under, in this service's trail or another's; absent elsewhere."""
    row = await visible_row(session, actor, household_id)
    people = await storage.members(session, household_id)
    subjects = [str(row.id), f"household:{row.id}", *(name for one in people for name in (str(one), f"person:{one}"))]
    areas = [NATION, *(row.village_code[:digits] for digits in (2, 4, 6, 9, 12))]
    return HouseholdSubjects(household_no=str(row.household_no), subjects=subjects, areas=areas)


async def visible(session: AsyncSession, actor: Actor, subjects: Sequence[str]) -> list[str]:
    """Those of these ids that are of households or people in the actor's scope."""
    ids = {subject: found for subject in subjects if (found := _id(subject)) is not None}
    seen = await storage.visible(session, actor, list(ids.values())) if ids else set()
    return [subject for subject, found in ids.items() if found in seen]


def _id(subject: str) -> UUID | None:
    try:
        return UUID(subject.removeprefix("household:").removeprefix("person:"))
    except ValueError:
        return None
