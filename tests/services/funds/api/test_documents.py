"""Fund documents over HTTP: issued whole, to the fen, from money that is there."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
import xlsxwriter

from shared.chassis.clock import office_today
from tests.services.funds.world import (
    BASE,
    CITY,
    CLAIMANT,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    YEAR,
    World,
    code_of,
    day,
    document_body,
    grant_of,
    pointer_of,
)


async def test_a_province_hands_central_money_down_and_each_county_sees_its_own_line(world: World) -> None:
    made = await world.document({"341622": 600, "341621": 400})
    assert [line["division_name"] for line in made["lines"]] == ["蒙城县", "涡阳县"]
    mine = await world.seen(READER, f"/documents/{made['document_id']}")
    assert [line["division_code"] for line in mine["lines"]] == ["341622"]
    assert mine["total_fen"] == 1_000
    listed = await world.seen(READER, "/documents", fund_year=YEAR)
    assert [row["document_id"] for row in listed["items"]] == [made["document_id"]]
    other = await world.get(READER, "/documents/999999")
    hidden = await world.document({"341204": 5})
    unseen = await world.get(READER, f"/documents/{hidden['document_id']}")
    assert (other.status_code, unseen.status_code) == (404, 404)
    assert {**other.json(), "trace_id": ""} == {**unseen.json(), "trace_id": ""}
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"total_fen": 999}, "lines_do_not_add_up", "/total_fen"),
        ({"fund_kind": "pocket_money"}, "fund_kind_unknown", "/fund_kind"),
        ({"fund_kind": "county_special"}, "fund_kind_of_lower_level", "/fund_kind"),
        ({"lines": [{"division_code": "341699", "amount_fen": 1000}]}, "division_unknown", "/lines/0/division_code"),
        ({"lines": [{"division_code": "41", "amount_fen": 1000}]}, "line_not_below_issuer", "/lines/0/division_code"),
        (
            {"lines": [{"division_code": "341622101", "amount_fen": 1000}]},
            "line_below_county",
            "/lines/0/division_code",
        ),
        ({"lines": [{"division_code": "3416", "amount_fen": 500}] * 2}, "line_repeated", "/lines/1/division_code"),
    ],
)
async def test_a_wrong_document_is_refused_and_no_money_moves(
    world: World, changes: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1000}, **changes))
    assert (refused.status_code, code_of(refused)) == (422, code)
    assert pointer_of(refused) == pointer
    assert (await world.seen(PROVINCE, "/documents"))["items"] == []
    assert (await world.seen(PROVINCE, "/ledger/transfers"))["items"] == []


async def test_a_document_for_a_division_that_was_closed_by_its_day_is_refused(world: World) -> None:
    """Nobody would receive the money; a paper of the division's own days is entered late all the same."""
    world.closed[COUNTY] = day(1, 31)
    refused = await world.post(PROVINCE, "/documents", document_body({"341621": 1, COUNTY: 1}, issued_on=day(2)))
    assert (refused.status_code, code_of(refused)) == (422, "division_closed")
    assert (pointer_of(refused), refused.json()["facts"]) == ("/lines/1/division_code", {"closed_since": day(2)})
    await world.document({COUNTY: 1}, issued_on=day(1, 31))


async def test_a_document_of_tomorrow_is_refused(world: World) -> None:
    tomorrow = office_today().replace(year=office_today().year + 1).isoformat()
    refused = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1}, issued_on=tomorrow))
    assert code_of(refused) == "day_in_future"


async def test_a_number_is_used_once_by_a_division(world: World) -> None:
    body = document_body({COUNTY: 1000}, number="皖财预〔1〕1号")
    await world.made(PROVINCE, "/documents", body)
    again = await world.post(PROVINCE, "/documents", body)
    assert (again.status_code, code_of(again)) == (409, "document_number_taken")
    assert len((await world.seen(PROVINCE, "/documents"))["items"]) == 1


async def test_nobody_issues_for_another_area_and_money_needs_a_key(world: World) -> None:
    outside = await world.post(ELSEWHERE, "/documents", document_body({COUNTY: 1}))
    role = await world.post(CLAIMANT, "/documents", document_body({COUNTY: 1}))
    async with world.funds.as_(PROVINCE) as client:
        keyless = await client.post(BASE + "/documents", json=document_body({COUNTY: 1}))
    assert (outside.status_code, role.status_code, keyless.status_code) == (404, 403, 400)


async def test_a_request_sent_again_after_its_office_was_succeeded_is_carried_out_once(world: World) -> None:
    body = document_body({COUNTY: 1000})
    first = await world.post(PROVINCE, "/documents", body, "k1")
    heir = replace(PROVINCE, office="34-finance-2", offices_before=("34-other", PROVINCE.office))
    asking = replace(heir, permissions=heir.permissions | {"operation.read"})
    again = await world.post(heir, "/documents", body, "k1")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    kept: Any = await world.seen(asking, "/operations/k1")
    assert [row["status"] for row in kept] == [201]
    other = document_body({COUNTY: 2000}, number="皖财预〔2〕2号")
    assert (await world.post(heir, "/documents", other, "k1")).status_code == 201, "the key of another office's request"
    assert len((await world.seen(PROVINCE, "/documents"))["items"]) == 2


async def test_the_same_key_gives_the_same_answer_and_a_refusal_is_final_under_its_key(world: World) -> None:
    body = document_body({COUNTY: 1000})
    first = await world.post(PROVINCE, "/documents", body, "k1")
    again = await world.post(PROVINCE, "/documents", body, "k1")
    other = await world.post(PROVINCE, "/documents", document_body({COUNTY: 2000}), "k1")
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert code_of(other) == "idempotency_key_reused"
    wrong = document_body({"341699": 5})
    refused = await world.post(PROVINCE, "/documents", wrong, "k2")
    replayed = await world.post(PROVINCE, "/documents", wrong, "k2")
    assert refused.json() == replayed.json()
    assert replayed.headers["idempotency-replayed"] == "true"


async def test_a_registry_that_is_away_is_no_outcome(world: World) -> None:
    body = document_body({COUNTY: 1000})
    world.down.add("registry")
    away = await world.post(PROVINCE, "/documents", body, "k1")
    world.down.clear()
    world.__post_init__()
    back = await world.post(PROVINCE, "/documents", body, "k1")
    assert (away.status_code, back.status_code) == (503, 201)
    assert "retry-after" in away.headers


async def test_a_city_passes_down_what_it_received_and_not_a_fen_more(world: World) -> None:
    received = await world.receipt(await world.document({"3416": 1000}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": received["receipt_id"], "issued_on": day(2, 5)}
    await world.document({COUNTY: 700}, CITY, **drawn)
    too_much = await world.post(CITY, "/documents", document_body({"341621": 301}, **drawn))
    assert (too_much.status_code, code_of(too_much)) == (422, "receipt_exhausted")
    assert too_much.json()["facts"] == {"available_fen": 300}
    await world.document({"341621": 300}, CITY, **drawn)
    left = await world.seen(CITY, f"/receipts/{received['receipt_id']}")
    assert left["left_fen"] == 0
    await world.books_balance()


async def test_money_is_not_turned_into_other_money_nor_drawn_before_it_came(world: World) -> None:
    received = await world.receipt(await world.document({"3416": 1000}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": received["receipt_id"], "issued_on": day(2, 5)}
    for change in ({"fund_year": YEAR - 1}, {"fund_kind": "lottery"}, {"batch": "regular"}):
        refused = await world.post(CITY, "/documents", document_body({COUNTY: 5}, **(drawn | change)))
        assert code_of(refused) == "drawn_on_other_money"
    early = await world.post(CITY, "/documents", document_body({COUNTY: 5}, **(drawn | {"issued_on": day(1, 31)})))
    assert code_of(early) == "day_before_step"
    foreign = await world.post(
        PROVINCE, "/documents", document_body({COUNTY: 5}, **(drawn | {"issuing_division": "34"}))
    )
    assert foreign.status_code == 404


async def test_a_county_enters_its_own_budget_for_itself(world: World) -> None:
    own = {"issuing_division": COUNTY, "fund_kind": "county_special"}
    made = await world.document({COUNTY: 500}, MAKER, **own)
    assert made["drawn_on_receipt_id"] is None
    await world.receipt(made)


def workbook(rows: Sequence[Sequence[object]], sheet: str = "资金分配") -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return content.getvalue()


HEAD: list[object] = ["序号", "县(市、区)", "区划代码", "金额(万元)"]
SHEET: list[list[object]] = [
    HEAD,
    [1, "蒙城县", "341622", 29.862588],
    [2, "涡阳县", "341621", 100],
    [None, "合计", None, 129.862588],
]


async def upload(world: World, content: bytes, **changes: str) -> httpx.Response:
    form = {
        "number": uuid.uuid4().hex[:6],
        "title": "资金分配表",
        "issued_on": day(1, 10),
        "issuing_division": "34",
        "fund_year": str(YEAR),
        "fund_kind": "provincial_special",
        "batch": "advance",
    } | changes
    async with world.funds.as_(PROVINCE) as client:
        return await client.post(
            BASE + "/documents/imports",
            data=form,
            files={"file": ("a.xlsx", content, "application/octet-stream")},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )


async def test_a_workbook_becomes_a_document_exact_to_the_fen(world: World) -> None:
    made = await upload(world, workbook(SHEET))
    assert made.status_code == 201, made.text
    assert made.json()["total_fen"] == 129_862_588
    assert [line["amount_fen"] for line in made.json()["lines"]] == [29_862_588, 100_000_000]


async def test_a_wrong_workbook_is_refused_by_row_and_nothing_is_issued(world: World) -> None:
    unknown: list[list[object]] = [HEAD, [1, "某县", "341699", 1], [None, "合计", None, 1]]
    for content, code in (
        (b"no zip at all", "workbook_wrong"),
        (workbook(SHEET, "别的表"), "workbook_wrong"),
        (workbook([["序号", "县", "代码", "金额(元)"]]), "workbook_headers_wrong"),
        (workbook([*SHEET[:3], [None, "合计", None, 130]]), "workbook_sum_wrong"),
        (workbook(SHEET[:3]), "workbook_sum_missing"),
        (workbook([HEAD, [1, "蒙城县", "341622", 0.0000001], [None, "合计", None, 1]]), "workbook_amount_wrong"),
        (workbook([HEAD, [1], [None, "合计", None, 1]]), "workbook_row_wrong"),
        (workbook([HEAD, [1, "蒙城县", "341622"], [None, "合计", None, 1]]), "workbook_amount_wrong"),
        (workbook([HEAD, SHEET[1], [None, "合计"]]), "workbook_amount_wrong"),
        (workbook(unknown), "division_unknown"),
    ):
        refused = await upload(world, content)
        assert (refused.status_code, code_of(refused)) == (422, code)
    assert refused.json()["facts"] == {"row": 2}
    bad_form = await upload(world, workbook(SHEET), fund_year="twenty")
    assert pointer_of(bad_form) == "/fund_year"
    assert (await world.seen(PROVINCE, "/documents"))["items"] == []


async def test_one_paper_gives_one_place_its_money_once_however_its_number_is_written(world: World) -> None:
    """A county does not enter for itself what its province entered: 皖财〔…〕 and 皖财 [...] are one paper."""
    await world.document({COUNTY: 1000}, number="皖财预〔2025〕8号")
    own = {"issuing_division": COUNTY, "number": "皖财预 [2025] 8 号", "fund_kind": "county_special"}
    refused = await world.post(MAKER, "/documents", document_body({COUNTY: 1000}, **own))
    assert (refused.status_code, code_of(refused)) == (409, "document_line_taken")
    again = await world.post(PROVINCE, "/documents", document_body({"341621": 5}, number="皖财预（2025）8号"))
    assert (again.status_code, code_of(again)) == (409, "document_number_taken")
    assert len((await world.seen(PROVINCE, "/documents"))["items"]) == 1
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"fund_kind": "central_linkage", "fund_year": 2020}, "fund_kind_not_in_year", "/fund_kind"),
        ({"direction": "修路"}, "direction_unknown", "/lines/0/direction"),
        ({"direction": "欠发达国有农场", "fund_year": 2019}, "direction_unknown", "/lines/0/direction"),
        ({"matching_fen": 1}, "matching_forbidden", "/lines/0/matching_fen"),
        ({"division_code": "3416", "project_code": "P1"}, "project_named_above_county", "/lines/0/project_code"),
    ],
)
async def test_a_line_its_kind_its_year_or_the_policy_does_not_allow_is_refused(
    world: World, changes: dict[str, Any], code: str, pointer: str
) -> None:
    named = ("direction", "matching_fen", "division_code", "project_code")
    line = {"division_code": COUNTY, "amount_fen": 1000} | {name: changes[name] for name in named if name in changes}
    head = {name: value for name, value in changes.items() if name not in named}
    refused = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=[line], **head))
    assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, code, pointer)
    assert (await world.seen(PROVINCE, "/ledger/transfers"))["items"] == []


async def test_matching_may_be_demanded_of_other_works_and_as_far_as_a_place_allows(world: World) -> None:
    line = [{"division_code": COUNTY, "amount_fen": 1000, "matching_fen": 500}]
    made = await world.made(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=line, public_benefit=False))
    assert made["lines"][0]["matching_fen"] == 500


@pytest.mark.parametrize(
    ("facts", "said", "allowed"),
    [
        ({"category": "village_infrastructure"}, False, False),
        ({"category": "rural_construction"}, False, False),
        ({"category": "of_another_list"}, False, False),
        ({"category": "industry_development"}, False, True),
        ({"category": "industry_development"}, True, False),
        ({"category": "education", "purpose": "grants"}, False, True),
    ],
)
async def test_a_project_a_line_names_says_itself_whether_it_is_for_the_public_benefit(
    world: World, facts: dict[str, Any], said: bool, allowed: bool
) -> None:
    world.projects["P7"] = grant_of("P7", **facts)
    lines = [{"division_code": COUNTY, "amount_fen": 1000, "matching_fen": 500, "project_code": "P7"}]
    body = document_body({COUNTY: 1000}, lines=lines, public_benefit=said)
    answer = await world.post(PROVINCE, "/documents", body)
    if allowed:
        assert answer.status_code == 201, answer.text
    else:
        assert (answer.status_code, code_of(answer)) == (422, "matching_forbidden")
        assert pointer_of(answer) == "/lines/0/matching_fen"


async def test_a_line_names_only_a_project_its_county_has(world: World) -> None:
    world.projects["P7"] = grant_of("P7", county_code="341621", division_code="341621100200")
    for code in ("P7", "341622-2026-9999"):
        lines = [
            {"division_code": COUNTY, "amount_fen": 400, "project_code": "P1"},
            {"division_code": COUNTY, "amount_fen": 600, "project_code": code},
        ]
        refused = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=lines))
        assert (refused.status_code, code_of(refused)) == (422, "named_project_unknown")
        assert pointer_of(refused) == "/lines/1/project_code"
    assert (await world.seen(PROVINCE, "/ledger/transfers"))["items"] == []
    own = [{"division_code": "341621", "amount_fen": 1000, "project_code": "P7"}]
    made = await world.made(PROVINCE, "/documents", document_body({"341621": 1000}, lines=own))
    assert made["lines"][0]["project_code"] == "P7"


async def test_only_a_document_that_names_a_project_waits_for_projects(world: World) -> None:
    world.down.add("projects")
    await world.document({COUNTY: 1000})
    lines = [{"division_code": COUNTY, "amount_fen": 1000, "project_code": "P1"}]
    refused = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=lines))
    assert refused.status_code == 503


async def test_a_direction_goes_down_with_its_money(world: World) -> None:
    lines = [{"division_code": "3416", "amount_fen": 1000, "direction": "以工代赈"}]
    above = await world.made(PROVINCE, "/documents", document_body({"3416": 1000}, lines=lines))
    received = await world.receipt(above, "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": received["receipt_id"], "issued_on": day(2, 5)}
    for direction in (None, "扶贫发展"):
        other = [{"division_code": COUNTY, "amount_fen": 1000, "direction": direction}]
        refused = await world.post(CITY, "/documents", document_body({COUNTY: 1000}, lines=other, **drawn))
        assert code_of(refused) == "direction_not_of_receipt"
    same = [{"division_code": COUNTY, "amount_fen": 1000, "direction": "以工代赈"}]
    down = await world.made(CITY, "/documents", document_body({COUNTY: 1000}, lines=same, **drawn))
    below = await world.receipt(down, on=day(3))
    assert below["direction"] == "以工代赈"


async def test_kinds_are_called_as_their_year_calls_them(world: World) -> None:
    before = {row["code"]: row for row in (await world.seen(READER, "/fund-kinds", fund_year=2020))["items"]}
    after = {row["code"]: row for row in (await world.seen(READER, "/fund-kinds", fund_year=2021))["items"]}
    assert before["provincial_special"]["label_zh"] == "省级财政专项扶贫资金"
    assert after["provincial_special"]["label_zh"] == "省级财政衔接推进乡村振兴补助资金"
    assert "central_linkage" not in before
    assert "central_linkage" in after
    assert [term["from_year"] for term in after["central_special"]["terms"]] == [2000, 2021]
