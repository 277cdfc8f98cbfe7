"""Closed years over HTTP: closing in order and once, what is frozen, and what a closed year holds off."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.registry.domain.workbooks import OTHER_ROW, YEAR_CLOSED
from shared.chassis.clock import office_today
from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.lists import proposed
from tests.services.registry.people import (
    COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    household,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.sheets import carried_out as carried_out_import
from tests.services.registry.sheets import family, report, xlsx
from tests.services.registry.years import (
    IN_LAST_YEAR,
    LAST_YEAR,
    YEARS,
    age,
    carried_out,
    city_officer,
    close,
    closed,
    closed_through_today,
    closer,
    listed,
)
from tests.support import server
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"


async def get(registry: Harness, path: str, who: Any = None, **params: Any) -> Any:
    async with registry.as_(who or closer()) as client:
        return await client.get(path, params=params)


async def test_a_county_closes_a_year_once_and_in_the_order_of_the_years(county: Harness, owner: Any) -> None:
    await open_household(county)
    await age(owner)
    early = await close(county, LAST_YEAR)
    assert (early.status_code, early.json()["code"]) == (409, "registry.year_before_open")
    assert early.json()["facts"]["year"] == LAST_YEAR - 1
    before_files = await close(county, LAST_YEAR - 2)
    assert (before_files.status_code, before_files.json()["code"]) == (409, "registry.year_without_files")
    assert await owner.fetchval("select count(*) from household_slices") == 0
    first = await close(county, LAST_YEAR - 1)
    assert (first.status_code, first.json()["state"]) == (202, "closing"), first.text
    done = await listed(county, LAST_YEAR - 1)
    assert (done["state"], done["households"], done["people"]) == ("closed", 1, 3)
    assert done["closed_through"] == f"{LAST_YEAR - 1}-12-31"
    again = await close(county, LAST_YEAR - 1)
    assert (again.status_code, again.json()["code"]) == (409, "registry.year_closed_already")
    assert (await close(county, LAST_YEAR)).status_code == 202
    assert await owner.fetchval("select count(*) from household_slices") == 2
    told = await owner.fetch("select action from audit_entries where action like 'register_year%' order by id")
    assert [row["action"] for row in told] == ["register_year.ask_closing", "register_year.close"] * 2


async def test_of_two_who_close_a_year_at_once_one_does(county: Harness, owner: Any) -> None:
    await open_household(county)
    await age(owner, date(LAST_YEAR, 3, 1))
    answers = await asyncio.gather(close(county), close(county))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] in ("registry.year_being_closed", "registry.year_closed_already")
    assert await owner.fetchval("select count(*) from household_slices") == 1


async def test_a_closing_left_by_a_dead_worker_is_taken_up_again_and_freezes_once(county: Harness, owner: Any) -> None:
    await open_household(county)
    await open_household(county, village=OTHER_VILLAGE, members=[person()])
    await age(owner, date(LAST_YEAR, 3, 1))
    await owner.execute(
        "insert into register_year_closings (id, county_code, year, state, parts_total, parts_done, actor, asked_on,"
        " asked_at, worker, leased_until, attempts) values (gen_random_uuid(), $1, $2, 'running', 9, 4, $3, $4, now(),"
        " 'dead', now() - interval '1 second', 1)",
        COUNTY, LAST_YEAR, json.dumps(closer().claims()), office_today(),
    )  # fmt: skip
    done = await carried_out(county)
    assert (done["state"], done["households"], done["people"]) == ("closed", 2, 4)
    left = await owner.fetchrow("select state, parts_done, parts_total, attempts, worker from register_year_closings")
    assert tuple(left) == ("done", 1, 1, 2, None)


async def test_a_closing_given_up_leaves_the_year_open_and_says_so(county: Harness, owner: Any) -> None:
    await open_household(county)
    await age(owner, date(LAST_YEAR, 3, 1))
    await owner.execute(
        "insert into register_year_closings (id, county_code, year, state, parts_total, parts_done, actor, asked_on,"
        " asked_at, leased_until, attempts) values ('00000000-0000-7000-8000-000000000000', $1, $2, 'running', 0, 0,"
        " $3, $4, now(), now() - interval '1 second', 5)",
        COUNTY, LAST_YEAR, json.dumps(closer().claims()), office_today(),
    )  # fmt: skip
    left = await carried_out(county)
    assert (left["state"], left["closing"]["state"], left["closing"]["failure"]) == ("open", "failed", "gave_up")
    assert await owner.fetchval("select count(*) from household_slices") == 0
    assert (await close(county)).status_code == 202
    assert (await listed(county))["state"] == "closed"


async def test_a_year_is_not_closed_before_the_day_in_the_parameters(county: Harness, owner: Any) -> None:
    await open_household(county)
    today = office_today()
    tomorrow = today + timedelta(days=1)
    if tomorrow.year == today.year:
        key = "register_year_close_from"
        await owner.execute("update parameters set value = $1 where key = $2", f"{tomorrow:%m-%d}", key)
        early = await close(county, today.year)
        assert (early.status_code, early.json()["code"]) == (409, "registry.year_too_early")
        assert early.json()["facts"]["close_from"] == f"{tomorrow:%m-%d}"
    future = await close(county, today.year + 1)
    assert (future.status_code, future.json()["code"]) == (409, "registry.year_too_early")
    await owner.execute("update parameters set value = '01-01' where key = 'register_year_close_from'")
    assert (await close(county, today.year)).status_code == 202
    assert (await listed(county, today.year))["closed_through"] == today.isoformat()


@pytest.mark.parametrize(
    ("who", "code", "status", "refusal"),
    [
        (actor("register_year.close", scope=(TOWNSHIP,), level="township"), COUNTY, 403, "registry.wrong_level"),
        (closer(), TOWNSHIP, 422, "registry.county_needed"),
        (closer(), "410102", 404, "not_found"),
        (actor("register_year.close", scope=("00",)), "999999", 422, "registry.division_unknown"),
        (county_officer(), COUNTY, 403, "forbidden"),
    ],
)
async def test_only_the_county_closes_its_own_years(
    county: Harness, owner: Any, who: Any, code: str, status: int, refusal: str
) -> None:
    await open_household(county)
    await age(owner, date(LAST_YEAR, 3, 1))
    answer = await close(county, LAST_YEAR, who, code)
    assert (answer.status_code, answer.json()["code"]) == (status, refusal)
    assert await owner.fetchval("select count(*) from register_years") == 0


async def test_what_a_year_froze_stays_whatever_happens_to_the_files_later(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    other = await open_household(county, village=OTHER_VILLAGE, members=[person()], attribute="dibao_poor")
    await proposed(county, other, village=OTHER_VILLAGE, who=recorder(village=OTHER_VILLAGE))
    await closed(county, owner)
    path = f"{YEARS}/{LAST_YEAR}/households"
    before = (await get(county, path)).json()
    changed = await put(county, opened, kept(opened, housing_level="C", attribute="dibao_poor"))
    assert changed.status_code == 200, changed.text
    after = (await get(county, path)).json()
    assert before == after
    lines = [(row["village_code"], row["version"], row["status"], row["attribute"]["code"]) for row in after["items"]]
    assert lines == [(VILLAGE, 1, "draft", "general_poor"), (OTHER_VILLAGE, 2, "proposed", "dibao_poor")]
    assert after["items"][0]["net_income_per_head"] == {
        "numerator_fen": 1_200_001, "people": 3, "floor_fen": 400_000,
    }  # fmt: skip
    one = (await get(county, f"{HOUSEHOLDS}/{opened['id']}", year=LAST_YEAR)).json()
    assert (one["version"], one["housing_level"]["code"], one["frozen_year"]) == (1, "B", LAST_YEAR)
    now = (await get(county, f"{HOUSEHOLDS}/{opened['id']}")).json()
    assert (now["version"], now["housing_level"]["code"], now["frozen_year"]) == (2, "C", None)
    under_decision = (await get(county, path, status="proposed")).json()
    assert [row["id"] for row in under_decision["items"]] == [other["id"]]


async def test_the_frozen_totals_add_up_and_are_narrowed_to_the_readers_scope(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await open_household(county, village=OTHER_VILLAGE, members=[person()], attribute="dibao_poor")
    await closed(county, owner)
    await put(county, opened, kept(opened, attribute="dibao_poor"))
    path = f"{YEARS}/{LAST_YEAR}/statistics"
    expected = {
        "division": [(TOWNSHIP, 2, 4)],
        "status": [("draft", 2, 4)],
        "attribute": [("dibao_poor", 1, 1), ("general_poor", 1, 3)],
        "main_cause": [("illness", 2, 4)],
    }
    for group_by, groups in expected.items():
        answer = (await get(county, path, division_code=COUNTY, group_by=group_by)).json()
        assert [(row["key"], row["households"], row["people"]) for row in answer["groups"]] == groups
        assert (answer["households"], answer["people"]) == (2, 4)
    village = recorder("register_year.read")
    own = (await get(county, path, village, division_code=VILLAGE)).json()
    assert (own["households"], own["people"]) == (1, 3)
    assert (await get(county, path, village, division_code=COUNTY)).status_code == 404
    never = await get(county, f"{YEARS}/{LAST_YEAR + 1}/statistics", division_code=COUNTY)
    assert never.status_code == 404
    lines = (await get(county, f"{YEARS}/{LAST_YEAR}/households", village)).json()["items"]
    assert [row["village_code"] for row in lines] == [VILLAGE]


async def test_the_years_of_a_county_are_listed_open_and_closed(county: Harness, owner: Any) -> None:
    await open_household(county)
    await age(owner)
    await close(county, LAST_YEAR - 1)
    for who in (closer(), city_officer(), township_officer("register_year.read")):
        answer = (await get(county, YEARS, who, within=COUNTY)).json()
        found = [(row["division_code"], row["year"], row["state"], row["households"]) for row in answer["items"]]
        assert found == [
            (COUNTY, LAST_YEAR - 1, "closed", 1),
            (COUNTY, LAST_YEAR, "open", None),
            (COUNTY, LAST_YEAR + 1, "open", None),
        ]
    first = (await get(county, YEARS, limit=1)).json()
    second = (await get(county, YEARS, limit=2, cursor=first["next_cursor"])).json()
    assert [row["year"] for row in first["items"] + second["items"]] == [LAST_YEAR - 1, LAST_YEAR, LAST_YEAR + 1]
    assert second["next_cursor"] is None


async def test_pages_of_frozen_households_follow_each_other(county: Harness, owner: Any) -> None:
    for _ in range(3):
        await open_household(county, members=[person()])
    await closed(county, owner)
    path, cursor, found = f"{YEARS}/{LAST_YEAR}/households", None, []
    while True:
        page = (await get(county, path, limit=2, **({} if cursor is None else {"cursor": cursor}))).json()
        found += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 3
    assert (await get(county, path, cursor="bm8")).status_code == 400


async def test_a_change_true_from_a_day_of_a_closed_year_is_refused_and_a_later_one_is_not(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    body = kept(opened, housing_level="C")
    for day in (IN_LAST_YEAR, f"{LAST_YEAR}-12-31", f"{LAST_YEAR - 1}-12-31"):
        refused = await put(county, opened, body | {"true_from": day})
        assert (refused.status_code, refused.json()["code"]) == (409, "registry.year_closed"), refused.text
        assert refused.json()["errors"][0]["pointer"] == "/true_from"
    assert await owner.fetchval("select count(*) from household_versions") == 1
    assert await owner.fetchval("select housing_level from households") == "B"
    first_day = date(LAST_YEAR + 1, 1, 1).isoformat()
    assert (await put(county, opened, body | {"true_from": first_day})).status_code == 200


async def test_a_year_closed_in_its_course_holds_off_only_what_is_true_by_then(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await age(owner, date(LAST_YEAR, 3, 1))
    await close(county)
    await owner.execute("update register_years set closed_through = $1", date(LAST_YEAR, 11, 20))
    body = kept(opened, housing_level="C")
    held = await put(county, opened, body | {"true_from": f"{LAST_YEAR}-11-20"})
    free = await put(county, opened, body | {"true_from": f"{LAST_YEAR}-11-21"})
    assert (held.status_code, free.status_code) == (409, 200)


async def test_no_file_is_opened_on_a_day_of_a_closed_year_neither_by_hand_nor_by_a_sheet(
    county: Harness, owner: Any
) -> None:
    await closed_through_today(owner)
    async with county.as_(recorder()) as client:
        held = await client.post(HOUSEHOLDS, json=household())
    assert (held.status_code, held.json()["code"]) == (409, "registry.today_in_closed_year"), held.text
    assert "封存日之后" in held.json()["titles"]["zh"]  # no correction opens a file
    sheet = xlsx(family("1"))
    for mode, dry in (("good_rows", "false"), ("all_or_nothing", "false"), ("good_rows", "true")):
        done = await carried_out_import(county, sheet, mode=mode, dry_run=dry)
        assert (done["state"], done["households_ok"], done["rows_refused"]) == ("done", 0, 3), (mode, dry)
        told = [row[-1] for row in (await report(county, done["id"]))[1:]]
        assert told == [YEAR_CLOSED, OTHER_ROW, OTHER_ROW]
    assert await owner.fetchval("select count(*) from household_versions") == 0
    await owner.execute("update register_years set closed_through = closed_through - 1")
    assert (await carried_out_import(county, xlsx(family("1"))))["households_ok"] == 1
    await open_household(county)


async def test_a_year_closed_late_freezes_what_was_true_by_its_end(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await age(owner, date(LAST_YEAR, 3, 1))
    late = await open_household(county, members=[person()])
    assert (await put(county, opened, kept(opened, housing_level="C"))).status_code == 200
    assert (await close(county)).status_code == 202
    assert (await listed(county))["households"] == 1
    one = (await get(county, f"{HOUSEHOLDS}/{opened['id']}", year=LAST_YEAR)).json()
    assert (one["version"], one["housing_level"]["code"]) == (1, "B")
    assert (await get(county, f"{HOUSEHOLDS}/{late['id']}", year=LAST_YEAR)).status_code == 404


async def test_the_service_itself_cannot_change_what_was_frozen(county: Harness, owner: Any) -> None:
    await open_household(county)
    await closed(county, owner)
    connection = await asyncpg.connect(server.dsn("registry", "app", county.database))
    try:
        for table in ("household_slices", "register_year_totals", "register_years"):
            for statement in (f"update {table} set year = 1", f"delete from {table}", f"truncate {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
    finally:
        await connection.close()
