"""Changes of the lists over HTTP: forbidden uses and names of money, by two persons, in force at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from shared.chassis.clock import office_today
from tests.services.funds.world import (
    CITY,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    READING,
    World,
    code_of,
    desk,
    document_body,
    grant_of,
    pointer_of,
)

TODAY = office_today()
SETTER, OTHER, THIRD = (desk("parameter.set", *READING) for _ in range(3))
BAN = {
    "what": "forbid_use", "division_code": COUNTY, "fund_kind": "special", "use_code": "works",
    "valid_from": TODAY.isoformat(), "source": "县文件〔2026〕1号",
}  # fmt: skip
END = {name: BAN[name] for name in ("division_code", "fund_kind", "use_code", "valid_from", "source")} | {
    "what": "end_forbidden_use", "valid_to": TODAY.isoformat(),
}  # fmt: skip
TERM = {
    "what": "enter_fund_kind_term", "division_code": COUNTY, "fund_kind": "provincial_special", "from_year": TODAY.year,
    "regime": "县内", "label_zh": "县内名称", "label_en": "Name in the county", "directions": ["产业发展", "以工代赈"],
    "fee_excluded": ["以工代赈"], "source": "县文件",
}  # fmt: skip
APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": TODAY.isoformat()}


def path_of(change: dict[str, Any]) -> str:
    return f"/vocabulary-changes/{change['change_id']}/decision"


async def changed(world: World, change: dict[str, Any], **decision: Any) -> dict[str, Any]:
    proposed = await world.made(SETTER, "/vocabulary-changes", {"change": change})
    return await world.made(OTHER, path_of(proposed), APPROVE | decision)


async def bans(world: World) -> list[dict[str, Any]]:
    rows = (await world.seen(READER, "/forbidden-uses"))["items"]
    return [row for row in rows if row["division_code"] == COUNTY]


def asked(receipt: dict[str, Any]) -> dict[str, Any]:
    return {
        "receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 100, "proposed_on": TODAY.isoformat(),
    }  # fmt: skip


async def test_a_ban_binds_from_its_approval_and_no_more_after_its_end(world: World) -> None:
    receipt = await world.money(1000)
    proposed = await world.made(SETTER, "/vocabulary-changes", {"change": BAN})
    assert (proposed["state"], proposed["decided_by"]) == ("proposed", None)
    await world.made(MAKER, "/allocations", asked(receipt))
    for who, status in ((SETTER, 403), (READER, 403), (desk("parameter.set", scope=("341621",)), 404)):
        assert (await world.post(who, path_of(proposed), APPROVE)).status_code == status
    approved = await world.made(OTHER, path_of(proposed), APPROVE)
    assert approved["state"] == "approved"
    assert code_of(await world.post(THIRD, path_of(proposed), APPROVE)) == "already_decided"
    refused = await world.post(MAKER, "/allocations", asked(receipt))
    assert (code_of(refused), refused.json()["facts"]["source"]) == ("use_forbidden", BAN["source"])
    (row,) = await bans(world)
    assert (row["valid_from"], row["valid_to"]) == (BAN["valid_from"], None)
    await changed(world, END)
    (row,) = await bans(world)
    assert (row["valid_from"], row["valid_to"], row["source"]) == (BAN["valid_from"], END["valid_to"], BAN["source"])
    assert code_of(await world.post(SETTER, "/vocabulary-changes", {"change": END})) == "entry_not_open"
    later = (TODAY + timedelta(days=1)).isoformat()
    await changed(world, BAN | {"valid_from": later})
    assert len(await bans(world)) == 2
    seen = (await world.seen(READER, "/vocabulary-changes"))["items"]
    assert [row["change"]["what"] for row in seen] == ["forbid_use", "end_forbidden_use", "forbid_use"]
    await world.books_balance()


async def test_what_an_area_forbids_binds_it_and_what_lies_below_and_nobody_else(world: World) -> None:
    receipt = await world.money(1000)
    await changed(world, BAN | {"fund_kind": "central_special", "division_code": COUNTY})
    assert code_of(await world.post(MAKER, "/allocations", asked(receipt))) == "use_forbidden"
    world.projects["P2"] = grant_of("P2", county_code="341621", division_code="341621")
    other = await world.receipt(await world.document({"341621": 500}), "341621", ELSEWHERE)
    await world.made(ELSEWHERE, "/allocations", asked(other) | {"project_code": "P2"})
    above = [desk("parameter.set", *READING, scope=("34",), office="34-finance", level="province") for _ in range(2)]
    proposed = await world.made(above[0], "/vocabulary-changes", {"change": BAN | {"division_code": "34"}})
    await world.made(above[1], path_of(proposed), APPROVE)
    refused = await world.post(ELSEWHERE, "/allocations", asked(other) | {"project_code": "P2"})
    assert code_of(refused) == "use_forbidden"


async def test_wrong_changes_are_refused_and_change_nothing(world: World) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    wrong = {
        "entry_in_the_past": BAN | {"valid_from": yesterday},
        "entry_span_wrong": BAN | {"valid_to": yesterday},
        "entry_not_open": END,
        "use_unknown": BAN | {"use_code": "holidays"},
        "fund_kind_unknown": BAN | {"fund_kind": "pocket"},
        "entry_overlaps": TERM | {"division_code": COUNTY},
    }
    await changed(world, TERM)
    for code, change in wrong.items():
        refused = await world.post(SETTER, "/vocabulary-changes", {"change": change})
        assert code_of(refused) == code
        assert pointer_of(refused).startswith("/change")
    for malformed in (BAN | {"what": "forbid"}, TERM | {"directions": ["a;b"]}, BAN | {"source": ""}, {}):
        answer = await world.post(SETTER, "/vocabulary-changes", {"change": malformed})
        assert answer.status_code in (400, 422)
    for change in (BAN | {"division_code": "00"}, BAN | {"division_code": "341621"}):
        assert (await world.post(SETTER, "/vocabulary-changes", {"change": change})).status_code == 404
    told = await changed(world, BAN, outcome="refuse")
    assert told["state"] == "refused"
    assert await bans(world) == []


async def test_of_overlapping_entries_decided_at_once_exactly_one_gets_in(world: World) -> None:
    made = [await world.made(SETTER, "/vocabulary-changes", {"change": BAN}) for _ in range(5)]
    answers = await asyncio.gather(*(world.insist(OTHER, path_of(one), APPROVE) for one in made))
    codes = sorted("" if answer.status_code == 200 else code_of(answer) for answer in answers)
    assert codes == ["", *["entry_overlaps"] * 4]
    assert len(await bans(world)) == 1


async def test_an_area_gives_money_its_own_name_and_directions_from_a_fund_year_on(world: World) -> None:
    year = TODAY.year
    before = document_body(
        {COUNTY: 500}, fund_kind="provincial_special", fund_year=year, issued_on=TODAY.isoformat(),
        drawn_on_receipt_id=None,
    )  # fmt: skip
    before["lines"][0]["direction"] = "产业发展"
    assert code_of(await world.post(PROVINCE, "/documents", before)) == "direction_unknown"
    above = [desk("parameter.set", *READING, scope=("34",), office="34-finance", level="province") for _ in range(2)]
    proposed = await world.made(above[0], "/vocabulary-changes", {"change": TERM | {"division_code": "34"}})
    await world.made(above[1], path_of(proposed), APPROVE)
    await world.made(PROVINCE, "/documents", before)
    named = {}
    for area in ("00", "34", COUNTY):
        kinds = (await world.seen(READER, "/fund-kinds", fund_year=year, division_code=area))["items"]
        named[area] = next(kind["label_zh"] for kind in kinds if kind["code"] == "provincial_special")
    assert named["34"] == named[COUNTY] == "县内名称" != named["00"]
    last = (await world.seen(READER, "/fund-kinds", fund_year=year - 1, division_code=COUNTY))["items"]
    assert next(kind["label_zh"] for kind in last if kind["code"] == "provincial_special") == named["00"]
    end = {
        "what": "end_fund_kind_term", "division_code": "34", "fund_kind": "provincial_special", "from_year": year,
        "to_year": year, "source": "省文件",
    }  # fmt: skip
    proposed = await world.made(above[0], "/vocabulary-changes", {"change": end})
    await world.made(above[1], path_of(proposed), APPROVE)
    after = (await world.seen(READER, "/fund-kinds", fund_year=year + 1, division_code=COUNTY))["items"]
    assert next(kind["label_zh"] for kind in after if kind["code"] == "provincial_special") == named["00"]


async def test_a_countys_own_term_is_never_wider_than_those_above(world: World) -> None:
    term = TERM | {
        "fund_kind": "central_linkage", "directions": ["以工代赈"], "fee_excluded": ["以工代赈", "欠发达国有林场"],
    }  # fmt: skip
    for changes, pointer in (
        ({"fee_excluded": ["以工代赈"]}, "/change/fee_excluded"),
        ({"directions": ["以工代赈", "办公楼"]}, "/change/directions"),
    ):
        refused = await world.post(SETTER, "/vocabulary-changes", {"change": term | changes})
        assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, "term_wider", pointer)
    assert (await world.seen(READER, "/vocabulary-changes"))["items"] == []
    await changed(world, term)


async def test_money_that_was_received_goes_down_as_it_came_whatever_was_decided_of_its_kind_since(
    world: World,
) -> None:
    year, today = TODAY.year, TODAY.isoformat()
    money = {"fund_year": year, "issued_on": today}
    body = document_body({"3416": 500}, **money)
    body["lines"][0]["direction"] = "少数民族发展"
    receipt = await world.receipt(await world.made(PROVINCE, "/documents", body), "3416", CITY, on=today)
    excluded = ["以工代赈", "欠发达国有林场", "国有贫困林场"]
    term = TERM | {"fund_kind": "central_special", "division_code": "3416", "fee_excluded": excluded}
    term |= {"directions": ["以工代赈"]}
    setters = [desk("parameter.set", *READING, scope=("3416",), office="3416-finance", level="city") for _ in range(2)]
    proposed = await world.made(setters[0], "/vocabulary-changes", {"change": term})
    await world.made(setters[1], path_of(proposed), APPROVE)
    down = money | {"issuing_division": "3416", "drawn_on_receipt_id": receipt["receipt_id"]}
    further = document_body({COUNTY: 500}, **down)
    assert code_of(await world.post(CITY, "/documents", further)) == "direction_not_of_receipt"
    further["lines"][0]["direction"] = "少数民族发展"
    await world.made(CITY, "/documents", further)
    again = document_body({"3416": 500}, **money)
    again["lines"][0]["direction"] = "少数民族发展"
    await world.made(PROVINCE, "/documents", again)
    await world.books_balance()
