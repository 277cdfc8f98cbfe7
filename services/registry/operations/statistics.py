"""Counting households and people. Nothing is left out: the groups add up to the total."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.code_lists import label_of
from services.registry.domain.content_fields import STATUS_LABELS
from services.registry.domain.divisions import LEVELS
from services.registry.storage import statistics as storage
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.schemas.registry import Figures, Statistics

GroupBy = Literal["division", "status", "attribute", "main_cause"]
_LISTS = {"attribute": "household_attribute", "main_cause": "poverty_cause"}


async def count(session: AsyncSession, actor: Actor, division_code: str, group_by: GroupBy) -> Statistics:
    """Counts of one area, grouped by the areas one level down or by a fact of the file."""
    require_in_scope(actor, division_code)
    rows = await storage.counts(session, actor, division_code, group_by, digits_below(division_code))
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
