"""Factor proposals over HTTP: computed, adjusted with a reason, decided by another, issued as a document."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.clocks import stand
from tests.services.funds.world import CITY, COUNTY, MAKER, PROVINCE, READING, YEAR, World, code_of, day, pointer_of
from tests.support.harness import actor

WRITING = ("factor_proposal.write", "factor_proposal.decide", "document.issue", *READING)
ONE = actor(*WRITING, scope=("34",), office="34-finance", level="province")
TWO = actor(*WRITING, scope=("34",), office="34-finance", level="province")
THREE = actor(*WRITING, scope=("34",), office="34-finance", level="province")
WAN = 1_000_000


def values(*amounts: str) -> list[dict[str, str]]:
    return [{"division_code": code, "value": value} for code, value in zip((COUNTY, "341621"), amounts, strict=True)]


def body(**changes: Any) -> dict[str, Any]:
    return {
        "division_code": "34", "fund_year": YEAR, "fund_kind": "central_special", "batch": "advance",
        "total_fen": 10 * WAN, "unit": "wan",
        "indicators": [
            {"name": "贫困人口", "source": "年末台账", "weight": "0.6", "values": values("2000", "1000")},
            {"name": "上年绩效", "source": "考核通报", "weight": "0.4", "values": values("90.5", "90.5")},
        ],
    } | changes  # fmt: skip


async def approved(world: World, **changes: Any) -> dict[str, Any]:
    made = await world.made(ONE, "/factor-proposals", body(**changes))
    return await decide(world, made)


async def decide(world: World, made: dict[str, Any], who: Any = TWO, outcome: str = "approve") -> dict[str, Any]:
    path = f"/factor-proposals/{made['proposal_id']}"
    seen = len((await world.seen(PROVINCE, path))["adjustments"])
    words = {"outcome": outcome, "opinion": "同意", "decided_on": world_today(), "adjustments": seen}
    return await world.made(who, f"{path}/decision", words)


def world_today() -> str:
    return office_today().isoformat()


def amounts(made: dict[str, Any]) -> dict[str, int]:
    return {line["division_code"]: line["amount_fen"] // WAN for line in made["lines"]}


async def test_money_divided_by_factors_becomes_a_document_of_whole_wan(world: World) -> None:
    made = await world.made(ONE, "/factor-proposals", body())
    assert amounts(made) == {COUNTY: 6, "341621": 4}
    step = {
        "adjustments": 0, "reason": "灾后重建倾斜",
        "changes": [
            {"division_code": COUNTY, "amount_fen": 7 * WAN}, {"division_code": "341621", "amount_fen": 3 * WAN},
        ],
    }  # fmt: skip
    adjusted = await world.made(ONE, f"/factor-proposals/{made['proposal_id']}/adjustments", step)
    assert amounts(adjusted) == {COUNTY: 7, "341621": 3}
    assert [line["computed_fen"] // WAN for line in adjusted["lines"]] == [6, 4]
    assert adjusted["adjustments"][0]["changes"][0] == {
        "division_code": COUNTY, "before_fen": 6 * WAN, "amount_fen": 7 * WAN,
    }  # fmt: skip
    await decide(world, made)
    paper = {"number": "皖财〔2025〕77号", "title": "分配结果", "issued_on": day(5), "office_name": "安徽省财政厅"}
    issued = await world.made(ONE, f"/factor-proposals/{made['proposal_id']}/document", paper)
    assert issued["state"] == "issued"
    document = await world.seen(PROVINCE, f"/documents/{issued['document_id']}")
    assert (document["total_fen"], document["office_name"]) == (10 * WAN, "安徽省财政厅")
    assert [line["amount_fen"] for line in document["lines"]] == [7 * WAN, 3 * WAN]
    await world.receipt(document | {"lines": document["lines"]}, on=day(6))
    again = await world.post(ONE, f"/factor-proposals/{made['proposal_id']}/document", paper | {"number": "另号"})
    assert (again.status_code, code_of(again)) == (409, "step_not_due")
    assert len((await world.seen(PROVINCE, "/documents"))["items"]) == 1
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"indicators": [body()["indicators"][0]]}, "weights_not_one", "/indicators"),
        ({"total_fen": 10 * WAN + 1}, "not_whole_wan", "/total_fen"),
        (
            {"indicators": [body()["indicators"][0] | {"weight": "1", "values": values("0", "0")}]},
            "indicator_empty", "/indicators/0/values",
        ),
        ({"fund_kind": "pocket_money"}, "fund_kind_unknown", "/fund_kind"),
        ({"direction": "修路"}, "direction_unknown", "/lines/0/direction"),
        ({"division_code": "341622", "drawn_on_receipt_id": None}, None, None),
    ],
)  # fmt: skip
async def test_what_cannot_become_a_document_is_not_proposed(
    world: World, changes: dict[str, Any], code: str | None, pointer: str | None
) -> None:
    refused = await world.post(ONE, "/factor-proposals", body(**changes))
    assert refused.status_code == 422, refused.text
    if code is not None:
        assert (code_of(refused), pointer_of(refused)) == (code, pointer)
    assert (await world.seen(PROVINCE, "/factor-proposals"))["items"] == []


async def test_a_proposal_is_decided_on_no_day_before_its_last_adjustment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as spring:
        stand(spring, day(4))
        made = await world.made(ONE, "/factor-proposals", body())
    path = f"/factor-proposals/{made['proposal_id']}"
    changes = [{"division_code": COUNTY, "amount_fen": 7 * WAN}, {"division_code": "341621", "amount_fen": 3 * WAN}]
    await world.made(ONE, f"{path}/adjustments", {"adjustments": 0, "reason": "灾后重建", "changes": changes})
    early = {"outcome": "approve", "opinion": "同意", "decided_on": day(4, 2), "adjustments": 1}
    refused = await world.post(TWO, f"{path}/decision", early)
    assert (code_of(refused), refused.json()["facts"]) == ("day_before_step", {"not_before": world_today()})
    await decide(world, made)


async def test_an_adjustment_the_decider_has_not_seen_is_not_approved(world: World) -> None:
    made = await world.made(ONE, "/factor-proposals", body())
    path = f"/factor-proposals/{made['proposal_id']}"
    changes = [{"division_code": COUNTY, "amount_fen": 7 * WAN}, {"division_code": "341621", "amount_fen": 3 * WAN}]
    await world.made(ONE, f"{path}/adjustments", {"adjustments": 0, "reason": "灾后重建", "changes": changes})
    words = {"outcome": "approve", "opinion": "同意", "decided_on": world_today()}
    refused = await world.post(TWO, f"{path}/decision", words)
    assert (refused.status_code, code_of(refused)) == (409, "adjusted_meanwhile")
    assert refused.json()["facts"] == {"adjustments": 1}
    await world.made(TWO, f"{path}/decision", words | {"adjustments": 1})


async def test_who_proposed_or_adjusted_does_not_decide_and_nothing_is_issued_before(world: World) -> None:
    made = await world.made(ONE, "/factor-proposals", body())
    path = f"/factor-proposals/{made['proposal_id']}"
    step = {"adjustments": 0, "reason": "理由", "changes": [{"division_code": COUNTY, "amount_fen": 6 * WAN}]}
    await world.made(THREE, path + "/adjustments", step)
    stale = await world.post(ONE, path + "/adjustments", step)
    assert (stale.status_code, code_of(stale)) == (409, "adjusted_meanwhile")
    words = {"outcome": "approve", "opinion": "同意", "decided_on": world_today()}
    for who in (ONE, THREE):
        same = await world.post(who, path + "/decision", words)
        assert (same.status_code, code_of(same)) == (403, "same_person")
    paper = {"number": "皖财〔2025〕78号", "title": "分配结果", "issued_on": day(5)}
    early = await world.post(ONE, path + "/document", paper)
    assert (early.status_code, code_of(early)) == (409, "step_not_due")
    off = await world.post(ONE, path + "/adjustments", step | {"adjustments": 1, "changes": [
        {"division_code": COUNTY, "amount_fen": 7 * WAN}]})  # fmt: skip
    assert (off.status_code, code_of(off)) == (422, "adjustment_changes_sum")
    await decide(world, made, outcome="refuse")
    late = await world.post(THREE, path + "/adjustments", step | {"adjustments": 1})
    assert (late.status_code, code_of(late)) == (409, "already_decided")
    assert (await world.seen(PROVINCE, "/documents"))["items"] == []
    assert (await world.post(MAKER, "/factor-proposals", body())).status_code == 403


async def test_two_who_issue_at_once_issue_one_document(world: World) -> None:
    made = await approved(world)
    path = f"/factor-proposals/{made['proposal_id']}/document"
    papers = [{"number": f"皖财〔2025〕{n}号", "title": "分配结果", "issued_on": day(5)} for n in (1, 2)]
    answers = await asyncio.gather(*(world.insist(ONE, path, paper) for paper in papers))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len((await world.seen(PROVINCE, "/documents"))["items"]) == 1
    await world.books_balance()


async def test_a_city_divides_what_it_received_and_not_a_fen_more(world: World) -> None:
    city = actor(*WRITING, scope=("3416",), office="3416-finance", level="city")
    other = actor(*WRITING, scope=("3416",), office="3416-finance", level="city")
    received = await world.receipt(await world.document({"3416": 9 * WAN}), "3416", CITY)
    drawn = {"division_code": "3416", "drawn_on_receipt_id": received["receipt_id"]}
    made = await world.made(city, "/factor-proposals", body(**drawn))
    await decide(world, made, other)
    paper = {"number": "亳财〔2025〕1号", "title": "分配结果", "issued_on": day(5)}
    refused = await world.post(city, f"/factor-proposals/{made['proposal_id']}/document", paper)
    assert (refused.status_code, code_of(refused)) == (422, "receipt_exhausted")
    assert (await world.seen(CITY, f"/receipts/{received['receipt_id']}"))["left_fen"] == 9 * WAN
