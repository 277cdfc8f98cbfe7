"""SQL of counts of people: by one or two facts, everything that lists are narrowed to applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, TextClause, text
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
_PEOPLE, _JOINED = "household_members as m", " join households on households.id = m.household_id"
_COUNTS = "count(*) as households, coalesce(sum(people), 0)::bigint as people"
WITHIN_MS = 3_500
"""How long each of the two statements may take: whoever asks through the gateway waits eight seconds for an answer."""
_ROOM = text(f"select set_config('statement_timeout', '{WITHIN_MS}', true), set_config('work_mem', '64MB', true)")


async def take_room(session: AsyncSession) -> None:
    """Count in memory, and end before nobody waits for the answer any more."""
    await session.execute(_ROOM)


async def total(session: AsyncSession, actor: Actor, filters: Filters, today: date) -> tuple[int, int]:
    """Households and people the filters leave in the actor's scope."""
    conditions = Conditions(0, ":p")
    source = _source(conditions, actor, filters, today)
    query = _counted(f"select m.household_id, count(*) as people from {source} group by 1")  # noqa: S608 - texts of this folder
    row = (await session.execute(query, conditions.named())).one()
    return row.households, row.people


async def groups(
    session: AsyncSession, actor: Actor, filters: Filters, group_by: Sequence[str], digits: int, today: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Keys, households and people of each group; divisions are cut to `digits`."""
    conditions = Conditions(0, ":p")
    lateral, keys = "", []
    for number, fact in enumerate(group_by):
        if fact in SEVERAL:
            lateral += f" left join lateral unnest({SEVERAL[fact]}) as several{number}(value) on true"
        keys.append(f"{_key(fact, number, digits, conditions, today)} as key{number}")
    source = _source(conditions, actor, filters, today, group_by, lateral)
    names = [f"key{number}" for number in range(len(keys))]
    people = f"select {', '.join(keys)}, m.household_id, count(*) as people from {source}"  # noqa: S608 - texts of this folder
    query = _counted(f"{people} group by {', '.join([*names, 'm.household_id'])}", *names)
    return (await session.execute(query, conditions.named())).all()


def _counted(people: str, *keys: str) -> TextClause:
    """Households and people by keys, of rows that say how many people a household has under them: a household's people
    are put together first, which the database does in memory and with all cores, as it does not count distinct ones."""
    by = ", ".join(keys)
    ordered = f" group by {by} order by {by}" if keys else ""
    return text(f"select {', '.join([*keys, _COUNTS])} from ({people}) as one{ordered}")  # noqa: S608 - texts of this file


def _source(
    conditions: Conditions, actor: Actor, filters: Filters, today: date, facts: Sequence[str] = (), lateral: str = ""
) -> str:
    """Where the people are, and what must hold of them; with their households only where those are asked about."""
    conditions.texts.append("m.active")
    conditions.lies_in("m.village_code", ranges(actor.scope, filters.area))
    of_person(conditions, filters, today)
    before = len(conditions.texts)
    of_household(conditions, filters)
    joined = len(conditions.texts) > before or any(fact in (*OF_HOUSEHOLD, "key_group") for fact in facts)
    return f"{_PEOPLE}{_JOINED if joined else ''}{lateral} where {conditions.text()}"


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
