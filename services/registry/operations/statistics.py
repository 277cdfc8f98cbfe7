"""Counting households and people. Nothing is left out: the groups add up to the total."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.code_lists import label_of
from services.registry.domain.content_fields import STATUS_LABELS
from services.registry.domain.divisions import LEVELS
from services.registry.domain.filters import Filters
from services.registry.operations.household_history import require_past
from services.registry.operations.people import narrow_enough
from services.registry.storage import statistics as storage
from shared.chassis.database import hurry
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.schemas.registry import Figures, Statistics

GroupBy = Literal["division", "status", "attribute", "main_cause"]
_LISTS = {"attribute": "household_attribute", "main_cause": "poverty_cause"}


async def count(
    session: AsyncSession, actor: Actor, division_code: str, group_by: GroupBy, as_of: date | None
) -> Statistics:
    """Counts of one area, grouped by the areas one level down or by a fact of the file; with `as_of`, of the files as
    known at the end of that office day."""
    require_in_scope(actor, division_code)
    require_past(as_of)
    rows = await _rows(session, actor, division_code, group_by, as_of)
    labels = await labels_of(session, group_by, [row[0] for row in rows])
    groups = [
        Figures(key=key, label=labels[key], households=households, people=people) for key, households, people in rows
    ]
    return Statistics(
        division_code=division_code,
        group_by=group_by,
        households=sum(group.households for group in groups),
        people=sum(group.people for group in groups),
        groups=groups,
    )


async def _rows(
    session: AsyncSession, actor: Actor, area: str, group_by: GroupBy, as_of: date | None
) -> Sequence[Row[str, int, int]]:
    if as_of is None:
        return await storage.counts(session, actor, area, group_by, digits_below(area))
    await hurry(session)
    with narrow_enough(actor, Filters(area=area)):
        return await storage.counts_on(session, actor, area, group_by, digits_below(area), as_of)


def digits_below(division_code: str) -> int:
    """Length of the codes one level down; a village is its own group."""
    if division_code == NATION:
        return min(LEVELS)
    return next((digits for digits in LEVELS if digits > len(division_code)), len(division_code))


async def labels_of(session: AsyncSession, group_by: GroupBy, keys: list[str]) -> dict[str, str]:
    if group_by == "status":
        return STATUS_LABELS
    if group_by == "division":
        return dict.fromkeys(keys, "") | await storage.names(session, keys)
    return {key: label_of(_LISTS[group_by], key) for key in keys}
