"""Merges, splits, renames, new codes and abolitions over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.registry.changes import event, on_register, post
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    days_ago,
    household,
)
from tests.support.harness import Harness, actor

PERMISSIONS = ("division.change", "division.read", "division.load", "natural_village.open")
OFFICER = actor(*PERMISSIONS)
CITY = actor(*PERMISSIONS, scope=("3416",), office="3416-aid", level="city")
URL = "/api/v1/registry/divisions"
NEW_VILLAGE = "341622101210"


def change(kind: str, before: list[str], *after: str | tuple[str, str], **other: Any) -> dict[str, Any]:
    """A change of half a year ago, as sent."""
    successors = [{"code": one} if isinstance(one, str) else {"code": one[0], "name": one[1]} for one in after]
    on = (office_today() - timedelta(days=180)).isoformat()
    body = {"kind": kind, "on": on, "predecessors": before, "successors": successors}
    return body | {"source": "蒙政〔2026〕3号", "reason": "撤并行政村"} | other


async def send(harness: Harness, body: dict[str, Any], who: Any = OFFICER) -> Any:
    async with harness.as_(who) as client:
        return await client.post(f"{URL}/changes", json=body)


async def file(harness: Harness, code: str, **query: str) -> dict[str, Any]:
    async with harness.as_(OFFICER) as client:
        answer = await client.get(f"{URL}/{code}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_two_villages_become_one_and_each_knows_the_other(county: Harness) -> None:
    recorded = await send(county, change("merge", [VILLAGE, OTHER_VILLAGE], (NEW_VILLAGE, "王村")))
    assert recorded.status_code == 201, recorded.text
    day = recorded.json()["on"]
    assert recorded.json()["closed"] == [VILLAGE, OTHER_VILLAGE]
    assert recorded.json()["created"] == [NEW_VILLAGE]
    new, old = await file(county, NEW_VILLAGE), await file(county, VILLAGE)
    assert [(one["code"], one["kind"], one["direct"]) for one in new["predecessors"]] == [
        (VILLAGE, "merge", True),
        (OTHER_VILLAGE, "merge", True),
    ]
    assert (new["valid_from"], new["state"], new["name_pinyin"]) == (day, "in_force", "wang cun")
    assert [one["code"] for one in old["successors"]] == [NEW_VILLAGE]
    assert old["state"] == "closed"
    assert old["changes"][0]["source"] == "蒙政〔2026〕3号"
    async with county.as_(OFFICER) as client:
        now = await client.get(URL, params={"within": TOWNSHIP, "level": "village"})
        whole = await client.get(URL, params={"within": TOWNSHIP, "level": "village", "closed": True})
        then = await client.get(URL, params={"within": TOWNSHIP, "level": "village", "as_of": "2024-01-01"})
    assert [row["code"] for row in now.json()["items"]] == [NEW_VILLAGE]
    assert len(whole.json()["items"]) == 3
    assert [row["code"] for row in then.json()["items"]] == [VILLAGE, OTHER_VILLAGE]


async def test_a_division_is_answered_as_on_a_day(county: Harness) -> None:
    recorded = (await send(county, change("rename", [VILLAGE], (VILLAGE, "王家村")))).json()
    await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=office_today().isoformat()))
    day_before = (office_today() - timedelta(days=181)).isoformat()
    before, between, now = (
        await file(county, VILLAGE, as_of=day_before),
        await file(county, VILLAGE, as_of=recorded["on"]),
        await file(county, VILLAGE),
    )
    assert [(one["name"], one["state"], one["valid_to"]) for one in (before, between)] == [
        ("前王村", "in_force", None),
        ("王家村", "in_force", None),
    ]
    assert (now["name"], now["state"], now["valid_to"]) == (
        "王家村",
        "closed",
        (office_today() - timedelta(days=1)).isoformat(),
    )
    assert [len(one["successors"]) for one in (before, between, now)] == [0, 0, 1]
    assert [len(one["changes"]) for one in (before, between, now)] == [0, 1, 2]
    assert between["former_names"] == [{"name": "前王村", "valid_from": "2023-06-30", "valid_to": day_before}]
    assert (await file(county, VILLAGE, as_of="2001-01-01"))["state"] == "not_yet"


async def test_a_village_that_splits_may_stay_and_what_comes_later_is_followed(county: Harness) -> None:
    split = await send(county, change("split", [VILLAGE], VILLAGE, (NEW_VILLAGE, "小王村")))
    later = (office_today() - timedelta(days=10)).isoformat()
    merged = await send(county, change("merge", [NEW_VILLAGE], OTHER_VILLAGE, on=later))
    assert (split.status_code, merged.status_code) == (201, 201), merged.text
    assert split.json()["closed"] == []
    staying = await file(county, VILLAGE)
    assert staying["state"] == "in_force"
    assert [(one["code"], one["direct"]) for one in staying["successors"]] == [
        (OTHER_VILLAGE, False),
        (NEW_VILLAGE, True),
    ]
    whole = await file(county, OTHER_VILLAGE)
    assert [(one["code"], one["direct"]) for one in whole["predecessors"]] == [(VILLAGE, False), (NEW_VILLAGE, True)]


async def test_a_township_with_a_new_code_takes_everything_below_along(county: Harness) -> None:
    async with county.as_(OFFICER) as client:
        group = {"name": "东队", "valid_from": "2023-06-30", "source": "村委会"}
        opened = await client.post(f"{URL}/{VILLAGE}/natural-villages", json=group)
    assert opened.json()["code"] == f"{VILLAGE}001"
    moves = [
        {"code": VILLAGE, "new_code": "341622110200"},
        {"code": f"{VILLAGE}001", "new_code": "341622110200001"},
        {"code": OTHER_VILLAGE, "new_code": "341622110201", "name": "新后王村"},
    ]
    body = change("recode", [TOWNSHIP], ("341622110", "甲街道"))
    left_behind = await send(county, body | {"moves": moves[:2]})
    moved = await send(county, body | {"moves": moves})
    assert left_behind.status_code == 409
    assert left_behind.json()["code"] == "registry.division_has_children"
    assert left_behind.json()["facts"] == {"open_children": 1}
    assert moved.status_code == 201, moved.text
    new = await file(county, "341622110200")
    assert (new["name"], new["parent_code"]) == ("前王村", "341622110")
    assert [one["code"] for one in new["predecessors"]] == [VILLAGE]
    assert (await file(county, "341622110200001"))["name"] == "东队"
    assert (await file(county, "341622110201"))["name"] == "新后王村"
    assert (await file(county, f"{VILLAGE}001"))["state"] == "closed"


async def test_whoever_names_a_closed_village_is_told_since_when_and_what_followed_it(county: Harness) -> None:
    file = await on_register(county)
    merged = await send(county, change("merge", [OTHER_VILLAGE], (NEW_VILLAGE, "王村")))
    recoded = await send(county, change("recode", [NEW_VILLAGE], ("341622101211", "王村"), on=days_ago(100)))
    assert (merged.status_code, recoded.status_code) == (201, 201)
    async with county.as_(actor("household.write", "household.read")) as client:
        opened = await client.post("/api/v1/registry/households", json=household(village=OTHER_VILLAGE))
    moved = await post(county, "village-moves", event(file, to_village=OTHER_VILLAGE), file["version"])
    for answer, pointer in ((opened, "/village_code"), (moved, "/to_village")):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "registry.division_closed"), answer.text
        assert problem["facts"] == {"closed_since": merged.json()["on"], "successors": "341622101211"}
        assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (change("merge", [VILLAGE], "341622101299"), 422, "registry.division_name_needed"),
        (change("merge", ["341622101299"], VILLAGE), 422, "registry.division_unknown"),
        (change("merge", [VILLAGE], TOWNSHIP), 422, "registry.division_level_differs"),
        (change("merge", [VILLAGE], VILLAGE), 422, "registry.division_change_shape"),
        (change("abolish", [TOWNSHIP]), 409, "registry.division_has_children"),
        (change("recode", [VILLAGE], OTHER_VILLAGE), 409, "registry.division_code_taken"),
        (change("recode", [VILLAGE], ("341622109200", "新村")), 422, "registry.division_parent_wrong"),
        (change("rename", [VILLAGE], (VILLAGE, "前王村")), 422, "registry.division_name_same"),
        (change("merge", [VILLAGE], OTHER_VILLAGE, on="2023-06-30"), 422, "registry.division_days"),
        (change("merge", [VILLAGE], OTHER_VILLAGE, on="2199-01-01"), 422, "registry.day_in_future"),
        (change("merge", [VILLAGE], FOREIGN_VILLAGE), 404, "not_found"),
        (change("rename", [COUNTY], (COUNTY, "蒙城市")), 403, "registry.division_below_only"),
        (change("merge", ["34162210120"], VILLAGE), 422, "invalid_fields"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_nothing_changes(
    county: Harness, owner: Any, body: dict[str, Any], status: int, code: str
) -> None:
    state = "select md5(string_agg(d::text, '|' order by code)) from divisions d"
    before = await owner.fetchval(state)
    refused = await send(county, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await owner.fetchval(state) == before
    assert await owner.fetchval("select count(*) from division_changes") == 0


async def test_a_closed_division_is_never_opened_changed_or_added_to_again(county: Harness) -> None:
    assert (await send(county, change("merge", [VILLAGE], OTHER_VILLAGE))).status_code == 201
    today = office_today().isoformat()
    back = await send(county, change("split", [OTHER_VILLAGE], OTHER_VILLAGE, VILLAGE, on=today))
    renamed = await send(county, change("rename", [VILLAGE], (VILLAGE, "新"), on=today))
    async with county.as_(OFFICER) as client:
        below = {"divisions": [{"code": f"{VILLAGE}005", "name": "西队"}], "valid_from": today, "source": "x"}
        loaded = await client.post(URL, json=below)
        group = await client.post(
            f"{URL}/{VILLAGE}/natural-villages", json={"name": "西队", "valid_from": today, "source": "x"}
        )
    assert {answer.json()["code"] for answer in (back, renamed, loaded, group)} == {"registry.division_closed"}
    assert {answer.status_code for answer in (back, renamed, loaded, group)} == {409}


async def test_what_goes_over_and_comes_back_on_the_same_day_runs_in_a_circle(county: Harness, owner: Any) -> None:
    there = await send(county, change("split", [VILLAGE], VILLAGE, OTHER_VILLAGE))
    back = await send(county, change("merge", [OTHER_VILLAGE], VILLAGE))
    later = await send(county, change("merge", [OTHER_VILLAGE], VILLAGE, on=office_today().isoformat()))
    assert there.status_code == 201, there.text
    assert (back.status_code, back.json()["code"]) == (422, "registry.division_cycle")
    assert later.status_code == 201, later.text
    assert await owner.fetchval("select count(*) from division_successions") == 2
    whole = await file(county, VILLAGE)
    assert [one["code"] for one in whole["predecessors"]] == [OTHER_VILLAGE]


async def test_what_is_newer_than_its_change_is_refused(county: Harness) -> None:
    assert (await send(county, change("split", [VILLAGE], VILLAGE, (NEW_VILLAGE, "小王村")))).status_code == 201
    refused = await send(county, change("merge", [NEW_VILLAGE], OTHER_VILLAGE))
    assert refused.json()["code"] == "registry.division_days"


async def test_a_county_is_changed_by_an_office_above_it(county: Harness) -> None:
    renamed = await send(county, change("rename", [COUNTY], (COUNTY, "蒙城市")), CITY)
    assert renamed.status_code == 201, renamed.text
    assert (await file(county, COUNTY))["name"] == "蒙城市"


async def test_of_two_changes_of_one_village_at_the_same_moment_one_is_recorded(county: Harness, owner: Any) -> None:
    body = change("merge", [VILLAGE], OTHER_VILLAGE)
    answers = await asyncio.gather(*(send(county, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await owner.fetchval("select count(*) from division_successions") == 1


async def test_a_village_that_closes_gets_no_natural_village_at_the_same_moment(county: Harness, owner: Any) -> None:
    async def add(index: int) -> int:
        body = {"name": f"{index}队", "valid_from": "2023-06-30", "source": "x"}
        async with county.as_(OFFICER) as client:
            return (await client.post(f"{URL}/{VILLAGE}/natural-villages", json=body)).status_code

    statuses = await asyncio.gather(send(county, change("abolish", [VILLAGE])), *(add(index) for index in range(3)))
    closed = statuses[0].status_code == 201
    assert closed == (201 not in statuses[1:])
    below_closed = (
        "select count(*) from divisions c join divisions p on p.code = c.parent_code"
        " where p.valid_to is not null and c.valid_to is null"
    )
    assert await owner.fetchval(below_closed) == 0


async def test_the_other_services_learn_the_last_day_of_a_closed_division(county: Harness) -> None:
    await send(county, change("merge", [VILLAGE], OTHER_VILLAGE))
    async with county.as_(OFFICER, issuer="funds") as client:
        answer = await client.get(f"/internal/divisions/{VILLAGE}")
    assert answer.json() == {
        "code": VILLAGE,
        "level": "village",
        "name": "前王村",
        "parent_code": TOWNSHIP,
        "valid_from": "2023-06-30",
        "valid_to": (office_today() - timedelta(days=181)).isoformat(),
        "source": answer.json()["source"],
    }
