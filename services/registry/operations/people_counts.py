"""Counting people by one or two facts, live, within the scope. Counts name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.age_bands import BANDS
from services.registry.domain.code_lists import label_of
from services.registry.domain.content_fields import STATUS_LABELS
from services.registry.domain.refusals import GroupUnknown
from services.registry.domain.refusals.people import GroupTooSmall
from services.registry.operations.people import filters_of, narrow_enough, require_unmasking
from services.registry.operations.statistics import digits_below
from services.registry.storage import people_counts as storage
from services.registry.storage import statistics
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION
from shared.schemas.registry_people import GroupKey, GroupOfPeople, PeopleCounted, PeopleCounts

UNSTATED = "未填"
_LISTS = {
    "attribute": "household_attribute", "main_cause": "poverty_cause", "housing_level": "housing_level",
    "monitor_type": "monitor_type", "sex": "sex", "relation": "relation_to_head", "ethnicity": "ethnicity",
    "education": "education", "schooling": "student_status", "labour": "labour", "left_behind": "left_behind",
    "disability_grade": "disability_grade", "key_group": "key_group", "health": "health",
}  # fmt: skip
_FLAGS = ("safe_water", "dibao", "tekun")
_LABELS = {"status": STATUS_LABELS, "age_band": {band.code: band.label for band in BANDS}}
PROTECTED = frozenset(("health", "disability_grade"))
FEWEST = 20
"""Of fewer people than these a count by a protected fact gives one of them away."""
FACTS = ("division", "status", "age_band", *_FLAGS, *_LISTS)


async def count(session: AsyncSession, actor: Actor, asked: PeopleCounted) -> PeopleCounts:
    """People and their households by the facts asked, of the actor's area or a part of it."""
    group_by = asked.group_by.split(",")
    if not set(group_by) <= set(FACTS) or len(set(group_by)) < len(group_by):
        raise GroupUnknown(facts=", ".join(FACTS))
    filters, today = filters_of(asked, actor), clock.office_today()
    digits = digits_below(filters.area or (actor.scope[0] if len(actor.scope) == 1 else NATION))
    await storage.take_room(session)
    with narrow_enough(actor, filters):
        households, people = await storage.total(session, actor, filters, today)
        rows = await storage.groups(session, actor, filters, group_by, digits, today)
    _require_many(actor, group_by, rows)
    divisions = await _division_names(session, group_by, [list(row) for row in rows])
    groups = [
        GroupOfPeople(
            keys=[_key(fact, row[index], divisions) for index, fact in enumerate(group_by)],
            households=row.households,
            people=row.people,
        )
        for row in rows
    ]
    return PeopleCounts(group_by=group_by, households=households, people=people, groups=groups)


def _require_many(actor: Actor, group_by: Sequence[str], rows: Sequence[Row[Any]]) -> None:
    """Who is known to be one of few is known to be ill by the count of the few: the right to see that, and a reason."""
    others = [index for index, fact in enumerate(group_by) if fact not in PROTECTED]
    if len(others) == len(group_by):
        return
    people: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        people[tuple(row[index] for index in others)] += row.people
    if any(count < FEWEST for count in people.values()):
        require_unmasking(actor, GroupTooSmall(at_least=FEWEST))


async def _division_names(session: AsyncSession, group_by: Sequence[str], rows: list[list[str]]) -> dict[str, str]:
    if "division" not in group_by:
        return {}
    return await statistics.names(session, sorted({row[group_by.index("division")] for row in rows}))


def _key(fact: str, value: str | bool | None, divisions: dict[str, str]) -> GroupKey:
    if value is None:
        return GroupKey(key=None, label=UNSTATED)
    if isinstance(value, bool):
        return GroupKey(key=str(value).lower(), label="是" if value else "否")
    if fact == "division":
        return GroupKey(key=value, label=divisions.get(value, ""))
    label = _LABELS[fact].get(value, value) if fact in _LABELS else label_of(_LISTS[fact], value)
    return GroupKey(key=value, label=label)
