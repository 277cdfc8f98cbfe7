"""Household files follow their village: a version each, known why, nothing overwritten; none is left behind unseen."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.operations import division_carries
from shared.chassis.clock import office_today
from tests.services.registry.api.test_division_changes import CITY, NEW_VILLAGE, change, file, send
from tests.services.registry.api.test_quality import broken, run
from tests.services.registry.changes import event, on_register, post
from tests.services.registry.people import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    days_ago,
    household,
    open_household,
    open_natural_village,
    township_officer,
)
from tests.services.registry.quality_files import write
from tests.services.registry.sheets import carried_out, family, xlsx
from tests.services.registry.years import IN_LAST_YEAR, LAST_YEAR, closed, closed_through_today
from tests.support.harness import Harness, actor

HOUSEHOLDS, PEOPLE = "/api/v1/registry/households", "/api/v1/registry/people"
READER = actor("household.read", "statistics.read", "quality.read")
TODAY = office_today().isoformat()


async def get(harness: Harness, path: str, who: Any = READER, **asked: Any) -> Any:
    async with harness.as_(who) as client:
        answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_files_follow_a_village_that_is_merged_and_their_history_says_by_which_change(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    before = await get(county, f"{HOUSEHOLDS}/{opened['id']}")
    kept = await owner.fetchrow("select * from household_versions where household_id = $1", before["id"])
    recorded = await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))
    assert recorded.status_code == 201, recorded.text
    assert (recorded.json()["files"], recorded.json()["files_carried"]) == (1, 1)
    after = await get(county, f"{HOUSEHOLDS}/{opened['id']}")
    assert (after["village_code"], after["version"]) == (OTHER_VILLAGE, before["version"] + 1)
    assert after["household_no"] == before["household_no"]
    assert [row["id"] for row in (await get(county, HOUSEHOLDS, within=OTHER_VILLAGE))["items"]] == [before["id"]]
    assert (await get(county, HOUSEHOLDS, within=VILLAGE))["items"] == []
    assert len((await get(county, PEOPLE, within=OTHER_VILLAGE))["items"]) == len(before["members"])
    last = (await get(county, f"{HOUSEHOLDS}/{opened['id']}/history"))["events"][-1]
    assert (last["kind"], last["true_from"], last["reason"]) == ("division_change", TODAY, "撤并行政村")
    assert (last["division_change_id"], last["changed"]) == (recorded.json()["id"], ["/village_code"])
    still = await owner.fetchrow(
        "select * from household_versions where household_id = $1 and version = 1", before["id"]
    )
    assert still == kept
    whole = await owner.fetchval("select content from household_versions where version = 2")
    assert json.loads(whole) == json.loads(kept["content"]) | {"village_code": OTHER_VILLAGE}


async def test_what_a_file_is_since_the_change_is_true_since_its_day_and_known_since_it_was_recorded(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await owner.execute("update household_versions set true_from = $1, recorded_on = $1", date(2024, 5, 1))
    on = office_today() - timedelta(days=180)
    assert (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE))).status_code == 201
    path, day_before = f"{HOUSEHOLDS}/{opened['id']}", (on - timedelta(days=1)).isoformat()
    assert (await get(county, path, true_on=on.isoformat()))["village_code"] == OTHER_VILLAGE
    assert (await get(county, path, true_on=day_before))["village_code"] == VILLAGE
    assert (await get(county, path, as_of=days_ago(1)))["village_code"] == VILLAGE


async def test_a_file_that_came_to_the_village_after_the_day_of_the_change_follows_from_the_day_it_came(
    county: Harness,
) -> None:
    opened = await open_household(county)
    assert (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE))).status_code == 201
    last = (await get(county, f"{HOUSEHOLDS}/{opened['id']}/history"))["events"][-1]
    assert last["true_from"] == TODAY


async def test_the_successors_recorder_sees_the_file_and_the_old_ones_no_more(county: Harness) -> None:
    opened = await open_household(county)
    await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))
    for village, status in ((OTHER_VILLAGE, 200), (VILLAGE, 404)):
        async with county.as_(actor("household.read", scope=(village,))) as client:
            assert (await client.get(f"{HOUSEHOLDS}/{opened['id']}")).status_code == status


async def test_with_a_new_code_of_the_township_files_and_natural_villages_go_along(county: Harness) -> None:
    natural = await open_natural_village(county)
    first = await open_household(county, natural_village=natural)
    await open_household(county, township_officer(), village=OTHER_VILLAGE)
    moves = [
        {"code": VILLAGE, "new_code": "341622110200"},
        {"code": natural, "new_code": "341622110200001"},
        {"code": OTHER_VILLAGE, "new_code": "341622110201"},
    ]
    moved = await send(county, change("recode", [TOWNSHIP], ("341622110", "甲街道"), moves=moves, on=TODAY))
    assert (moved.status_code, moved.json()["files_carried"]) == (201, 2)
    shown = await get(county, f"{HOUSEHOLDS}/{first['id']}")
    assert (shown["village_code"], shown["natural_village"]) == ("341622110200", "341622110200001")
    assert len((await get(county, HOUSEHOLDS, within="341622110"))["items"]) == 2


async def test_natural_villages_that_become_one_take_their_files_along(county: Harness) -> None:
    east, west = await open_natural_village(county), await open_natural_village(county, name="西队")
    opened = await open_household(county, natural_village=east)
    merged = await send(county, change("merge", [east], west, on=TODAY))
    assert (merged.status_code, merged.json()["files"]) == (201, 1)
    shown = await get(county, f"{HOUSEHOLDS}/{opened['id']}")
    assert (shown["village_code"], shown["natural_village"]) == (VILLAGE, west)


async def test_a_village_with_files_is_not_abolished_without_a_successor(county: Harness) -> None:
    await open_household(county)
    refused = await send(county, change("abolish", [VILLAGE], on=TODAY))
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.division_files_stand")
    assert refused.json()["facts"] == {"files": 1}
    assert (await file(county, VILLAGE))["state"] == "in_force"
    assert (await send(county, change("abolish", [OTHER_VILLAGE], on=TODAY))).status_code == 201


async def test_a_village_that_splits_and_closes_leaves_no_file_unassigned(county: Harness) -> None:
    natural = await open_natural_village(county)
    inside = await open_household(county, natural_village=natural)
    await open_household(county)
    new = [(NEW_VILLAGE, "大王村"), ("341622101211", "小王村")]
    moves = [{"code": natural, "new_code": "341622101211001"}]
    refused = await send(county, change("split", [VILLAGE], *new, moves=moves, on=TODAY))
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.division_files_unassigned")
    assert refused.json()["facts"] == {"files": 1}
    stays = await send(county, change("split", [VILLAGE], VILLAGE, new[0], on=days_ago(1)))
    assert (stays.status_code, stays.json()["files"]) == (201, 0)
    assert (await get(county, f"{HOUSEHOLDS}/{inside['id']}"))["village_code"] == VILLAGE


async def test_files_of_a_split_go_with_their_natural_village(county: Harness) -> None:
    natural = await open_natural_village(county)
    opened = await open_household(county, natural_village=natural)
    new = [(NEW_VILLAGE, "大王村"), ("341622101211", "小王村")]
    moves = [{"code": natural, "new_code": "341622101211001"}]
    split = await send(county, change("split", [VILLAGE], *new, moves=moves, on=TODAY))
    assert (split.status_code, split.json()["files_carried"]) == (201, 1)
    shown = await get(county, f"{HOUSEHOLDS}/{opened['id']}")
    assert (shown["village_code"], shown["natural_village"]) == ("341622101211", "341622101211001")


async def test_what_is_under_way_in_the_village_is_ended_first(county: Harness) -> None:
    standing = await on_register(county)
    moving = await post(county, "village-moves", event(standing, to_village=OTHER_VILLAGE), standing["version"])
    assert moving.status_code == 201, moving.text
    for body in (change("merge", [VILLAGE], OTHER_VILLAGE), change("recode", [OTHER_VILLAGE], (NEW_VILLAGE, "王村"))):
        refused = await send(county, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "registry.division_work_open")
        assert refused.json()["facts"] == {"lists": 0, "requests": 1}


async def test_many_files_follow_in_the_background_and_the_division_says_how_far_they_are(
    county: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(division_carries, "AT_ONCE", 1)
    monkeypatch.setattr(division_carries, "PORTION", 1)
    monkeypatch.setattr(division_carries, "PAUSE_S", 3600.0)
    for _ in range(3):
        await open_household(county)
    recorded = (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))).json()
    assert (recorded["files"], recorded["files_carried"]) == (3, 1)
    again = await send(county, change("recode", [OTHER_VILLAGE], (NEW_VILLAGE, "王村"), on=TODAY))
    assert (again.status_code, again.json()["code"]) == (409, "registry.division_files_under_way")
    while await division_carries.run_one(county.fastapi.state.database):
        pass
    shown = (await file(county, VILLAGE))["changes"][0]
    assert (shown["files"], shown["files_carried"]) == (3, 3)
    assert len((await get(county, HOUSEHOLDS, within=OTHER_VILLAGE))["items"]) == 3
    tomorrow = await send(county, change("recode", [OTHER_VILLAGE], (NEW_VILLAGE, "王村"), on=TODAY), CITY)
    assert (tomorrow.status_code, tomorrow.json()["files"]) == (201, 3)


async def test_what_a_year_froze_stays_and_files_follow_from_the_day_after_it(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    merged = await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=IN_LAST_YEAR))
    assert merged.status_code == 201, merged.text
    last = (await get(county, f"{HOUSEHOLDS}/{opened['id']}/history"))["events"][-1]
    assert last["true_from"] == f"{LAST_YEAR + 1}-01-01"
    frozen = await get(county, f"{HOUSEHOLDS}/{opened['id']}", year=LAST_YEAR)
    assert frozen["village_code"] == VILLAGE
    await closed_through_today(owner)
    waits = await send(county, change("recode", [OTHER_VILLAGE], (NEW_VILLAGE, "王村"), on=TODAY))
    assert (waits.status_code, waits.json()["code"]) == (409, "registry.year_closed"), waits.text


async def test_no_file_is_opened_in_a_village_behind_those_that_were_carried_over(county: Harness, owner: Any) -> None:
    async def opening() -> int:
        async with county.as_(actor("household.write")) as client:
            return int((await client.post(HOUSEHOLDS, json=household())).status_code)

    opened = [asyncio.create_task(opening()) for _ in range(6)]
    await asyncio.sleep(0.05)
    merged = await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))
    answers = await asyncio.gather(*opened)
    assert merged.status_code == 201, merged.text
    assert set(answers) <= {201, 409}
    assert await owner.fetchval("select count(*) from households where village_code = $1", VILLAGE) == 0
    assert await owner.fetchval("select count(*) from households") == answers.count(201)


async def test_a_sheet_opens_no_files_in_a_village_that_is_closed(county: Harness, owner: Any) -> None:
    assert (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))).status_code == 201
    rows = [*family("1", village=VILLAGE), *family("2", village="前王村"), *family("3", village=OTHER_VILLAGE)]
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["rows_refused"]) == (1, 6)
    assert await owner.fetchval("select string_agg(village_code, ',') from households") == OTHER_VILLAGE


async def test_findings_go_along_and_no_file_counts_twice_on_the_scoreboard(county: Harness, owner: Any) -> None:
    await write(county, [broken(toilet=None), broken(toilet=None)])
    await owner.execute(
        "insert into household_versions (household_id, version, status, village_code, recorded_at, recorded_on,"
        " true_from, content) select id, version, status, village_code, now(), opened_on, opened_on,"
        " '{\"members\": []}' from households on conflict do nothing"
    )
    await run(county)
    assert (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=TODAY))).status_code == 201
    found = (await get(county, "/api/v1/registry/quality-findings"))["items"]
    assert {row["village_code"] for row in found} == {OTHER_VILLAGE}
    await run(county, OTHER_VILLAGE)
    board = await get(county, "/api/v1/registry/quality-scoreboard", division_code=TOWNSHIP)
    assert [(row["key"], row["households"]) for row in board["groups"]] == [(OTHER_VILLAGE, 2)]
    assert len((await get(county, "/api/v1/registry/quality-findings"))["items"]) == len(found)
