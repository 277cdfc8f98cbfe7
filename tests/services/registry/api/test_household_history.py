"""The past of a file over HTTP: known on a day, true on a day, since when each field is so, and who changed what."""

from __future__ import annotations

from typing import Any

from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.lists import registered
from tests.services.registry.people import county_officer, days_ago, open_household, person, recorder
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"


async def get(registry: Harness, opened: dict[str, Any], path: str = "", **params: Any) -> Any:
    async with registry.as_(county_officer()) as client:
        return await client.get(f"{HOUSEHOLDS}/{opened['id']}{path}", params=params)


async def opened_days_ago(registry: Harness, owner: Any, days: int = 30, **other: Any) -> dict[str, Any]:
    opened = await open_household(registry, **({"identified_on": None} | other))
    await owner.execute("update households set opened_on = opened_on - $1::int", days)
    await owner.execute("update household_versions set recorded_on = recorded_on - $1::int", days)
    await owner.execute("update household_versions set true_from = true_from - $1::int", days)
    return opened


async def test_what_was_so_on_a_day_as_known_on_a_day(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    changed = await put(county, opened, kept(opened, housing_level="C") | {"true_from": days_ago(10)})
    assert (changed.status_code, changed.json()["version"]) == (200, 2), changed.text
    for params, level in (
        ({}, "C"),
        ({"true_on": days_ago(10)}, "C"),
        ({"true_on": days_ago(11)}, "B"),
        ({"true_on": days_ago(10), "as_of": days_ago(1)}, "B"),
        ({"as_of": days_ago(1)}, "B"),
        ({"true_on": days_ago(30)}, "B"),
    ):
        answer = await get(county, opened, **params)
        assert answer.json()["housing_level"]["code"] == level, params
        assert answer.json()["known_on"] == params.get("as_of", days_ago(0))
        assert answer.json()["true_on"] == params.get("true_on")
        assert ("etag" in answer.headers) == ("true_on" not in params)
    assert (await get(county, opened, true_on=days_ago(31))).status_code == 404
    future = await get(county, opened, true_on=days_ago(-1))
    assert (future.status_code, future.json()["code"]) == (422, "registry.day_in_future")
    mixed = await get(county, opened, true_on=days_ago(1), year=2025)
    assert (mixed.status_code, mixed.json()["code"]) == (422, "registry.past_views_mixed")


async def test_a_later_statement_about_an_earlier_day_leaves_other_facts_as_they_were(
    county: Harness, owner: Any
) -> None:
    opened = await opened_days_ago(county, owner)
    second = (await put(county, opened, kept(opened, housing_level="C") | {"true_from": days_ago(5)})).json()
    body = kept(second, housing_level="C", safe_water=False) | {"true_from": days_ago(20)}
    assert (await put(county, opened, body, 2)).status_code == 200
    between = (await get(county, opened, true_on=days_ago(10))).json()
    assert (between["housing_level"]["code"], between["safe_water"]) == ("B", False)
    assert (between["member_count"], between["head_name"]) == (3, "张小明")


async def test_somebody_born_later_is_not_yet_in_the_file_of_an_earlier_day(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    body = kept(opened) | {"true_from": days_ago(4)}
    body["members"].append(person("daughter", 3, "2", name="张小花"))
    assert (await put(county, opened, body)).status_code == 200
    assert (await get(county, opened, true_on=days_ago(5))).json()["member_count"] == 3
    later = (await get(county, opened, true_on=days_ago(4))).json()
    assert (later["member_count"], later["members"][3]["name"]) == (4, "张小花")


async def test_a_change_is_true_from_a_day_that_lies_neither_ahead_nor_before_the_file(
    county: Harness, owner: Any
) -> None:
    opened = await opened_days_ago(county, owner)
    for day, code in ((days_ago(-1), "registry.day_in_future"), (days_ago(31), "registry.true_from_too_early")):
        refused = await put(county, opened, kept(opened, housing_level="C") | {"true_from": day})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/true_from"
    assert await owner.fetchval("select count(*) from household_versions") == 1
    await owner.execute("update households set identified_on = opened_on - 10")
    early = await put(county, opened, kept(opened, housing_level="C") | {"true_from": days_ago(31)})
    assert early.status_code == 200, early.text


async def test_every_field_says_since_when_it_is_so_and_since_when_it_is_known(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    body = kept(opened, housing_level="C") | {"true_from": days_ago(10)}
    body["members"][1] |= {"health": ["chronic_illness"]}
    await put(county, opened, body)
    answer = await get(county, opened, "/facts")
    items = {row["pointer"]: row for row in answer.json()["items"]}
    level, health = items["/housing_level"], items["/members/1/health"]
    assert level == {
        "pointer": "/housing_level", "name": "housing_level", "label": "住房等级", "member_id": None,
        "true_from": days_ago(10), "known_since": days_ago(0), "version": 2,
    }  # fmt: skip
    assert (health["true_from"], health["member_id"]) == (days_ago(10), opened["members"][1]["id"])
    assert items["/members/0/health"]["version"] == items["/income/wage_fen"]["version"] == 1
    assert {"/group", "/phone", "/bank_account", "/members/0/identity_number"} <= set(items)
    assert "chronic" not in answer.text
    before = (await get(county, opened, "/facts", as_of=days_ago(1))).json()
    assert {row["version"] for row in before["items"]} == {1}
    assert before["known_on"] == days_ago(1)


async def test_a_history_says_who_changed_what_when_and_why(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    await registered(county, opened)
    body = kept(opened, housing_level="C", phone="13912345678", fuels=["coal"]) | {"reason": "房屋鉴定"}
    body |= {"income": {"wage_fen": 900_000, "transfer_fen": 200_001}, "true_from": days_ago(3), "identified_on": None}
    body["members"][1] |= {"health": ["chronic_illness"], "labour": "skilled", "pension_insurance": False}
    who = recorder()
    changed = await put(county, opened, body, 3, who=who)
    assert changed.status_code == 200, changed.text
    events = (await get(county, opened, "/history")).json()["events"]
    assert [event["kind"] for event in events] == ["opened", "proposed", "registered", "changed"]
    assert events[0]["fields"] == []
    assert [(row["name"], row["before"]["label"], row["after"]["label"]) for row in events[2]["fields"]] == [
        ("status", "认定中", "在册")
    ]
    last = events[3]
    assert (last["by"], last["office"], last["office_name"], last["reason"], last["on"], last["true_from"]) == (
        who.account, who.office, who.office_name, "房屋鉴定", days_ago(0), days_ago(3),
    )  # fmt: skip
    fields = {row["pointer"]: row for row in last["fields"]}
    assert set(fields) == {
        "/housing_level", "/phone", "/fuels", "/income/wage_fen", "/members/1/health", "/members/1/labour",
        "/members/1/pension_insurance",
    }  # fmt: skip
    assert fields["/housing_level"]["label"] == "住房等级"
    assert fields["/housing_level"]["before"]["value"] == "B"
    assert fields["/housing_level"]["after"]["label"].startswith("C")
    assert fields["/fuels"]["before"] is None
    assert (fields["/income/wage_fen"]["before"]["value"], fields["/income/wage_fen"]["after"]["value"]) == (
        1_000_000, 900_000,
    )  # fmt: skip
    assert fields["/members/1/pension_insurance"]["after"] == {"value": False, "label": "否"}
    assert fields["/members/1/labour"]["member_name"] == "李红"
    health, phone = fields["/members/1/health"], fields["/phone"]
    assert (health["protected"], health["before"], health["after"]) == (True, None, None)
    assert (phone["protected"], phone["before"]["value"], phone["after"]["value"]) == (
        True, "138****0000", "139****5678",
    )  # fmt: skip
    assert {"/housing_level", "/phone", "/wage_fen", "/members/1/health"} <= set(last["changed"])


async def test_a_history_names_who_came_and_who_left(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    body = kept(opened)
    body["members"] = [*body["members"][:2], person("daughter", 3, "2", name="张小花")]
    assert (await put(county, opened, body)).status_code == 200
    fields = (await get(county, opened, "/history")).json()["events"][1]["fields"]
    came = next(row for row in fields if row["name"] == "members")
    assert (came["before"], came["after"]["value"], came["member_name"]) == (None, "张小花", "张小花")
    left = {row["name"]: row["after"]["value"] for row in fields if row["member_name"] == "张宝"}
    assert left == {"departure": "error", "departed_on": days_ago(0)}


async def test_pages_of_a_history_follow_each_other(county: Harness) -> None:
    opened = await open_household(county)
    for version, level in enumerate("CDA", 1):
        await put(county, opened, kept(opened, housing_level=level), version)
    first = (await get(county, opened, "/history", limit=3)).json()
    second = (await get(county, opened, "/history", limit=3, cursor=first["next_cursor"])).json()
    assert [event["version"] for event in first["events"] + second["events"]] == [1, 2, 3, 4]
    assert second["events"][0]["fields"][0]["before"]["value"] == "D"
    assert second["next_cursor"] is None


async def test_lists_as_known_on_a_day_stay_what_the_office_knew(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    body = kept(opened, attribute="dibao_poor") | {"true_from": days_ago(20)}
    assert (await put(county, opened, body)).status_code == 200
    async with county.as_(county_officer()) as client:
        then = (await client.get(HOUSEHOLDS, params={"as_of": days_ago(1)})).json()
        now = (await client.get(HOUSEHOLDS, params={"as_of": days_ago(0)})).json()
    assert [row["attribute"]["code"] for row in then["items"]] == ["general_poor"]
    assert [row["attribute"]["code"] for row in now["items"]] == ["dibao_poor"]


async def test_nobody_knows_today_what_will_be_known_tomorrow(county: Harness, owner: Any) -> None:
    opened = await opened_days_ago(county, owner)
    tomorrow = {"as_of": days_ago(-1)}
    async with county.as_(county_officer()) as client:
        for path in (f"{HOUSEHOLDS}/{opened['id']}", f"{HOUSEHOLDS}/{opened['id']}/facts", HOUSEHOLDS):
            refused = await client.get(path, params=tomorrow)
            assert (refused.status_code, refused.json()["code"]) == (422, "registry.day_in_future"), path
            assert refused.json()["errors"][0]["pointer"] == "/as_of"
