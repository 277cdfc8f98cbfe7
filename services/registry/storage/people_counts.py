"""SQL of counts of people: by one or two facts, everything that lists are narrowed to applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.age_bands import BANDS, born_after
from services.registry.domain.filters import Filters, ranges
from services.registry.storage.filter_clauses import Conditions, of_household, of_person
from shared.chassis.identity import Actor

OF_HOUSEHOLD = ("status", "attribute", "main_cause", "housing_level", "monitor_type", "safe_water")
OF_PERSON = ("sex", "relation", "ethnicity", "education", "schooling", "labour", "left_behind", "dibao", "tekun",
             "disability_grade")  # fmt: skip
SEVERAL = {"key_group": "key_groups", "health": "health"}
"""Facts with several values: a person is counted under each."""
_PEOPLE = "household_members as m join households on households.id = m.household_id"
_COUNTS = "count(distinct m.household_id) as households, count(*) as people"


async def total(session: AsyncSession, actor: Actor, filters: Filters, today: date) -> tuple[int, int]:
    """Households and people the filters leave in the actor's scope."""
    conditions = _conditions(actor, filters, today)
    query = text(f"select {_COUNTS} from {_PEOPLE} where {conditions.text()}")  # noqa: S608 - texts of this folder
    row = (await session.execute(query, conditions.named())).one()
    return row.households, row.people


async def groups(
    session: AsyncSession, actor: Actor, filters: Filters, group_by: Sequence[str], digits: int, today: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Keys, households and people of each group; divisions are cut to `digits`."""
    conditions = _conditions(actor, filters, today)
    source, keys = _PEOPLE, []
    for number, fact in enumerate(group_by):
        if fact in SEVERAL:
            source += f" left join lateral unnest({SEVERAL[fact]}) as several{number}(value) on true"
        keys.append(f"{_key(fact, number, digits, conditions, today)} as key{number}")
    order = ", ".join(str(number + 1) for number in range(len(keys)))
    query = text(
        f"select {', '.join(keys)}, {_COUNTS} from {source} where {conditions.text()} group by {order} order by {order}"  # noqa: S608
    )
    return (await session.execute(query, conditions.named())).all()


def _conditions(actor: Actor, filters: Filters, today: date) -> Conditions:
    conditions = Conditions(0, ":p")
    conditions.texts.append("m.active")
    conditions.lies_in("m.village_code", ranges(actor.scope, filters.area))
    of_household(conditions, filters)
    of_person(conditions, filters, today)
    return conditions


def _key(fact: str, number: int, digits: int, conditions: Conditions, today: date) -> str:
    if fact == "division":
        return f"left(m.village_code, {digits:d})"
    if fact == "age_band":
        days = [(band, conditions.value(day)) for band, day in zip(BANDS, born_after(today), strict=True)]
        younger = " ".join(f"when birth_date > {day} then '{band.code}'" for band, day in days[:-1])
        return f"case {younger} else '{BANDS[-1].code}' end"
    if fact in SEVERAL:
        return f"several{number}.value"
    return fact if fact in (*OF_HOUSEHOLD, *OF_PERSON) else "null"
