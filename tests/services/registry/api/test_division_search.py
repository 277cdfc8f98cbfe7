"""Finding divisions: by Chinese part, pinyin, initials; both orders, page by page; as of a day."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.domain.division_names import read_name
from tests.support.harness import Harness, actor

LOADER = actor("division.load", "division.read", "division.change", scope=("34", "41"))
NAMES = {
    "34": "安徽省", "3416": "亳州市", "341622": "蒙城县", "341622101": "许疃镇", "341622102": "坛城镇",
    "341622101200": "中庙村", "341622101201": "后王村", "341622101202": "前王村", "341622101203": "安庙村",
    "341622102200": "中庙村", "341622102201": "长王村",
    "41": "河南省", "4101": "郑州市", "410102": "中原区", "410102001": "后王街道",
}  # fmt: skip
URL = "/api/v1/registry/divisions"


@pytest.fixture
async def places(registry: Harness) -> Harness:
    body = {
        "divisions": [{"code": code, "name": name} for code, name in NAMES.items()],
        "valid_from": "2014-01-01",
        "source": "test",
    }
    async with registry.as_(LOADER) as client:
        assert (await client.post(URL, json=body)).status_code == 201
    return registry


async def pages(harness: Harness, **query: str | int | bool) -> list[dict[str, Any]]:
    """All items of a list, two at a time."""
    found: list[dict[str, Any]] = []
    params: dict[str, str | int | bool] = {"limit": 2, **query}
    async with harness.as_(LOADER) as client:
        while True:
            page = await client.get(URL, params=params)
            assert page.status_code == 200, page.text
            found += page.json()["items"]
            if page.json()["next_cursor"] is None:
                return found
            params["cursor"] = page.json()["next_cursor"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("王村", ["341622101201", "341622101202", "341622102201"]),
        ("庙", ["341622101200", "341622101203", "341622102200"]),
        ("村庙", []),
        ("zhongmiao", ["341622101200", "341622102200"]),
        ("zhongmi", ["341622101200", "341622102200"]),
        ("ZMC", ["341622101200", "341622102200"]),
        ("wang cun", ["341622101201", "341622101202", "341622102201"]),
        ("chang", ["341622102201"]),
        ("miao", []),
        ("hou wang", ["341622101201", "410102001"]),
        ("%", []),
    ],
)
async def test_a_division_is_found_by_a_part_of_its_name_its_pinyin_or_its_initials(
    places: Harness, name: str, codes: list[str]
) -> None:
    assert [row["code"] for row in await pages(places, name=name)] == codes


async def test_pages_follow_each_other_without_gap_in_both_orders(places: Harness) -> None:
    by_code = await pages(places)
    by_pinyin = await pages(places, sort="pinyin")
    below = await pages(places, sort="pinyin", within="341622101", level="village")
    assert [row["code"] for row in by_code] == sorted(NAMES)
    assert [row["code"] for row in by_pinyin] == sorted(NAMES, key=lambda code: (read_name(NAMES[code]).pinyin, code))
    assert [row["name"] for row in below] == ["安庙村", "后王村", "前王村", "中庙村"]
    assert below[0]["name_initials"] == "amc"


async def test_a_cursor_of_the_other_order_is_refused(places: Harness) -> None:
    async with places.as_(LOADER) as client:
        cursor = (await client.get(URL, params={"limit": 1})).json()["next_cursor"]
        refused = await client.get(URL, params={"limit": 1, "sort": "pinyin", "cursor": cursor})
        unknown_sort = await client.get(URL, params={"sort": "name"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/cursor")
    assert unknown_sort.status_code == 422


async def test_a_former_name_finds_the_division_and_a_past_day_shows_it(places: Harness) -> None:
    change = {
        "kind": "rename",
        "on": "2020-03-01",
        "predecessors": ["341622101200"],
        "successors": [{"code": "341622101200", "name": "双庙村"}],
        "source": "蒙民〔2020〕1号",
        "reason": "更名",
    }
    async with places.as_(LOADER) as client:
        assert (await client.post(f"{URL}/changes", json=change)).status_code == 201
    found = await pages(places, name="中庙")
    before = await pages(places, within="341622101200", as_of="2020-02-29")
    since = await pages(places, within="341622101200", as_of="2020-03-01")
    unborn = await pages(places, within="341622101200", as_of="2013-12-31")
    assert [row["name"] for row in found] == ["双庙村", "中庙村"]
    assert ([row["name"] for row in before], [row["name"] for row in since]) == (["中庙村"], ["双庙村"])
    assert unborn == []
    assert [row["code"] for row in await pages(places, name="shuangmiao")] == ["341622101200"]
