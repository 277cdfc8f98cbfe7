"""Undoing an import while nobody has built upon it, and following one as it goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from services.registry.domain import workbook_columns as columns
from services.registry.operations import import_undos
from shared.chassis import audit
from tests.services.registry.people import COUNTY, county_officer, township_officer
from tests.services.registry.sheets import IMPORTS, OFFICER, carried_out, family, head_row, report, xlsx
from tests.services.registry.years import LAST_YEAR, YEARS, closed, closed_through_today, closer, listed
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"


_carry_out = import_undos.run_one


async def carry_out(database: Any) -> bool:
    """One turn of a service that has just begun."""
    return await _carry_out(database, set())


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small, an import is undone in the background, and that begins when the test says so."""

    async def waits(*_: Any) -> bool:
        return False

    monkeypatch.setattr(import_undos, "AT_ONCE", 0)
    monkeypatch.setattr(import_undos, "run_one", waits)


async def undo(county: Harness, import_id: str, who: Any = OFFICER) -> Any:
    async with county.as_(who) as client:
        return await client.post(f"{IMPORTS}/{import_id}/undo")


async def test_an_undone_import_leaves_its_history_and_frees_its_people(county: Harness, owner: Any) -> None:
    content = xlsx([*family("1"), *family("2")])
    done = await carried_out(county, content)
    answer = await undo(county, done["id"])
    assert (answer.status_code, answer.json()["state"]) == (200, "undone")
    assert await owner.fetchval("select count(*) from household_members where active") == 0
    assert {row["status"] for row in await owner.fetch("select status from households")} == {"removed"}
    versions = await owner.fetch(
        "select version, status, content from household_versions order by household_id, version"
    )
    assert [(row["version"], row["status"]) for row in versions] == [(1, "draft"), (2, "removed")] * 2
    people = json.loads(versions[1]["content"])["members"]
    assert [(one["active"], one["departure"]) for one in people] == [(False, "error")] * 3
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        history = (await client.get(f"{HOUSEHOLDS}/{listed[0]['id']}/history")).json()["events"]
    assert [(event["kind"], event["office_name"]) for event in history] == [
        ("imported", OFFICER.office_name), ("import_undone", OFFICER.office_name),
    ]  # fmt: skip
    again = await carried_out(county, content)
    assert again["id"] != done["id"]
    assert again["people_ok"] == 6
    assert (await report(county, done["id"]))[1][-1] == "已撤销"


async def test_what_was_undone_is_neither_counted_nor_exported(county: Harness) -> None:
    await undo(county, (await carried_out(county, xlsx([*family("1"), *family("2")])))["id"])
    await carried_out(county, xlsx(family("3")))
    async with county.as_(county_officer("household.export")) as client:
        for group_by in ("division", "status", "main_cause"):
            asked = {"division_code": "341622", "group_by": group_by}
            counted = (await client.get("/api/v1/registry/statistics", params=asked)).json()
            assert (counted["households"], counted["people"]) == (1, 3), group_by
        everybody = (await client.get("/api/v1/registry/statistics/people")).json()
        assert (everybody["households"], everybody["people"]) == (1, 3)
        wanted = {"layout": "suite", "format": "csv", "purpose": "核对本县名单使用"}
        export = await client.post("/api/v1/registry/household-exports", json=wanted)
        assert (export.json()["households"], export.json()["people"]) == (1, 3), export.text
        of_none = await client.post("/api/v1/registry/household-exports", json=wanted | {"status": "removed"})
        assert of_none.json()["code"] == "registry.export_empty"


async def test_nothing_is_undone_twice_and_two_at_once_undo_once(county: Harness) -> None:
    done = await carried_out(county, xlsx(family("1")))
    answers = await asyncio.gather(*(undo(county, done["id"]) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    again = await undo(county, done["id"])
    assert (again.status_code, again.json()["code"]) == (409, "registry.import_not_undoable")


async def test_an_import_somebody_built_upon_is_not_undone(county: Harness, owner: Any) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        body = {"village_code": listed[0]["village_code"], "year": 2026, "household_ids": [listed[0]["id"]]}
        assert (await client.post("/api/v1/registry/identifications", json=body)).status_code == 201
    refused = await undo(county, done["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.import_built_upon")
    assert refused.json()["facts"] == {"files": 1}
    assert await owner.fetchval("select count(*) from household_members where active") == 6
    assert await owner.fetchval("select count(*) from household_versions where status = 'removed'") == 0


async def test_an_import_that_was_frozen_with_a_year_is_not_undone(county: Harness, owner: Any) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    await owner.execute("select pg_advisory_lock(7420, $1)", int(COUNTY))
    held = await undo(county, done["id"])
    await owner.execute("select pg_advisory_unlock(7420, $1)", int(COUNTY))
    assert (held.status_code, held.json()["code"]) == (409, "registry.year_being_closed"), held.text
    await closed(county, owner)
    refused = await undo(county, done["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.import_built_upon")
    assert refused.json()["facts"] == {"files": 2}
    assert await owner.fetchval("select count(*) from household_versions") == 2


async def test_what_was_undone_before_a_year_was_closed_is_not_counted_with_it(county: Harness, owner: Any) -> None:
    await undo(county, (await carried_out(county, xlsx([*family("1"), *family("2")])))["id"])
    await carried_out(county, xlsx(family("3")))
    await closed(county, owner)
    year = await listed(county)
    assert (year["households"], year["people"]) == (1, 3)
    async with county.as_(closer()) as client:
        for group_by in ("division", "status", "main_cause"):
            asked = {"division_code": COUNTY, "group_by": group_by}
            counted = (await client.get(f"{YEARS}/{LAST_YEAR}/statistics", params=asked)).json()
            assert (counted["households"], counted["people"]) == (1, 3), group_by


@pytest.mark.usefixtures("by_hand")
async def test_a_large_import_is_undone_in_the_background(county: Harness, owner: Any) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    answers = await asyncio.gather(*(undo(county, done["id"]) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert [answer.json()["state"] for answer in answers if answer.status_code == 200] == ["undoing"]
    assert await owner.fetchval("select count(*) from household_members where active") == 6
    again = await undo(county, done["id"])
    assert (again.status_code, again.json()["facts"]) == (409, {"state": "undoing"})
    database = county.app.state.database
    assert sorted(await asyncio.gather(*(carry_out(database) for _ in range(3))))[-1] is True
    assert await carry_out(database) is False
    async with county.as_(OFFICER) as client:
        assert (await client.get(f"{IMPORTS}/{done['id']}")).json()["state"] == "undone"
    assert await owner.fetchval("select count(*) from household_members where active") == 0
    assert await owner.fetchval("select count(*) from household_events where kind = 'import_undone'") == 2
    assert await owner.fetchval("select count(*) from audit_entries where action = 'household_import.undo'") == 1


@pytest.mark.usefixtures("by_hand")
async def test_an_undoing_that_is_killed_leaves_nothing_half_undone_and_is_begun_again(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    assert (await undo(county, done["id"])).json()["state"] == "undoing"

    def dies(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as dying:
        dying.setattr(audit, "record", dies)
        with pytest.raises(ConnectionResetError):
            await carry_out(county.app.state.database)
    assert await owner.fetchval("select count(*) from household_members where active") == 6
    assert await owner.fetchval("select state from household_imports") == "undoing"
    assert await carry_out(county.app.state.database) is True
    assert await owner.fetchval("select state from household_imports") == "undone"


@pytest.mark.usefixtures("by_hand")
async def test_an_undoing_that_fails_lets_the_later_ones_pass_and_has_its_turn_again(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails, later = [await carried_out(county, xlsx(family(name))) for name in ("1", "2")]
    for one in (fails, later):
        assert (await undo(county, one["id"])).json()["state"] == "undoing"
    record, database, tried = audit.record, county.app.state.database, set[Any]()

    def refuses(session: Any, actor: Any, action: str, subject: str, **facts: Any) -> None:
        if subject == fails["id"]:
            raise ConnectionResetError
        record(session, actor, action, subject, **facts)

    with monkeypatch.context() as failing:
        failing.setattr(audit, "record", refuses)
        with pytest.raises(ConnectionResetError):
            await _carry_out(database, tried)
        assert await _carry_out(database, tried) is True
        assert await _carry_out(database, tried) is False
    states = "select state from household_imports order by id"
    assert [row["state"] for row in await owner.fetch(states)] == ["undoing", "undone"]
    assert await _carry_out(database, tried) is True
    assert [row["state"] for row in await owner.fetch(states)] == ["undone", "undone"]


@pytest.mark.usefixtures("by_hand")
async def test_who_builds_upon_a_file_while_its_import_waits_to_be_undone_keeps_it(county: Harness, owner: Any) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    assert (await undo(county, done["id"])).json()["state"] == "undoing"
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        body = {"village_code": listed[0]["village_code"], "year": 2026, "household_ids": [listed[0]["id"]]}
        assert (await client.post("/api/v1/registry/identifications", json=body)).status_code == 201
        assert await carry_out(county.app.state.database) is True
        told = (await client.get(f"{IMPORTS}/{done['id']}")).json()
    assert (told["state"], told["failure"]) == ("done", "registry.import_built_upon")
    assert await owner.fetchval("select count(*) from household_members where active") == 6


async def test_an_import_of_a_closed_year_is_not_undone_and_nothing_is_written_into_the_year(
    county: Harness, owner: Any
) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2")]))
    await closed_through_today(owner)
    refused = await undo(county, done["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.import_in_closed_year"), refused.text
    assert "逐户通过更正申请" in refused.json()["titles"]["zh"]
    assert refused.json()["facts"].keys() == {"year", "closed_through"}
    assert await owner.fetchval("select count(*) from household_versions where version > 1") == 0
    await owner.execute("update register_years set closed_through = closed_through - 1")
    assert (await undo(county, done["id"])).json()["state"] == "undone"


@pytest.mark.usefixtures("by_hand")
async def test_a_year_closed_while_an_import_waits_to_be_undone_keeps_it(county: Harness, owner: Any) -> None:
    done, late = [await carried_out(county, xlsx(family(serial))) for serial in "12"]
    assert (await undo(county, done["id"])).json()["state"] == "undoing"
    await closed_through_today(owner)
    assert (await undo(county, late["id"])).json()["code"] == "registry.import_in_closed_year"
    assert await carry_out(county.app.state.database) is True
    async with county.as_(OFFICER) as client:
        told = (await client.get(f"{IMPORTS}/{done['id']}")).json()
    assert (told["state"], told["failure"]) == ("done", "registry.import_in_closed_year")
    assert "已封存的年度" in told["failure_text"]
    assert await owner.fetchval("select count(*) from household_members where active") == 6


async def test_the_service_undoes_by_itself_what_was_asked_for(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undos, "AT_ONCE", 0)
    done = await carried_out(county, xlsx(family("1")))
    assert (await undo(county, done["id"])).json()["state"] == "undoing"
    async with county.as_(OFFICER) as client, client.stream("GET", f"{IMPORTS}/{done['id']}/events") as answer:
        told = [line async for line in answer.aiter_lines() if line.startswith("event: ")]
    assert told[-1] == "event: undone"
    assert await owner.fetchval("select count(*) from household_members where active") == 0


async def test_a_dry_run_and_an_import_of_another_area_cannot_be_undone(county: Harness) -> None:
    dry = await carried_out(county, xlsx(family("1")), dry_run="true")
    assert (await undo(county, dry["id"])).status_code == 409
    stranger = township_officer(township="341622102")
    assert (await undo(county, dry["id"], stranger)).status_code == 404


async def test_progress_comes_as_events_that_end_with_the_import(county: Harness) -> None:
    done = await carried_out(county, xlsx([head_row("1"), head_row("2", **{columns.VILLAGE: "341622102200"})]))
    async with county.as_(OFFICER) as client, client.stream("GET", f"{IMPORTS}/{done['id']}/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join([piece async for piece in answer.aiter_text()])
    (event,) = [part for part in text.split("\n\n") if part]
    kind, data = event.split("\n")
    assert kind == "event: done"
    assert json.loads(data.removeprefix("data: "))["rows_refused"] == 1
    async with county.as_(township_officer(township="341622102")) as client:
        assert (await client.get(f"{IMPORTS}/{done['id']}/events")).status_code == 404
    async with county.as_(county_officer()) as client:
        assert (await client.get(f"{IMPORTS}/{done['id']}/events")).status_code == 200
