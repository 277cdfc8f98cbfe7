"""What departments are given of household files: nothing skipped, nothing twice, masked unless granted clear, noted."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from services.registry.storage.tables import Household
from shared.chassis import changes
from shared.chassis.identity import Actor
from tests.services.registry.people import COUNTY, OTHER_VILLAGE, VILLAGE, county_officer, open_household, person
from tests.services.registry.registering import registered, settled
from tests.support import server
from tests.support.harness import Harness, actor

RECORDS = "/internal/exchange/households/records"
FIELDS = "household_no,status,head_name,members.name,members.identity_number"


def department(*scope: str) -> Actor:
    return actor(scope=scope or (COUNTY,), office="341622-civil", sector="civil", purpose="eligibility")


async def page(registry: Harness, who: Actor, cursor: str | None = None, **params: Any) -> dict[str, Any]:
    query: dict[str, Any] = {"fields": FIELDS, "limit": 2} | params | ({} if cursor is None else {"cursor": cursor})
    async with registry.as_(who) as client:
        answer = await client.get(RECORDS, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def everything(registry: Harness, who: Actor, cursor: str | None = None) -> tuple[list[dict[str, Any]], str]:
    records: list[dict[str, Any]] = []
    while True:
        found = await page(registry, who, cursor)
        records += found["records"]
        cursor = found["next_cursor"]
        assert cursor is not None
        if not found["more"]:
            return records, cursor


async def test_files_are_read_once_each_and_then_only_what_changed(county: Harness, owner: Any) -> None:
    ids = [(await open_household(county, members=[person()]))["id"] for _ in range(5)]
    for one in ids[:4]:
        await registered(owner, one)
    await settled(owner)
    first = await page(county, department())
    await registered(owner, ids[3])  # changed while the first part is read: left to the second
    await settled(owner)
    rest, cursor = await everything(county, department(), first["next_cursor"])
    told = [*first["records"], *rest]
    assert sorted(record["id"] for record in told) == sorted(ids[:4])
    assert (await everything(county, department(), cursor))[0] == []
    await registered(owner, ids[4])
    await settled(owner)
    late, cursor = await everything(county, department(), cursor)
    assert [record["id"] for record in late] == [ids[4]]
    await registered(owner, ids[0], "removed")
    await settled(owner)
    gone, cursor = await everything(county, department(), cursor)
    assert [(record["id"], record["deleted"], record["fields"]) for record in gone] == [(ids[0], True, {})]
    assert (await everything(county, department(OTHER_VILLAGE)))[0] == []


async def test_what_commits_late_is_neither_skipped_nor_told_twice(county: Harness, owner: Any) -> None:
    late, early = [(await open_household(county, members=[person()]))["id"] for _ in range(2)]
    _, cursor = await everything(county, department())
    async with county.app.state.database.session(areas=("00",)) as session:
        row = await session.get_one(Household, late)
        row.group_name = "二组"
        await session.flush()  # this transaction has its number now, and commits after the other
        await registered(owner, early)
        found, cursor = await everything(county, department(), cursor)
        assert found == []
    await registered(owner, late)
    await settled(owner)
    found, cursor = await everything(county, department(), cursor)
    assert sorted(record["id"] for record in found) == sorted([late, early])
    assert (await everything(county, department(), cursor))[0] == []


async def test_a_transaction_of_another_database_holds_nothing_up(county: Harness, owner: Any) -> None:
    """However it goes on there: with a number, with locks of its own, beside one that does hold this feed up."""
    connect: Any = asyncpg.connect
    other = await connect(os.environ[server.ADMIN_DSN])
    first, second = [(await open_household(county, members=[person()]))["id"] for _ in range(2)]
    async with other.transaction():
        assert await other.fetchval("select pg_current_xact_id()") is not None
        await registered(owner, first)
        await settled(owner)
        found, cursor = await everything(county, department())
        assert [record["id"] for record in found] == [first]
        ours = await connect(server.dsn("registry", "owner", county.database))
        async with ours.transaction():
            assert await ours.fetchval("select pg_current_xact_id()") is not None
            await registered(owner, second)
            found, cursor = await everything(county, department(), cursor)
            assert found == []
        await ours.close()
        await settled(owner)
        found, _ = await everything(county, department(), cursor)
        assert [record["id"] for record in found] == [second]
    await other.close()


@pytest.mark.parametrize("begun", [False, True], ids=["what stands", "what changed"])
async def test_a_reading_keeps_to_what_it_asked_first(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    """What is known of other databases may be less at a second look: rows and cursor come of one."""
    cursor = (await everything(county, department()))[1] if begun else None
    ours = (await open_household(county, members=[person()]))["id"]
    await registered(owner, ours)
    await settled(owner)
    written = await owner.fetchval("select max(written_in) from household_versions")
    look = changes.ground

    async def less(session: Any, table: str) -> changes.Ground:
        return replace(await look(session, table), first_open=written)

    with monkeypatch.context() as patched:
        patched.setattr(changes, "ground", less)
        found, cursor = await everything(county, department(), cursor)
        assert found == []
    found, _ = await everything(county, department(), cursor)
    assert [record["id"] for record in found] == [ours]


async def test_values_are_masked_unless_granted_clear_and_every_reading_is_noted(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await registered(owner, opened["id"])
    await settled(owner)
    masked = (await page(county, department()))["records"][0]["fields"]
    assert masked["head_name"] == "张*"
    assert all("*" in member["identity_number"] for member in masked["members"])
    clear = (await page(county, department(), clear=True))["records"][0]["fields"]
    assert all("*" not in member["identity_number"] + member["name"] for member in clear["members"])
    assert set(clear) == {"household_no", "status", "head_name", "members"}
    assert set(clear["members"][0]) == {"id", "name", "identity_number"}
    trail = await owner.fetch(
        "select fields, purpose, subjects from read_trail where action = 'exchange.read' order by id"
    )
    assert [row["fields"].split(",")[0] for row in trail] == ["masked", "clear"]
    assert {row["purpose"] for row in trail} == {"eligibility"}
    assert all(opened["id"] in row["subjects"] for row in trail)


async def test_a_cursor_of_another_life_of_the_database_is_refused(county: Harness, owner: Any) -> None:
    from shared.chassis import paging

    _, cursor = await everything(county, department())
    decoded = paging.decode_lasting(cursor, int, str, int, str)
    assert decoded is not None
    async with county.as_(department()) as client:
        other = paging.encode_lasting(int(decoded[0]) + 1, *decoded[1:])
        answer = await client.get(RECORDS, params={"fields": FIELDS, "cursor": other})
        assert (answer.status_code, answer.json()["code"]) == (409, "cursor_outlived")
        for junk in ("WyJhIl0", "x", paging.encode_lasting(1, "s", 2)):
            assert (await client.get(RECORDS, params={"fields": FIELDS, "cursor": junk})).status_code == 400


async def test_thin_changes_and_places_tell_ids_and_areas_only(county: Harness, owner: Any) -> None:
    async with county.as_(actor(scope=("00",))) as client:
        await settled(owner)
        start = (await client.get("/internal/exchange/households/changes")).json()
        opened = await open_household(county)
        await registered(owner, opened["id"])
        await settled(owner)
        answer = await client.get("/internal/exchange/households/changes", params={"cursor": start["next_cursor"]})
        assert [set(one) for one in answer.json()["changes"]] == [
            {"id", "version", "division_code", "former_division_code"}
        ]
        assert answer.json()["changes"][0]["division_code"] == VILLAGE
        place = f"/internal/exchange/households/places/{opened['id']}"
        assert (await client.get(place)).json() == {"division_code": VILLAGE}
    async with county.as_(department("410102")) as client:
        assert (await client.get(place)).status_code == 404
    async with county.as_(county_officer()) as client:
        divisions = await client.get("/internal/exchange/divisions/records", params={"fields": "name", "limit": 200})
        assert {record["id"] for record in divisions.json()["records"]} >= {COUNTY, VILLAGE}
        assert "410102" not in {record["id"] for record in divisions.json()["records"]}
