"""SQL of people: lists and searches over everybody on a file now.

Whoever is found by a part of the name is found in the view `people_searched`, which belongs to the owner and holds
the same range as the policies: under a policy, operators the database does not call leakproof reach no index.
Everybody else is found in the tables, under their policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.filters import Filters, ranges
from services.registry.storage.filter_clauses import Conditions, is_search, of_household, of_person
from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis.hot_reads import FIRST, SPAN_SET, HotReads, Noted, noted
from shared.chassis.identity import Actor

_FACTS = (
    "village_code", "identity_sealed", "relation", "ethnicity", "education", "schooling", "labour", "left_behind",
    "dibao", "tekun",
)  # fmt: skip
SEALED = _FACTS.index("identity_sealed")
"""Which of a person's facts is the sealed identity number."""
_FACTS_OF_HOUSEHOLD = ("id", "household_no", "status", "attribute", "main_cause", "monitor_type")
_STATED = {column.name for table in (HouseholdMember, Household) for column in table.__table__.c if not column.nullable}
_ORDERS = {"village": ("village_code", "id"), "name": ("name_pinyin", "name", "id")}
_TABLE, _SEARCHED = "household_members as m", "people_searched as m"
_JOINED = "join households on households.id = m.household_id"
EXACT_UP_TO = 10_000
"""An estimate counts this many people; more than that are counted on a sample."""
SAMPLED = 100
"""The sample is one page of the table in this many."""


async def page(
    reads: HotReads, read: Noted, filters: Filters, sort: str, after: tuple[Any, ...] | None, limit: int, today: date
) -> list[tuple[UUID, list[str]]]:
    """People of the actor's scope in order, one more than `limit` if there are more; those within it are noted.

    A person is the id and, as texts, _FACTS, _FACTS_OF_HOUSEHOLD, the household's key groups divided by blanks, the
    pinyin if it is sorted by, and the name. What is not stated is empty.

    The page comes as one text: fifty rows of twenty values took longer to send and to read than to find. Between
    facts stands a tab, behind a person the end of a line: no name holds either (`clean_text` in shared/schemas/wire,
    `text_of` in domain/workbook_cells), nor does any code, number or sealed value.
    """
    conditions = Conditions(FIRST)
    conditions.texts.append(SPAN_SET)
    source = _source(conditions, read.actor, filters, today)
    keys = _ORDERS[sort]
    found, order = (", ".join(prefix + column for column in keys) for prefix in ("m.", "one."))
    if after is not None:
        conditions.texts.append(f"({found}) > ({', '.join([conditions.value(part) for part in after])})")
    own = dict.fromkeys(("id", "household_id", "name", *_FACTS, *keys))
    people = f"{source} where {conditions.text()}"
    if filters.name is not None:
        # Found first and put in order then: how many bear two characters beside each other nobody can tell the
        # planner, and looking through the order for people who are not there is looking at everybody.
        people = f"(select m.* from {people} offset 0) as m"  # noqa: S608 - as below
    last = "one.name_pinyin, one.name" if sort == "name" else "one.name"
    household = f"{_texts_of('households', _FACTS_OF_HOUSEHOLD)}, array_to_string(key_groups, ' ')"
    line = f"{_texts_of('one', _FACTS)}, h.household, {last}"
    select = f"""
        select array_agg(one.id order by {order}) as ids,
            string_agg(concat_ws(e'\\t', {line}), e'\\n' order by {order}) as people
        from (
            select {", ".join(f"m.{column}" for column in own)} from {people}
            order by {found} limit {limit + 1:d}
        ) as one cross join lateral (
            -- `offset 0`: each household by its key, whatever is thought of the others.
            select concat_ws(e'\\t', {household}) as household
            from households where households.id = one.household_id offset 0
        ) as h"""  # noqa: S608 - see hot_reads.noted
    subjects = f"(select coalesce(to_jsonb(ids[:{limit:d}]), '[]') from page)"  # noqa: S608
    fetch = reads.search if is_search(filters) else reads.rows
    (row,) = await fetch(noted(select, subjects), read, *conditions.values)
    if row["ids"] is None:
        return []
    lines = row["people"].split("\n")
    return [(person_id, line.split("\t")) for person_id, line in zip(row["ids"], lines, strict=True)]


def _texts_of(table: str, columns: Sequence[str]) -> str:
    """SQL: these columns, none of them null."""
    return ", ".join(
        f"{table}.{column}" if column in _STATED else f"coalesce({table}.{column}::text, '')" for column in columns
    )


def _source(conditions: Conditions, actor: Actor, filters: Filters, today: date, table: str = _TABLE) -> str:
    """Where the people are found; what must hold of them is added to the conditions."""
    spans = ranges(actor.scope, filters.area)
    conditions.texts.append("m.active")
    if spans != [("", ":")]:
        conditions.lies_in("m.village_code", spans)
    of_person(conditions, filters, today)
    before = len(conditions.texts)
    of_household(conditions, filters)
    source = _SEARCHED if is_search(filters) else table
    return source if len(conditions.texts) == before else f"{source} {_JOINED}"


async def count(session: AsyncSession, actor: Actor, filters: Filters, today: date, at_most: int | None = None) -> int:
    """How many people of the actor's scope the filters leave; no further than `at_most`."""
    conditions = Conditions(0, ":p")
    source = _source(conditions, actor, filters, today)
    limited = "" if at_most is None else f"limit {at_most:d}"
    some = f"select 1 from {source} where {conditions.text()} {limited}"  # noqa: S608
    query = text(f"select count(*) from ({some}) as one")  # noqa: S608
    return await session.scalar(query, conditions.named()) or 0


async def estimate(session: AsyncSession, actor: Actor, filters: Filters, today: date) -> int:
    """As count up to ten thousand; beyond, from a sample of the table's pages."""
    if is_search(filters):
        return await count(session, actor, filters, today)
    exact = await count(session, actor, filters, today, EXACT_UP_TO)
    if exact < EXACT_UP_TO:
        return exact
    conditions = Conditions(0, ":p")
    source = _source(conditions, actor, filters, today, f"{_TABLE} tablesample system ({100 / SAMPLED})")
    query = text(f"select count(*) from {source} where {conditions.text()}")  # noqa: S608
    found = await session.scalar(query, conditions.named()) or 0
    return max(exact, SAMPLED * found)
