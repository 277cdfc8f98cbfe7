"""Kinds of counties and villages, and natural villages, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.registry.domain import workbook_columns as columns
from shared.chassis.clock import office_today
from tests.services.registry.people import (
    COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    household,
    open_natural_village,
    person,
)
from tests.services.registry.sheets import carried_out, head_row, report, xlsx
from tests.support.harness import Harness, actor

OFFICER = actor("division.change", "division.read", "natural_village.open")
CITY = actor("division.change", "division.read", scope=("3416",), office="3416-aid", level="city")
URL = "/api/v1/registry/divisions"
POOR = {"kind": "poor", "valid_from": "2024-01-01", "source": "皖扶〔2024〕1号"}
END = {"valid_to": "2024-05-01", "source": "皖扶〔2024〕9号"}
GROUP = {"name": "东队", "valid_from": "2023-06-30", "source": "村委会"}


async def post(harness: Harness, path: str, body: dict[str, Any], who: Any = OFFICER) -> Any:
    async with harness.as_(who) as client:
        return await client.post(f"{URL}/{path}", json=body)


async def test_a_village_may_be_of_several_kinds_each_for_its_time(county: Harness) -> None:
    first = await post(county, f"{VILLAGE}/kinds", POOR)
    both = await post(county, f"{VILLAGE}/kinds", POOR | {"kind": "deep_poor", "valid_from": "2024-06-01"})
    ended = await post(county, f"{VILLAGE}/kinds/poor/end", {"valid_to": "2025-12-31", "source": "皖扶〔2026〕2号"})
    assert (first.status_code, both.status_code, ended.status_code) == (201, 201, 200), ended.text
    assert both.json()["kinds"] == ["poor", "deep_poor"]
    assert ended.json()["kinds"] == ["deep_poor"]
    assert ended.json()["kind_periods"][0] == {
        "kind": "poor",
        "label": "贫困村",
        "valid_from": "2024-01-01",
        "valid_to": "2025-12-31",
        "source": "皖扶〔2024〕1号",
        "end_source": "皖扶〔2026〕2号",
    }
    async with county.as_(OFFICER) as client:
        then = await client.get(f"{URL}/{VILLAGE}", params={"as_of": "2025-12-31"})
        poor_now = await client.get(URL, params={"kind": "poor"})
        poor_then = await client.get(URL, params={"kind": "poor", "as_of": "2025-12-31"})
    assert (then.json()["kinds"], then.json()["kind_periods"][0]["valid_to"]) == (["poor", "deep_poor"], None)
    assert poor_now.json()["items"] == []
    assert [(row["code"], row["kinds"]) for row in poor_then.json()["items"]] == [(VILLAGE, ["deep_poor", "poor"])]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (f"{VILLAGE}/kinds", POOR | {"kind": "key"}, 422, "registry.division_kind_level"),
        (f"{VILLAGE}/kinds", POOR | {"kind": "rich"}, 422, "registry.code_unknown"),
        (f"{VILLAGE}/kinds", POOR | {"valid_from": "2199-01-01"}, 422, "registry.day_in_future"),
        (f"{VILLAGE}/kinds", POOR | {"valid_from": "2001-01-01"}, 422, "registry.division_days"),
        (f"{COUNTY}/kinds", POOR | {"kind": "key"}, 403, "registry.division_below_only"),
        ("410102001001/kinds", POOR, 404, "not_found"),
        ("341622101299/kinds", POOR, 404, "not_found"),
        (f"{OTHER_VILLAGE}/kinds", POOR, 409, "registry.division_kind_overlap"),
        (
            f"{VILLAGE}/kinds/poor/end",
            {"valid_to": "2024-05-01", "source": "x"},
            409,
            "registry.division_kind_not_open",
        ),
        (
            f"{OTHER_VILLAGE}/kinds/poor/end",
            {"valid_to": "2023-12-31", "source": "x"},
            422,
            "registry.division_kind_days",
        ),
        (f"{OTHER_VILLAGE}/kinds/poor/end", END | {"valid_to": "2199-12-31"}, 422, "registry.day_in_future"),
    ],
)
async def test_a_kind_that_cannot_be_is_refused_and_nothing_changes(
    county: Harness, owner: Any, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    assert (await post(county, f"{OTHER_VILLAGE}/kinds", POOR)).status_code == 201
    refused = await post(county, path, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await owner.fetchval("select count(*) from division_kinds where valid_to is null") == 1
    assert await owner.fetchval("select count(*) from division_kinds") == 1


async def test_a_city_names_its_key_counties(county: Harness) -> None:
    answer = await post(county, f"{COUNTY}/kinds", POOR | {"kind": "key"}, CITY)
    assert answer.json()["kinds"] == ["key"], answer.text


async def test_a_kind_that_is_over_is_kept_and_never_changed(county: Harness, owner: Any) -> None:
    await post(county, f"{VILLAGE}/kinds", POOR)
    await post(county, f"{VILLAGE}/kinds/poor/end", {"valid_to": "2024-05-01", "source": "x"})
    for statement in (
        "update division_kinds set valid_to = null, end_source = null, ended_by = null, ended_at = null",
        "update division_kinds set kind = 'deep_poor'",
        "delete from division_kinds",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(statement)
    again = await post(county, f"{VILLAGE}/kinds", POOR | {"valid_from": "2024-05-02"})
    assert again.status_code == 201


async def test_the_kinds_go_on_under_a_new_code_and_end_with_a_merge(county: Harness) -> None:
    for village in (VILLAGE, OTHER_VILLAGE):
        await post(county, f"{village}/kinds", POOR)
    on = (office_today() - timedelta(days=30)).isoformat()
    facts = {"on": on, "source": "蒙政1号", "reason": "改码"}
    new = {"code": "341622101230", "name": "前王村"}
    recode = facts | {"kind": "recode", "predecessors": [VILLAGE], "successors": [new]}
    merge = facts | {"kind": "merge", "predecessors": [OTHER_VILLAGE], "successors": [{"code": "341622101230"}]}
    assert (await post(county, "changes", recode)).status_code == 201
    assert (await post(county, "changes", merge)).status_code == 201
    async with county.as_(OFFICER) as client:
        followed = (await client.get(f"{URL}/341622101230")).json()
        left = (await client.get(f"{URL}/{OTHER_VILLAGE}")).json()
    assert (followed["kinds"], followed["kind_periods"][0]["valid_from"]) == (["poor"], on)
    assert (left["kinds"], left["kind_periods"][0]["end_source"]) == ([], "蒙政1号")


async def test_natural_villages_are_numbered_by_their_village(county: Harness) -> None:
    first = await post(county, f"{VILLAGE}/natural-villages", GROUP)
    second = await post(county, f"{VILLAGE}/natural-villages", GROUP | {"name": "西队"})
    twice = await post(county, f"{VILLAGE}/natural-villages", GROUP)
    assert [answer.json()["code"] for answer in (first, second)] == [f"{VILLAGE}001", f"{VILLAGE}002"]
    assert first.json()["level"] == "natural_village"
    assert twice.json()["code"] == "registry.natural_village_exists"
    async with county.as_(OFFICER) as client:
        found = await client.get(URL, params={"within": VILLAGE, "level": "natural_village", "sort": "pinyin"})
    assert [row["name"] for row in found.json()["items"]] == ["东队", "西队"]


@pytest.mark.parametrize(
    ("village", "status"), [(TOWNSHIP, 422), (f"{VILLAGE}001", 422), ("410102001001", 404), ("341622101299", 404)]
)
async def test_a_natural_village_lies_in_a_village_of_ones_area(county: Harness, village: str, status: int) -> None:
    refused = await post(county, f"{village}/natural-villages", GROUP)
    assert refused.status_code == status


async def test_a_household_belongs_to_a_village_not_to_a_natural_village(county: Harness) -> None:
    """The code of a natural village is no code of an office's area or of a household's village."""
    async with county.as_(actor("household.read")) as client:
        answer = await client.get("/api/v1/registry/households", params={"village": f"{VILLAGE}001"})
    assert answer.status_code == 422


async def test_a_natural_village_a_household_names_is_known_and_open_on_the_day(county: Harness, owner: Any) -> None:
    writer, url = actor("household.write", "household.read"), "/api/v1/registry/households"
    code = await open_natural_village(county)
    async with county.as_(writer) as client:
        unknown = await client.post(url, json=household(natural_village=f"{VILLAGE}999"))
        opened = await client.post(url, json=household(natural_village=code))
        await owner.execute("update divisions set valid_from = current_date + 9 where code = $1", code)
        early = await client.post(url, json=household(natural_village=code))
        await owner.execute(
            "update divisions set valid_from = '2023-06-30', valid_to = '2024-01-01' where code = $1", code
        )
        late = await client.post(url, json=household(natural_village=code))
        for answer in (unknown, early, late):
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (422, "registry.natural_village_unknown"), answer.text
            assert problem["errors"][0]["pointer"] == "/natural_village"
        assert opened.status_code == 201, opened.text
        file = opened.json()
        body = household(*_as_read(file), village=VILLAGE, natural_village=code, group="二组")
        path, version = f"{url}/{file['id']}", {"if-match": '"1"'}
        kept = await client.put(path, json=body, headers=version)
        other = await client.put(path, json=body | {"natural_village": f"{VILLAGE}998"}, headers={"if-match": '"2"'})
    assert (kept.status_code, kept.json()["natural_village"]) == (200, code), kept.text
    assert other.json()["code"] == "registry.natural_village_unknown"


def _as_read(file: dict[str, Any]) -> list[dict[str, Any]]:
    """The people of a file as a change sends them; what is protected stays as it is."""
    people = [person(), person("spouse", 43, "2"), person("son", 10)]
    return [
        {name: value for name, value in sent.items() if name != "identity_number"} | {"id": one["id"]}
        for sent, one in zip(people, file["members"], strict=True)
    ]


async def test_an_import_names_the_row_whose_natural_village_nobody_opened(county: Harness) -> None:
    known = await open_natural_village(county)
    rows = [head_row("1") | {"自然村代码": known}, head_row("2") | {"自然村代码": f"{VILLAGE}999"}]
    done = await carried_out(county, xlsx(rows, (*columns.HEADERS, "自然村代码")))
    assert (done["households_ok"], done["rows_refused"]) == (1, 1)
    told = (await report(county, done["id"]))[2][-1]
    assert told.startswith("自然村代码:本村没有这个自然村")
    assert "增设" in told.partition("→")[2]


async def test_a_natural_village_is_not_opened_on_a_day_to_come(county: Harness) -> None:
    refused = await post(county, f"{VILLAGE}/natural-villages", GROUP | {"valid_from": "2099-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.day_in_future")
    assert refused.json()["errors"][0]["pointer"] == "/valid_from"


async def test_funds_learn_of_what_kinds_a_division_was_on_a_day(county: Harness) -> None:
    await post(county, f"{VILLAGE}/kinds", POOR)
    async with county.as_(OFFICER, issuer="funds") as client:
        told = [
            (await client.get(f"/internal/divisions/{code}/kinds", params={"on": on})).json()
            for code, on in ((VILLAGE, "2024-01-01"), (VILLAGE, "2023-12-31"), ("341699", "2024-01-01"))
        ]
    assert told == [{"kinds": ["poor"]}, {"kinds": []}, {"kinds": []}]
