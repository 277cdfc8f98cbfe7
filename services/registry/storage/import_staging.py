"""SQL of a portion of an import: its rows are copied into tables of this connection alone, held against the register
and moved into it, set by set.

The staged tables are temporary: not logged, empty again when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import divisions
from services.registry.storage.import_records import TABLES
from services.registry.storage.tables import Base
from shared.chassis import row_security

VERSION_BYTES = 8160
"""A version shorter than this stays uncompressed in its row, as in `household_versions` (migration 0011)."""
LONG_MS = 120_000
"""How long a transaction that holds a whole sheet may wait for its next portion."""


_MADE = "; ".join(
    [
        *(
            f"create temp table staged_{table} on commit delete rows as select * from {table} with no data"  # noqa: S608
            for table in TABLES
        ),
        "alter table staged_household_members add column sheet_row int",
        f"alter table staged_household_versions set (toast_tuple_target = {VERSION_BYTES})",
    ]
)
_EMPTIED = "; ".join(f"delete from staged_{table}" for table in TABLES)  # noqa: S608 - names of our tables
# Without these the planner thinks of a temporary table as of one it knows nothing about, and reads the register.
_ANALYZED = (
    "analyze staged_households (id, import_serial, national_household_no);"
    " analyze staged_household_members (household_id, identity_index)"
)
# Each by its own key, however large the register: joined, it was read as a whole for every portion as soon as the
# planner thought of the rows that an index gives as of few.
_TAKEN_PEOPLE = text("""
select s.household_id, s.sheet_row from staged_household_members s
 cross join lateral (
    select from household_members m where m.identity_index = s.identity_index and m.active offset 0) active
 union all
select s.household_id, s.sheet_row from staged_household_members s
 cross join lateral (
    select from household_members m
     where m.identity_index = s.identity_index and not m.active and m.departure = 'death' offset 0) dead
 order by sheet_row""")
_TAKEN_NUMBERS = text("""
select s.id from staged_households s
 cross join lateral (
    select from households h
     where h.national_household_no = s.national_household_no
       and h.status <> 'removed' and h.closing is distinct from 'merged' offset 0) borne
 union
select s.id from staged_households s
  join (select national_household_no from staged_households group by 1 having count(*) > 1) doubled
    using (national_household_no)""")


class Raced(Exception):
    """Somebody registered one of these people, or one of these files, since they were looked up."""


async def stage(session: AsyncSession, columns: Mapping[str, Sequence[str]], copies: Mapping[str, bytes]) -> None:
    """Copy a portion's rows into the staged tables."""
    made = await session.scalar(text("select to_regclass('pg_temp.staged_household_events') is not null"))
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.execute(_EMPTIED if made else _MADE)
    for table, rows in copies.items():
        if rows:
            names = list(columns[table])
            # As memory, not as a file: for a file the driver makes a class, and a portion lay in a circle with it.
            await driver.copy_to_table(f"staged_{table}", source=memoryview(rows), columns=names, format="text")
    await driver.execute(_ANALYZED)


async def drop_done(session: AsyncSession, import_id: UUID) -> None:
    """Forget staged households that an earlier run of the same import has brought in."""
    await _forget(session, (
        "select s.id from staged_households s"
        " join households h on h.import_id = :import_id and h.import_serial = s.import_serial"
    ), import_id=import_id)  # fmt: skip


async def taken_people(session: AsyncSession) -> dict[UUID, list[int]]:
    """Staged households with people on an active file or recorded dead, anywhere: their ids and those people's rows."""
    async with row_security.widened(session):
        rows = await session.execute(_TAKEN_PEOPLE)
    return _by_household(rows.all())


async def taken_numbers(session: AsyncSession) -> set[UUID]:
    """Staged households whose national number a file bears already, or several of this portion."""
    async with row_security.widened(session):
        rows = await session.execute(_TAKEN_NUMBERS)
    return {row[0] for row in rows}


async def national_numbers(session: AsyncSession) -> dict[UUID, str]:
    """Staged households that state a national number, with it."""
    rows = await session.execute(
        text("select id, national_household_no from staged_households where national_household_no is not null")
    )
    return {row[0]: row[1] for row in rows}


async def unknown_natural_villages(session: AsyncSession) -> set[UUID]:
    """Staged households of a natural village nobody opened, one that is closed, or one of a day to come."""
    named = await session.execute(
        text(
            "select natural_village, array_agg(id), min(opened_on) from staged_households"
            " where natural_village is not null group by 1"
        )
    )
    rows = named.all()
    if not rows:
        return set()
    known = await divisions.natural_villages_open(session, {row[0] for row in rows}, rows[0][2])
    return {household for code, households, _ in rows if code not in known for household in households}


async def opened(session: AsyncSession) -> list[tuple[UUID, str, date]]:
    """Staged households with their village and the day they are opened on."""
    rows = await session.execute(text("select id, village_code, opened_on from staged_households"))
    return [(row[0], row[1], row[2]) for row in rows]


async def rows_of(session: AsyncSession, households: Sequence[UUID]) -> dict[UUID, list[int]]:
    """The rows of the sheet of staged households, the head's first."""
    rows = await session.execute(
        text(
            "select household_id, sheet_row from staged_household_members"
            " where household_id = any(:households) order by household_id, position"
        ),
        {"households": list(households)},
    )
    return _by_household(rows.all())


def _by_household(rows: Sequence[Any]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for household, row in rows:
        found.setdefault(household, []).append(row)
    return found


async def forget(session: AsyncSession, households: Sequence[UUID]) -> None:
    """Take households out of what is staged."""
    if households:
        await _forget(session, "select unnest(cast(:households as uuid[]))", households=list(households))


async def _forget(session: AsyncSession, those: str, **values: Any) -> None:
    query = f"delete from staged_households where id in ({those}) returning id"  # noqa: S608 - texts of this file
    found = await session.execute(text(query), values)
    gone = [row[0] for row in found]
    if gone:
        for table in TABLES[1:]:
            query = f"delete from staged_{table} where household_id = any(:gone)"  # noqa: S608 - names of our tables
            await session.execute(text(query), {"gone": gone})


async def move_in(session: AsyncSession, columns: Mapping[str, Sequence[str]]) -> None:
    """Move what is staged into the register. Raced if a person or a file has got there first."""
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    try:
        for table in TABLES:
            own = Base.metadata.tables[table].columns
            names = ", ".join(f'"{name}"' for name in columns.get(table, ()) if name in own)
            if names:
                move = f"insert into {table} ({names}) select {names} from staged_{table}"  # noqa: S608 - our columns
                await driver.execute(move)
    except asyncpg.UniqueViolationError as error:
        raise Raced() from error


async def allow_long(session: AsyncSession) -> None:
    """Let this transaction wait for its next portion."""
    await session.execute(text(f"set local idle_in_transaction_session_timeout = {LONG_MS}"))
    await session.execute(text(f"set local statement_timeout = {LONG_MS}"))
