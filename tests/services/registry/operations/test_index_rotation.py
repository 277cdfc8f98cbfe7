"""A change of the index key: done at once with the service stopped, and a person stays on one file throughout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.registry.operations import index_rotation
from services.registry.operations.key_checks import KeysDoNotFit
from services.registry.storage.key_rotation import owner_engine
from services.registry.storage.sealing import Seals, identity_of
from tests.services.registry.operations.keys import index_key, new_key, present_keys, quiet, write_keys
from tests.services.registry.people import household, load_divisions, open_household, person, recorder
from tests.support import server
from tests.support.harness import Harness, build

HOUSEHOLDS = "/api/v1/registry/households"


@pytest_asyncio.fixture
async def database() -> AsyncIterator[str]:
    """A migrated database no service is connected to."""
    name = await server.create_copy("registry", await asyncio.to_thread(server.template, "registry"))
    yield name
    await server.drop(name)


@asynccontextmanager
async def serving(database: str, **settings: Any) -> AsyncIterator[Harness]:
    """The service at work on this database until the block ends."""
    harness = build("registry", database, settings)
    try:
        async with harness.fastapi.router.lifespan_context(harness.fastapi):
            yield harness
    finally:
        await harness.fastapi.state.database.close()


async def reindex(database: str, seals: Seals) -> int:
    engine = owner_engine(server.dsn("registry", "owner", database))
    try:
        return await index_rotation.reindex(engine, seals, quiet)
    finally:
        await engine.dispose()


async def ask(database: str, query: str) -> Any:
    connection = await asyncpg.connect(server.dsn("registry", "owner", database))
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def opened_for(database: str, *members: dict[str, Any]) -> None:
    async with serving(database) as registry:
        await load_divisions(registry)
        for member in members:
            await open_household(registry, members=[member])


async def test_after_a_change_of_the_index_key_a_person_is_found_and_still_on_one_file(
    database: str, tmp_path: Path
) -> None:
    head, new = person(), new_key()
    await opened_for(database, head, person())
    index_file = write_keys(tmp_path / "index", new, index_key())
    assert await reindex(database, Seals(present_keys(), new)) == 2
    async with serving(database, index_key_file=index_file) as registry, registry.as_(recorder()) as client:
        found = await client.post(f"{HOUSEHOLDS}/search", json={"identity_number": head["identity_number"]})
        twice = await client.post(HOUSEHOLDS, json=household(head))
    assert len(found.json()["items"]) == 1
    assert (twice.status_code, twice.json()["code"]) == (409, "registry.person_on_another_file")
    assert await reindex(database, Seals(present_keys(), new)) == 0


async def test_the_service_does_not_start_with_another_index_key_than_the_registers(
    database: str, tmp_path: Path
) -> None:
    await opened_for(database, person())
    index_file = write_keys(tmp_path / "index", new_key(), index_key())
    with pytest.raises(KeysDoNotFit, match="rotate_keys --index"):
        async with serving(database, index_key_file=index_file):
            pass
    async with serving(database):
        pass


async def test_the_service_does_not_start_without_the_key_the_register_was_sealed_with(
    database: str, tmp_path: Path
) -> None:
    await opened_for(database, person())
    with pytest.raises(KeysDoNotFit, match="lacks the key"):
        async with serving(database, seal_key_file=write_keys(tmp_path / "seal", new_key())):
            pass


async def test_an_empty_register_takes_any_keys(database: str, tmp_path: Path) -> None:
    async with serving(database, seal_key_file=write_keys(tmp_path / "seal", new_key())):
        pass


async def test_the_index_key_is_not_changed_while_the_service_is_connected(database: str) -> None:
    await opened_for(database, person())
    before = await ask(database, "select id, identity_index from household_members")
    async with serving(database) as registry:
        async with registry.as_(recorder()) as client:
            await client.get(HOUSEHOLDS)
        with pytest.raises(index_rotation.ServiceRunning):
            await reindex(database, Seals(present_keys(), new_key()))
    assert await ask(database, "select id, identity_index from household_members") == before


async def test_broken_off_it_leaves_everybody_under_the_old_key(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await opened_for(database, *(person() for _ in range(3)))
    before = await ask(database, "select id, identity_index from household_members order by 1")
    monkeypatch.setattr("services.registry.storage.reindexing.ROWS_AT_ONCE", 1)
    engine = owner_engine(server.dsn("registry", "owner", database))

    def killed(table: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await index_rotation.reindex(engine, Seals(present_keys(), new_key()), killed)
    await engine.dispose()
    assert await ask(database, "select id, identity_index from household_members order by 1") == before
    assert await ask(database, "select 1 from key_rotations") == []


async def test_two_people_who_turn_out_to_have_one_number_are_refused_and_nothing_changes(database: str) -> None:
    head = person()
    await opened_for(database, head, person())
    seals = Seals(present_keys(), index_key())
    rows = await ask(database, "select id, identity_index from household_members order by id")
    sealed = seals.seal(head["identity_number"], identity_of(rows[1]["id"]))
    await ask(database, f"update household_members set identity_sealed = '{sealed}' where id = '{rows[1]['id']}'")
    with pytest.raises(index_rotation.PersonTwice):
        await reindex(database, Seals(present_keys(), new_key()))
    assert await ask(database, "select id, identity_index from household_members order by id") == rows
