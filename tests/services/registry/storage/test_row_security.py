"""The second wall: what the database itself keeps from the app role, whatever the query says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from services.registry.storage.tables import Household, HouseholdEvent, HouseholdMember, HouseholdVersion
from shared.chassis import row_security
from tests.services.registry.api.test_household_changes import kept
from tests.services.registry.changes import done, event, on_register
from tests.services.registry.lists import proposed
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    open_household,
    recorder,
)
from tests.services.registry.years import ask, closed
from tests.support import server
from tests.support.harness import Harness

VIEWS = ("people_searched", "household_files_now")
GUARDED = ("households", "household_members", "household_versions", "household_events", *VIEWS)


@pytest_asyncio.fixture
async def app_role(county: Harness) -> AsyncIterator[Any]:
    """A connection of the app role, on a register with a file here and one in another province."""
    await open_household(county)
    await open_household(county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE)
    connect: Any = asyncpg.connect
    connection = await connect(server.dsn("registry", "app", county.database))
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", GUARDED)
async def test_without_a_range_the_app_role_sees_no_row(app_role: Any, owner: Any, table: str) -> None:
    assert await app_role.fetchval(f"select count(*) from {table}") == 0
    if table not in VIEWS:
        assert await owner.fetchval(f"select count(*) from {table}") > 0


@pytest.mark.parametrize("table", GUARDED)
async def test_a_range_lasts_one_transaction_and_admits_what_lies_in_it(app_role: Any, table: str) -> None:
    column = "village_code" if table != "household_events" else "household_id::text"
    async with app_role.transaction():
        await app_role.fetch(
            "select set_config('lika.scope_from', $1, true), set_config('lika.scope_to', $2, true)",
            VILLAGE,
            VILLAGE + ":",
        )
        seen = await app_role.fetch(f"select distinct {column} as place from {table}")
    assert len(seen) == 1
    if table != "household_events":
        assert seen[0]["place"] == VILLAGE
    assert await app_role.fetchval(f"select count(*) from {table}") == 0


@pytest.mark.parametrize("table", ["households", "household_members", "natural_changes", "identifications"])
async def test_the_range_is_never_taken_for_the_way_in(app_role: Any, table: str) -> None:
    """Rows asked by a key are not looked for in the range, whose width nobody can tell the planner."""
    async with app_role.transaction():
        await app_role.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await app_role.fetch(f"explain select from {table}")]
    assert any("Filter:" in line and "village_code" in line for line in plan)
    assert not any("Cond:" in line for line in plan)


async def test_a_query_that_forgets_the_scope_still_yields_only_what_lies_in_it(county: Harness, app_role: Any) -> None:
    database = county.fastapi.state.database
    async with database.session(areas=(VILLAGE,)) as session:
        for table in (Household, HouseholdMember, HouseholdVersion):
            assert set(await session.scalars(select(table.village_code))) == {VILLAGE}
        assert len(set(await session.scalars(select(HouseholdEvent.household_id)))) == 1
    async with database.session() as session:
        assert (await session.scalars(select(Household))).all() == []
    async with database.session(areas=("00",)) as session:
        assert set(await session.scalars(select(Household.village_code))) == {VILLAGE, FOREIGN_VILLAGE}


async def test_a_lookup_in_the_whole_country_is_widened_in_words_and_narrow_again_after(
    county: Harness, app_role: Any
) -> None:
    async with county.fastapi.state.database.session(areas=(VILLAGE,)) as session:
        async with row_security.widened(session):
            assert len((await session.scalars(select(Household.id))).all()) == 2
        assert len((await session.scalars(select(Household.id))).all()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "alter table households disable row level security",
        "drop policy in_range on households",
        "set role lika_registry_owner",
        "update people_searched set name = 'x'",
        "drop view household_files_now",
    ],
)
async def test_the_app_role_cannot_take_the_wall_down(app_role: Any, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app_role.execute(statement)


async def test_the_app_role_cannot_look_round_the_wall(app_role: Any) -> None:
    await app_role.execute("set row_security = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app_role.fetch("select * from households")
    rights = await app_role.fetchrow("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    assert tuple(rights) == (False, False)


async def test_nothing_is_written_outside_the_range(county: Harness, app_role: Any, owner: Any) -> None:
    moved = text("update households set village_code = :to").bindparams(to=FOREIGN_VILLAGE)
    with pytest.raises(Exception, match="row-level security"):
        async with county.fastapi.state.database.session(areas=(VILLAGE,)) as session:
            await session.execute(moved)
    before = await owner.fetch("select village_code from households order by village_code")
    assert [row[0] for row in before] == [VILLAGE, FOREIGN_VILLAGE]


async def test_what_was_frozen_and_asked_to_be_corrected_is_seen_with_its_household(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    asked = await ask(county, opened, kept(opened, housing_level="C"))
    assert asked.status_code == 201, asked.text
    for table in ("household_slices", "corrections"):
        seen = {}
        for area in (None, VILLAGE, FOREIGN_VILLAGE):
            async with county.fastapi.state.database.session(areas=() if area is None else (area,)) as session:
                seen[area] = await session.scalar(text(f"select count(*) from {table}"))
        assert (seen[None], seen[FOREIGN_VILLAGE]) == (0, 0)
        assert seen[VILLAGE] == await owner.fetchval(f"select count(*) from {table}") > 0


async def test_a_natural_change_is_seen_from_both_of_its_sides_and_a_list_from_its_own(
    county: Harness, owner: Any
) -> None:
    file = await on_register(county)
    await done(county, "village-moves", event(file, to_village=OTHER_VILLAGE), file["version"])
    await proposed(county)
    seen_from = {
        "natural_changes": {VILLAGE, OTHER_VILLAGE, COUNTY},
        "identifications": {VILLAGE, COUNTY},
        "identification_households": {VILLAGE, COUNTY},
    }
    for table, areas in seen_from.items():
        whole = await owner.fetchval(f"select count(*) from {table}")
        assert whole > 0
        for area in (None, VILLAGE, OTHER_VILLAGE, COUNTY, FOREIGN_VILLAGE):
            async with county.fastapi.state.database.session(areas=() if area is None else (area,)) as session:
                seen = await session.scalar(text(f"select count(*) from {table}"))
            assert seen == (whole if area in areas else 0), (table, area)
