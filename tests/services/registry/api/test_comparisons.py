"""A department's list is held against the register: a hit is a doubt for the village, never a removal."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    born,
    county_officer,
    number,
    open_household,
    person,
    recorder,
)
from tests.services.registry.registering import registered
from tests.support.harness import Harness, actor

LISTS, DOUBTS = "/api/v1/registry/comparison-lists/deaths", "/api/v1/registry/comparison-doubts"


def department(*scope: str) -> Actor:
    return actor("comparison.push", scope=scope or (COUNTY,), office="341622-civil", purpose="comparison")


def batch(*numbers: str, key: str = "2026-01") -> dict[str, Any]:
    rows = [{"identity_number": one, "fact": "2026-01-02 死亡登记"} for one in numbers]
    return {"batch_key": key, "as_of": office_today().isoformat(), "rows": rows}


async def test_matches_become_doubts_and_the_same_list_is_compared_once(county: Harness, owner: Any) -> None:
    head, other = person(), person("spouse", 43, "2")
    opened = await open_household(county, members=[head, other])
    await registered(owner, opened["id"])
    known, stranger = head["identity_number"], number(born(50))
    sent = batch(known, stranger, known, "34162219800101", "")
    async with county.as_(department()) as client:
        answers = await asyncio.gather(*(client.post(LISTS, json=sent) for _ in range(2)))
        assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
        first, again = (answer.json() for answer in answers)
        assert first == again
        assert (first["rows"], first["faulty"], first["repeated"], first["matched"], first["open"]) == (5, 2, 1, 1, 1)
        assert [fault["row"] for fault in first["faults"]] == [4, 5]
        assert known not in json.dumps(first)
        changed = await client.post(LISTS, json=batch(stranger))
        assert (changed.status_code, changed.json()["code"]) == (422, "registry.comparison_batch_differs")
        assert (await client.get(f"{LISTS}/{first['id']}/outcomes")).json()["items"] == [
            {"row": 1, "state": "open", "outcome": None}
        ]
        unknown = await client.post(LISTS.replace("deaths", "cats"), json=sent)
        assert unknown.json()["code"] == "registry.comparison_kind_unknown"
    stored = await owner.fetch("select to_jsonb(d) as doubt from comparison_doubts d")
    assert len(stored) == 1
    assert known not in stored[0]["doubt"]


async def test_the_village_looks_the_county_closes_and_the_file_stays(county: Harness, owner: Any) -> None:
    head = person()
    opened = await open_household(county, members=[head])
    await registered(owner, opened["id"])
    async with county.as_(department()) as client:
        listed = (await client.post(LISTS, json=batch(head["identity_number"]))).json()
    looking = recorder("comparison.read", "comparison.verify", person="person-both")
    async with county.as_(looking) as client:
        doubt = (await client.get(DOUBTS)).json()["items"][0]
        assert (doubt["household_id"], doubt["state"], doubt["overdue"]) == (opened["id"], "open", False)
        assert doubt["fact"] == "2026-01-02 死亡登记"
    closing = f"{DOUBTS}/{doubt['id']}/close"
    said = {"outcome": "refuted", "note": "本人健在,同名登记有误"}
    async with county.as_(county_officer("comparison.close", person="person-county")) as client:
        early = await client.post(closing, json=said)
        assert (early.status_code, early.json()["code"]) == (409, "registry.doubt_step_not_due")
    async with county.as_(looking) as client:
        assert (await client.post(f"{DOUBTS}/{doubt['id']}/reply", json=said)).json()["state"] == "answered"
    async with county.as_(county_officer("comparison.close", person="person-both")) as client:
        assert (await client.post(closing, json=said)).json()["code"] == "registry.doubt_own_closing"
    async with county.as_(county_officer("comparison.close", person="person-county")) as client:
        done = await asyncio.gather(*(client.post(closing, json=said) for _ in range(2)))
        assert sorted(answer.status_code for answer in done) == [200, 409]
    async with county.as_(department()) as client:
        now = (await client.get(f"{LISTS}/{listed['id']}")).json()
        assert (now["closed"], now["refuted"], now["confirmed"]) == (1, 1, 0)
        outcomes = (await client.get(f"{LISTS}/{listed['id']}/outcomes")).json()["items"]
        assert outcomes == [{"row": 1, "state": "closed", "outcome": "refuted"}]
    assert await owner.fetchval("select status from households where id = $1", opened["id"]) == "registered"
    assert await owner.fetchval("select count(*) from read_trail where action = 'comparison.read'") == 1


async def test_a_sheet_is_matched_inside_the_granted_area_only(county: Harness, owner: Any) -> None:
    ours, theirs = person(), person()
    for village, one in (("341622101200", ours), (FOREIGN_VILLAGE, theirs)):
        await registered(owner, (await open_household(county, members=[one], village=village))["id"])
    sheet = "姓名,身份证号\n甲," + ours["identity_number"] + "\n乙," + theirs["identity_number"].lower() + "\n"
    form = {"batch_key": "b", "as_of": office_today().isoformat()}
    async with county.as_(department()) as client:
        for encoding in ("utf-8-sig", "gb18030"):
            answer = await client.post(
                f"{LISTS}/imports",
                data=form | {"batch_key": encoding},
                files={"file": ("a.csv", sheet.encode(encoding))},
            )
            assert answer.status_code == 201, answer.text
            assert (answer.json()["rows"], answer.json()["matched"]) == (2, 1)
        bad = await client.post(f"{LISTS}/imports", data=form, files={"file": ("a.csv", b"a,b\n1,2\n")})
        assert bad.json()["code"] == "registry.comparison_column_missing"
        unfit = sheet.replace("姓名", "事实").replace("甲", "已\0故").replace("乙", "已故\u202e")
        odd = await client.post(
            f"{LISTS}/imports", data=form | {"batch_key": "odd"}, files={"file": ("a.csv", unfit.encode())}
        )
        assert (odd.status_code, odd.json()["faulty"], odd.json()["matched"]) == (201, 2, 0), odd.text
        assert {fault["code"] for fault in odd.json()["faults"]} == {"registry.comparison_fact_unfit"}
        binary = await client.post(f"{LISTS}/imports", data=form, files={"file": ("a.csv", b"\xff\xfe\x00\xff" * 9)})
        assert binary.status_code == 422
    async with county.as_(recorder("comparison.read", village=FOREIGN_VILLAGE)) as client:
        assert (await client.get(DOUBTS)).json()["items"] == []
