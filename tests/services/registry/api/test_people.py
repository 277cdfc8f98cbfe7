"""People over HTTP: found by every filter, alone and together, masked, paged, within the scope, on the trail."""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from services.registry.domain.filters import Filters
from services.registry.operations import people_counts as counting
from services.registry.storage import filter_clauses, people_counts
from services.registry.storage.filter_clauses import Conditions, of_person
from services.registry.storage.key_rotation import owner_engine
from shared.chassis.clock import office_today
from shared.schemas.registry_households import Household
from shared.schemas.registry_people import PersonLine
from shared.schemas.wire import Page
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.support import server
from tests.support.harness import Harness, actor

PEOPLE = "/api/v1/registry/people"
HOUSEHOLDS = "/api/v1/registry/households"
COUNTS = "/api/v1/registry/statistics/people"


async def names(county: Harness, who: Any = None, **asked: Any) -> list[str]:
    async with county.as_(who or county_officer()) as client:
        answer = await client.get(PEOPLE, params=asked)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["items"]]


async def two_files(county: Harness) -> tuple[dict[str, Any], dict[str, Any]]:
    """The Zhangs in one village, two Lis in the other."""
    first = [
        person(name="张小明", age=45, dibao=True),
        person("spouse", 43, "2", name="赵小梅", left_behind="woman", ethnicity="02"),
        person("son", 10, name="张晓"),
    ]
    second = [person(name="李晓明", age=70, labour="none", health=["chronic_illness"]), person("son", 30, name="李安")]
    one = await open_household(county, members=first, key_groups=["dibao"], other_causes=["no_skill"])
    two = await open_household(
        county, township_officer(), village=OTHER_VILLAGE, members=second, main_cause="no_land", other_causes=[],
        attribute="dibao_poor", national_household_no="N7",
    )  # fmt: skip
    return one, two


async def test_people_are_found_by_every_filter_alone(county: Harness) -> None:
    one, two = await two_files(county)
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["张小明", "赵小梅", "张晓", "李晓明", "李安"]),
        ({"name": "晓明"}, ["李晓明"]),
        ({"name": "小_"}, []),
        ({"name": "明小"}, []),
        ({"pinyin": "zhangxiao"}, ["张小明", "张晓"]),
        ({"pinyin": "Zhang Xiao m"}, ["张小明"]),
        ({"pinyin": "lian"}, ["李安"]),
        ({"initials": "ZX"}, ["张小明", "赵小梅", "张晓"]),
        ({"initials": "zxm"}, ["张小明", "赵小梅"]),
        ({"household_code": one["household_no"]}, ["张小明", "赵小梅", "张晓"]),
        ({"household_code": "N7"}, ["李晓明", "李安"]),
        ({"household_code": "9" * 30}, []),
        ({"attribute": "dibao_poor"}, ["李晓明", "李安"]),
        ({"main_cause": "no_land"}, ["李晓明", "李安"]),
        ({"cause": "no_skill"}, ["张小明", "赵小梅", "张晓"]),
        ({"status": "registered"}, []),
        ({"key_group": "dibao"}, ["张小明", "赵小梅", "张晓"]),
        ({"age_from": 43, "age_to": 45}, ["张小明", "赵小梅"]),
        ({"age_to": 10}, ["张晓"]),
        ({"age_from": 70}, ["李晓明"]),
        ({"sex": "2"}, ["赵小梅"]),
        ({"relation": "son"}, ["张晓", "李安"]),
        ({"ethnicity": "02"}, ["赵小梅"]),
        ({"left_behind": "woman"}, ["赵小梅"]),
        ({"labour": "none"}, ["张晓", "李晓明"]),
        ({"schooling": "primary"}, ["张晓"]),
        ({"dibao": "true"}, ["张小明"]),
        ({"housing_level": "A"}, []),
        ({"village": OTHER_VILLAGE}, ["李晓明", "李安"]),
        ({"within": TOWNSHIP, "village": VILLAGE}, ["张小明", "赵小梅", "张晓"]),
        ({"within": "41"}, []),
    ]  # fmt: skip
    for asked, found in expected:
        assert sorted(await names(county, **asked)) == sorted(found), asked
    assert two["village_code"] == OTHER_VILLAGE


async def test_filters_together_must_all_hold(county: Harness) -> None:
    await two_files(county)
    assert await names(county, pinyin="zhangxiao", age_to=20, village=VILLAGE) == ["张晓"]
    assert await names(county, name="小明", attribute="dibao_poor") == []
    assert await names(county, name="晓明", main_cause="no_land", age_from=60) == ["李晓明"]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("婷婷", ["张婷婷"]),
        ("张婷", ["张婷", "张婷婷"]),
        ("拉拉", ["巴拉拉·库库·娜娜"]),
        ("库库", ["巴拉拉·库库·娜娜"]),
        ("·娜娜", ["巴拉拉·库库·娜娜"]),
        ("婷张", []),
        ("张张", []),
    ],
)
async def test_a_doubled_character_is_found_where_it_stands_doubled(
    county: Harness, part: str, found: list[str]
) -> None:
    held = ["张婷", "张婷婷", "巴拉拉·库库·娜娜", "婷宝张"]
    await open_household(county, members=[person(name=held[0]), *(person("son", 10, name=name) for name in held[1:])])
    assert sorted(await names(county, name=part)) == found
    async with county.as_(county_officer()) as client:
        files = await client.get("/api/v1/registry/households", params={"name": part, "count": "exact"})
    assert (len(files.json()["items"]), files.json()["count"]) == (int(bool(found)), int(bool(found)))


async def test_names_with_a_doubled_character_have_an_index_of_their_own(county: Harness, owner: Any) -> None:
    await owner.execute("set enable_seqscan = off")
    asked = Conditions(1)
    of_person(asked, Filters(area=None, identity_index=None, name="婷婷"), office_today())
    plan = await owner.fetch(f"explain select from household_members where {asked.text()}", *asked.values)
    assert any("ix_household_members_name_doubled" in row[0] for row in plan)


async def test_a_name_is_shown_as_it_stands_whatever_signs_it_holds(county: Harness) -> None:
    held = ['阿依|古丽·"艾山"', "马\\n花 {a,b}", "马\\t军"]
    await open_household(county, members=[person(name=held[0]), *(person("son", 10, name=name) for name in held[1:])])
    for sort in ("village", "name"):
        shown: list[str] = []
        cursor = None
        while cursor or not shown:
            asked = {"within": COUNTY, "sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
            async with county.as_(county_officer()) as client:
                page = (await client.get(PEOPLE, params=asked)).json()
            shown += [row["name"] for row in page["items"]]
            cursor = page["next_cursor"]
        assert sorted(shown) == sorted(held)


async def test_a_page_is_what_its_model_says_and_gives_no_protected_value_away(county: Harness, owner: Any) -> None:
    head = person(name="张小明", health=["chronic_illness"])
    await open_household(county, members=[head])
    async with county.as_(county_officer()) as client:
        answer = await client.get(PEOPLE, params={"count": "exact"})
    page = Page[PersonLine].model_validate_json(answer.content)
    assert page.model_dump(mode="json") == answer.json()
    number = head["identity_number"]
    assert page.items[0].identity_number_masked == f"{number[:3]}***********{number[-4:]}"
    assert number not in answer.text
    assert "chronic" not in answer.text
    assert "birth" not in answer.text
    assert page.count == 1
    stored = json.loads(await owner.fetchval("select subjects from read_trail where action = 'person.list'"))
    assert stored == {
        "ids": [page.items[0].id],
        "operation": "person_list",
        "permission": "household.read",
        "shown": ["identity_number_masked", "name"],
    }


async def test_one_file_is_what_its_model_says(county: Harness) -> None:
    opened = await open_household(county)
    async with county.as_(county_officer()) as client:
        answer = await client.get(f"/api/v1/registry/households/{opened['id']}")
    assert Household.model_validate_json(answer.content, strict=False).model_dump(mode="json") == answer.json()


@pytest.mark.parametrize("sort", ["village", "name"])
async def test_pages_follow_each_other_without_gap_or_repeat(county: Harness, owner: Any, sort: str) -> None:
    await two_files(county)
    everybody = await names(county, sort=sort)
    assert len(everybody) == 5
    if sort == "name":
        assert everybody == ["李安", "李晓明", "张晓", "张小明", "赵小梅"]
    found: list[str] = []
    cursor: str | None = None
    async with county.as_(county_officer()) as client:
        for _ in range(3):
            asked: dict[str, str | int] = {"sort": sort, "limit": 2}
            if cursor:
                asked["cursor"] = cursor
            page = (await client.get(PEOPLE, params=asked)).json()
            found += [row["name"] for row in page["items"]]
            cursor = page["next_cursor"]
        broken = await client.get(PEOPLE, params={"cursor": "bm9uc2Vuc2U"})
    assert (found, cursor) == (everybody, None)
    assert broken.status_code == 400
    noted = await owner.fetchval("select sum(jsonb_array_length(subjects->'ids')) from read_trail")
    assert noted == 10  # the row that only tells that there are more is not shown and not noted


async def test_nobody_outside_the_scope_is_found_however_they_are_asked_for(county: Harness) -> None:
    head = person(name="张小明")
    opened = await open_household(county, members=[head])
    stranger = recorder(village=OTHER_VILLAGE)
    for asked in ({}, {"name": "小明"}, {"pinyin": "zhang"}, {"initials": "zxm"}, {"within": VILLAGE},
                  {"household_code": opened["household_no"]}, {"name": "小明", "within": COUNTY}):  # fmt: skip
        assert await names(county, stranger, **asked) == [], asked
    several = actor("household.read", scope=(FOREIGN_VILLAGE, VILLAGE))
    assert await names(county, several) == await names(county, several, name="小明") == ["张小明"]
    around = actor("household.read", scope=("341622101100", "341622101900"))
    assert await names(county, around) == []  # the range around both holds the village, the scope does not
    assert await names(county, actor("household.read", scope=())) == []


async def test_a_number_is_searched_in_the_body_and_exactly(county: Harness, owner: Any) -> None:
    head = person(name="张小明")
    await open_household(county, members=[head, person("son", 20)])
    asked = {"identity_number": head["identity_number"]}
    async with county.as_(recorder()) as client:
        found = await client.post(f"{PEOPLE}/search", json=asked)
        narrowed = await client.post(f"{PEOPLE}/search", json=asked | {"age_to": 5})
        broken = await client.post(f"{PEOPLE}/search", json={"identity_number": "12345"})
        loose = await client.post(f"{PEOPLE}/search", json={"age_to": "5"})
        in_address = await client.get(PEOPLE, params=asked)
    async with county.as_(recorder(village=OTHER_VILLAGE)) as client:
        foreign = await client.post(f"{PEOPLE}/search", json=asked)
    async with county.as_(actor("household.read")) as client:
        forbidden = await client.post(f"{PEOPLE}/search", json=asked)
    assert [row["name"] for row in found.json()["items"]] == ["张小明"]
    assert head["identity_number"] not in found.text
    assert narrowed.json()["items"] == foreign.json()["items"] == []
    assert (broken.status_code, broken.json()["code"]) == (422, "registry.identity_number_form")
    assert (loose.status_code, in_address.status_code, forbidden.status_code) == (422, 422, 403)
    assert await owner.fetchval("select count(*) from idempotency_keys") == 0


async def test_health_filters_need_the_right_and_a_reason_and_are_noted_as_shown(county: Harness, owner: Any) -> None:
    await two_files(county)
    asked = {"health": "chronic_illness"}
    async with county.as_(recorder()) as client:
        forbidden = await client.get(PEOPLE, params=asked)
        households = await client.get("/api/v1/registry/households", params=asked)
    async with county.as_(county_officer()) as client:
        unsaid = await client.get(PEOPLE, params=asked)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "registry.protected_filter")
    assert households.status_code == 403
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "registry.access_reason_needed")
    assert await owner.fetchval("select count(*) from read_trail") == 0
    reader = actor("household.read", "household.unmask", purpose="核对慢病签约服务")
    assert await names(county, reader, **asked) == ["李晓明"]
    row = await owner.fetchrow("select fields, purpose, subjects from read_trail")
    assert (row["fields"], row["purpose"]) == ("clear", "核对慢病签约服务")
    assert json.loads(row["subjects"])["shown"] == ["health"]


async def test_what_is_not_found_in_time_in_a_province_is_asked_for_by_county(
    county: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_files(county)
    monkeypatch.setitem(filter_clauses._OF_PERSON, "sex", "sex = {} and pg_sleep(60) is not null")
    monkeypatch.setattr(people_counts, "_ROOM", text("select set_config('statement_timeout', '100', true)"))
    wide = actor("household.read", "statistics.read", scope=("34",))
    asked = [(path, area) for path in (PEOPLE, HOUSEHOLDS, COUNTS) for area in ("34", COUNTY)]
    async with county.as_(wide) as client:
        answers = await asyncio.gather(*(client.get(path, params={"sex": "1", "within": area}) for path, area in asked))
    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told == [(422, "registry.list_too_wide"), (503, "unavailable")] * 3
    assert answers[0].json()["errors"][0]["pointer"] == "/within"


async def test_lists_by_name_are_of_one_county_at_most(county: Harness) -> None:
    wide = actor("household.read", scope=("34",))
    async with county.as_(wide) as client:
        refused = await client.get(PEOPLE, params={"sort": "name"})
        allowed = await client.get(PEOPLE, params={"sort": "name", "within": COUNTY})
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.sort_needs_county")
    assert allowed.status_code == 200


async def test_counts_are_given_when_asked_for(county: Harness) -> None:
    await two_files(county)
    async with county.as_(county_officer()) as client:
        for how in ("exact", "estimate"):
            page = (await client.get(PEOPLE, params={"count": how, "limit": 1, "pinyin": "zhang"})).json()
            assert (page["count"], len(page["items"])) == (2, 1)
            assert (await client.get(PEOPLE, params={"count": how})).json()["count"] == 5
        assert (await client.get(PEOPLE)).json()["count"] is None


@pytest.mark.parametrize(
    "asked", [{"name": "张"}, {"initials": "张"}, {"pinyin": "z%"}, {"age_from": -1}, {"limit": 201}, {"hobby": "x"}]
)
async def test_what_cannot_be_asked_is_refused(county: Harness, asked: dict[str, Any]) -> None:
    async with county.as_(county_officer()) as client:
        assert (await client.get(PEOPLE, params=asked)).status_code == 422


async def test_nobody_is_shown_when_the_trail_cannot_be_written(county: Harness, owner: Any) -> None:
    await open_household(county, members=[person(name="张小明")])
    await owner.execute("revoke insert on read_trail from lika_registry_app")
    async with county.as_(county_officer()) as client:
        for asked in ({}, {"name": "小明"}):
            answer = await client.get(PEOPLE, params=asked)
            assert answer.status_code == 503
            assert "张小明" not in answer.text


async def test_people_who_left_are_not_on_the_list(county: Harness, owner: Any) -> None:
    await open_household(county, members=[person(name="张小明"), person("son", 20, name="张晓")])
    await owner.execute(
        "update household_members set active = false, departure = 'death', departed_on = current_date"
        " where name = '张晓'"
    )
    assert await names(county) == await names(county, pinyin="zhang") == ["张小明"]


async def test_households_are_narrowed_by_what_one_member_meets(county: Harness) -> None:
    one, two = await two_files(county)
    path = "/api/v1/registry/households"
    async with county.as_(county_officer()) as client:
        for asked, found in (
            ({"age_from": 60}, [two["id"]]),
            ({"pinyin": "zhao"}, [one["id"]]),
            ({"left_behind": "woman", "dibao": "true"}, []),  # two people, not one
            ({"cause": "no_skill", "name": "小梅"}, [one["id"]]),
            ({"household_code": "N7"}, [two["id"]]),
        ):
            answer = await client.get(path, params=asked | {"count": "exact"})
            assert ([row["id"] for row in answer.json()["items"]], answer.json()["count"]) == (found, len(found)), asked
        past = await client.get(path, params={"as_of": "2026-01-01", "pinyin": "zhao"})
    assert (past.status_code, past.json()["code"]) == (422, "registry.filter_not_of_the_past")
    assert past.json()["errors"][0]["pointer"] == "/pinyin"


async def test_a_count_by_health_gives_nobody_away_who_is_one_of_few(
    county: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, _ = await two_files(county)
    path = "/api/v1/registry/statistics/people"
    one = {"household_code": file["household_no"], "relation": "spouse", "group_by": "health"}
    asked = (one, {"group_by": "disability_grade"}, {"group_by": "division,health"})
    async with county.as_(actor("statistics.read")) as client:
        refused = [await client.get(path, params=params) for params in asked]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "registry.group_too_small")}
    async with county.as_(county_officer()) as client:
        unsaid = await client.get(path, params=one)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "registry.access_reason_needed")
    reader = actor("statistics.read", "household.unmask", purpose="核对慢病签约服务")
    async with county.as_(reader) as client:
        ill = (await client.get(path, params={"group_by": "health"})).json()
    assert {row["keys"][0]["key"]: row["people"] for row in ill["groups"]} == {"healthy": 4, "chronic_illness": 1}
    monkeypatch.setattr(counting, "FEWEST", 5)
    async with county.as_(actor("statistics.read")) as client:
        assert (await client.get(path, params={"group_by": "health"})).status_code == 200
        assert (await client.get(path, params={"group_by": "sex,health"})).status_code == 403, "two women among five"


async def test_family_names_kept_as_characters_are_read_anew_by_the_migration(county: Harness, owner: Any) -> None:
    await open_household(county, members=[person(name="曾小明"), person("spouse", 40, "2", name="单玉兰")])
    assert await names(county, pinyin="zeng") == await names(county, initials="zxm") == ["曾小明"]
    assert await names(county, pinyin="shanyu") == ["单玉兰"]
    await owner.execute(
        "update household_members set name_pinyin = 'ceng xiao ming', name_initials = 'cxm' where name = '曾小明'"
    )
    await owner.execute("update households set head_pinyin = 'ceng xiao ming'")

    def read_anew(connection: Any) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module("services.registry.migrations.versions.0021_family_names_as_read").upgrade()

    engine = owner_engine(server.dsn("registry", "owner", county.database))
    async with engine.begin() as connection:
        await connection.run_sync(read_anew)
    await engine.dispose()
    assert await names(county, pinyin="zeng") == await names(county, initials="zxm") == ["曾小明"]
    assert await owner.fetchval("select head_pinyin from households") == "zeng xiao ming"
    assert await names(county, pinyin="shanyu") == ["单玉兰"], "read right before, and left alone"


async def test_a_village_and_an_area_that_does_not_hold_it_are_not_both_met(county: Harness) -> None:
    await two_files(county)
    async with county.as_(county_officer()) as client:
        both = await client.get(PEOPLE, params={"village": VILLAGE, "within": "341622102"})
        inside = await client.get(PEOPLE, params={"village": VILLAGE, "within": TOWNSHIP})
    assert (both.status_code, both.json()["code"]) == (422, "registry.village_outside_area")
    assert len(inside.json()["items"]) == 3


async def test_people_are_counted_by_one_or_two_facts_within_the_scope(county: Harness) -> None:
    await two_files(county)
    path = "/api/v1/registry/statistics/people"
    async with county.as_(county_officer()) as client:
        bands = (await client.get(path, params={"group_by": "age_band"})).json()
        both = (await client.get(path, params={"group_by": "division,attribute", "within": TOWNSHIP})).json()
        women = (await client.get(path, params={"group_by": "left_behind", "sex": "2"})).json()
        unknown = await client.get(path, params={"group_by": "name"})
    assert [(row["keys"][0]["key"], row["people"]) for row in bands["groups"]] == [
        ("16-59", 3),
        ("6-15", 1),
        ("60-79", 1),
    ]
    assert (bands["households"], bands["people"]) == (2, 5)
    found = [([key["key"] for key in row["keys"]], row["households"], row["people"]) for row in both["groups"]]
    assert found == [([VILLAGE, "general_poor"], 1, 3), ([OTHER_VILLAGE, "dibao_poor"], 1, 2)]
    assert [(row["keys"][0]["label"], row["people"]) for row in women["groups"]] == [("留守妇女", 1)]
    assert (unknown.status_code, unknown.json()["code"]) == (422, "registry.group_unknown")
    async with county.as_(actor("statistics.read", scope=("41",))) as client:
        abroad = (await client.get(path)).json()
    assert (abroad["people"], abroad["groups"]) == (0, [])


async def test_a_cursor_goes_on_in_its_own_list_with_its_filters_and_within_its_readers_area(county: Harness) -> None:
    await two_files(county)
    search, asked = f"{PEOPLE}/search", {"initials": "zxm", "within": COUNTY, "limit": 1}
    async with county.as_(county_officer()) as client:
        listed = (await client.get(PEOPLE, params={"within": COUNTY, "limit": 1})).json()["next_cursor"]
        found = (await client.post(search, json=asked)).json()["next_cursor"]
        on = await client.get(PEOPLE, params={"within": COUNTY, "limit": 2, "cursor": listed})
        further = await client.post(search, json=asked | {"cursor": found, "limit": 5})
        others = [
            await client.get(PEOPLE, params={"within": VILLAGE, "cursor": listed}),
            await client.get(PEOPLE, params={"within": COUNTY, "cursor": found}),
            await client.get(HOUSEHOLDS, params={"within": COUNTY, "cursor": listed}),
            await client.post(search, json=asked | {"initials": "zx", "cursor": found}),
        ]
    async with county.as_(township_officer()) as client:
        others.append(await client.get(PEOPLE, params={"within": COUNTY, "cursor": listed}))
    assert (on.status_code, further.status_code) == (200, 200), further.text
    assert {(one.status_code, one.json()["code"]) for one in others} == {(400, "cursor_refused")}
