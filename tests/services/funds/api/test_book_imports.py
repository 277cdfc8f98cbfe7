"""Opening books: a county starts in October with the year as its office kept it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from services.funds.storage.tables import ForbiddenUse
from tests.services.funds.checks import check_progress
from tests.services.funds.opening_books import (
    BOOKS,
    CHIEF,
    CLERK,
    HEADERS,
    allocation,
    awkward_workbook,
    checked,
    closed,
    csv_of,
    decision,
    faults,
    paid,
    posted,
    receipt,
    rows_of,
    send_in,
    workbook,
)
from tests.services.funds.world import (
    COUNTY,
    ELSEWHERE,
    MAKER,
    READER,
    RELEASER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
)

FIRST, SECOND = BOOKS["allocations"]
CHECKER_OF_BOOKS = desk("book_import.decide")
NOTHING: dict[str, Any] = {"receipts": [], "allocations": [], "payments": []}
BOOKS_OF_LATER_DAYS: dict[str, Any] = {
    "receipts": [receipt("R9", "5000.00", on=day(9), issued_on=day(9))],
    "allocations": [allocation("A9", "R9", "100.00", on=day(9, 2), decided=day(9, 3))],
    "payments": [],
}
RECEIVED, ALLOCATED, PAID, BACK = 1_500_050, 1_100_000, 400_000, 40_000


async def nothing_moved(world: World) -> None:
    assert (await world.progress())["total"]["received_fen"] == 0
    assert (await world.seen(READER, "/ledger/trial-balance", division_code=COUNTY))["rows"] == []


async def test_a_county_begins_in_october_with_the_year_as_its_office_kept_it(world: World) -> None:
    sent = await checked(world, workbook())
    assert (sent["state"], sent["lines"], sent["received_fen"], sent["paid_fen"]) == ("checked", 8, RECEIVED, PAID)
    await nothing_moved(world)
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    assert answer.json()["state"] == "posted", answer.text
    total = (await check_progress(world, division_code=COUNTY))["total"]
    assert (total["received_fen"], total["allocated_fen"]) == (RECEIVED, ALLOCATED)
    assert (total["paid_fen"], total["returned_fen"], total["withheld_fen"]) == (PAID, BACK, 0)
    await world.books_balance()


async def test_past_days_answer_as_if_entered_day_by_day(world: World) -> None:
    await posted(world, workbook())
    expected = {
        day(1, 31): (0, 0, 0, 0, 0),
        day(2): (1_000_000, 0, 0, 0, 0),
        day(3, 10): (1_000_000, 800_000, 0, 0, 0),
        day(5, 3): (1_500_050, 1_100_000, 0, 0, 9_000),
        day(5, 4): (1_500_050, 1_100_000, 291_000, 0, 9_000),
        day(6, 4): (1_500_050, 1_100_000, 391_000, 0, 9_000),
        day(6, 20): (1_500_050, 1_100_000, 391_000, 40_000, 9_000),
        day(10): (1_500_050, 1_100_000, 400_000, 40_000, 0),
    }
    for on, measures in expected.items():
        total = (await check_progress(world, division_code=COUNTY, as_of=on))["total"]
        names = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")
        assert tuple(total[name] for name in names) == measures, on


async def test_opened_books_are_walked_from_source_to_payee_and_known_as_opened(world: World) -> None:
    opened = await posted(world, workbook())
    walk = await world.seen(READER, "/trace", project_code="P1")
    assert walk["differences"] == []
    assert {node["type"] for node in walk["nodes"]} == {
        "document", "line", "receipt", "allocation", "claim", "payment", "return",
    }  # fmt: skip
    assert {node["book_import_id"] for node in walk["nodes"]} == {opened["import_id"]}
    transfers = await world.seen(READER, "/ledger/transfers", division_code=COUNTY, limit=200)
    assert {row["cause_type"] for row in transfers["items"]} == {"book_import"}


async def test_business_goes_on_upon_opened_books(world: World) -> None:
    await posted(world, workbook())
    walk = await world.seen(READER, "/trace", project_code="P1")
    payment = next(node["id"].split(":")[1] for node in walk["nodes"] if node["type"] == "payment")
    back = {"amount_fen": 1_000, "returned_on": day(11), "reason": "退回", "bank_reference": "later-1"}
    assert (await world.post(RELEASER, f"/payments/{payment}/return", back)).status_code == 200
    body = {"receipt_id": 1, "project_code": "P1", "amount_fen": 1_000, "proposed_on": day(11)}
    assert (await world.post(MAKER, "/allocations", body)).status_code == 201
    await world.books_balance()


async def test_three_csv_files_in_any_encoding_and_unit_are_the_same_books(world: World) -> None:
    wan = [*HEADERS["receipts"][:-1], "金额(万元)"]
    rows = [[*row[:-1], {"10000.00": "1", "5000.50": "0.50005"}[row[-1]]] for row in BOOKS["receipts"]]
    files = {
        "receipts": csv_of(closed("receipts", rows, wan, total="1.50005"), "gb18030"),
        "allocations": csv_of(closed("allocations", BOOKS["allocations"])),
        "payments": csv_of(closed("payments", BOOKS["payments"])),
    }
    first = await checked(world, files)
    assert (first["state"], first["received_fen"]) == ("checked", RECEIVED)
    again = await send_in(world, workbook())
    assert (again.status_code, code_of(again)) == (409, "book_already_sent_in")


async def test_the_same_workbook_twice_is_refused_whoever_sends_it(world: World) -> None:
    await posted(world, workbook())
    answer = await send_in(world, workbook(), who=desk("book_import.write"))
    assert (answer.status_code, code_of(answer)) == (409, "book_already_sent_in")
    assert (await world.progress())["total"]["received_fen"] == RECEIVED


async def test_amounts_are_read_as_offices_write_them_and_never_rounded(world: World) -> None:
    headers = [*HEADERS["receipts"][:-1], "金额(万元)"]
    rows = [receipt("R1", "1,234,567.89"), receipt("R2", "12.345678"), receipt("R3", "")]
    rows[2][-1] = 0.1
    sheet = closed("receipts", rows, headers, total="1234580.335678")
    sent = await checked(world, workbook(NOTHING, receipts=sheet))
    assert (sent["state"], sent["received_fen"]) == ("checked", 1_234_580_335_678), await faults(world, sent)
    rows[1][-1] = "12.3456789"
    bad = await checked(world, workbook(NOTHING, receipts=closed("receipts", rows, headers, total="1234580.3356789")))
    assert ("接收", 3, "fraction_of_fen") in await faults(world, bad)


async def test_a_sheet_that_does_not_add_up_is_told_and_nothing_can_be_posted(world: World) -> None:
    wrong = closed("receipts", BOOKS["receipts"], total="15000.51")
    sent = await checked(world, workbook(BOOKS, receipts=wrong))
    assert (sent["state"], await faults(world, sent)) == ("faulty", [("接收", 4, "total_differs")])
    open_ended = await checked(world, workbook(BOOKS, receipts=wrong[:-1]))
    assert await faults(world, open_ended) == [("接收", 3, "total_missing")]
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    assert (answer.status_code, code_of(answer)) == (409, "book_not_waiting")
    await nothing_moved(world)


async def test_a_project_the_library_does_not_have_is_named(world: World) -> None:
    books = BOOKS | {
        "allocations": [
            allocation("A1", "R1", "8000.00"),
            allocation("A2", "R2", "3000.00", "OLD-7", day(4, 5), day(4, 6)),
        ]
    }
    sent = await checked(world, workbook(books))
    assert (sent["state"], sent["missing_projects"]) == ("faulty", ["OLD-7"])
    told = (await world.seen(CLERK, f"/book-imports/{sent['import_id']}/faults"))["items"]
    assert [(one["row"], one["code"], one["project_code"]) for one in told] == [(3, "project_unknown", "OLD-7")]
    assert told[0]["remedy_zh"]
    assert told[0]["en"]


async def test_books_that_do_not_tie_out_are_refused_with_what_was_there(world: World) -> None:
    books = BOOKS | {"payments": [paid("V1", "A2", "3000.01", days=[day(6)] * 4)]}
    sent = await checked(world, workbook(books))
    told = (await world.seen(CLERK, f"/book-imports/{sent['import_id']}/faults"))["items"]
    assert [(one["sheet"], one["row"], one["code"], one["left_fen"]) for one in told] == [
        ("支付", 2, "allocation_exhausted", 300_000)
    ]
    early = BOOKS | {"allocations": [FIRST, allocation("A2", "R2", "3000.00", on=day(3))]}
    assert ("分配", 3, "day_before_step") in await faults(world, await checked(world, workbook(early)))
    world.projects["P1"] = grant_of("P1", plan_line_fen=1_000_000)
    assert ("分配", 3, "over_plan_line") in await faults(world, await checked(world, workbook()))


async def test_merged_cells_formulas_and_errors_are_met_on_purpose_and_hidden_rows_are_read(world: World) -> None:
    sent = await checked(world, awkward_workbook())
    found = await faults(world, sent)
    assert ("接收", 2, "formula") in found
    assert ("接收", 3, "merged") in found
    assert sent["notes"]["receipts"]["hidden_rows"] == 1
    assert sent["lines"] == 6


async def test_the_report_is_the_same_workbook_with_a_reason_beside_each_row(world: World) -> None:
    books = BOOKS | {
        "allocations": [
            allocation("A1", "R9", "8000.00"),
            allocation("A2", "R2", "3000.00", on=day(4, 5), decided=day(4, 6)),
        ]
    }
    sent = await checked(world, workbook(books))
    async with world.funds.as_(CLERK) as client:
        answer = await client.get(f"/api/v1/funds/book-imports/{sent['import_id']}/report")
        blank = await client.get("/api/v1/funds/book-imports/template")
    page = rows_of(answer.content, "分配")
    assert [row[6] for row in page[:1]] == ["导入结果"]
    assert page[1][6].startswith("接收编号:接收表中没有此接收编号→")
    assert page[2][6].startswith("本行可以导入")
    assert [rows_of(blank.content, sheet)[0][0] for sheet in ("接收", "分配", "支付")] == [
        "接收编号", "分配编号", "凭证号",
    ]  # fmt: skip


async def test_a_second_person_of_the_county_decides(world: World) -> None:
    sent = await checked(world, workbook())
    path = f"/book-imports/{sent['import_id']}/decision"
    same = desk("book_import.decide", person=CLERK.person)
    assert code_of(await world.post(same, path, decision())) == "same_person"
    elsewhere = desk("book_import.decide", office="341621-finance", scope=("341621",))
    assert (await world.post(elsewhere, path, decision())).status_code == 404
    assert (await world.get(ELSEWHERE, f"/book-imports/{sent['import_id']}")).status_code in (403, 404)
    refused = await world.made(CHIEF, path, decision("refuse"))
    assert refused["state"] == "refused"
    await nothing_moved(world)
    assert (await checked(world, workbook()))["state"] == "checked"


async def test_two_desks_deciding_at_once_post_the_books_once(world: World) -> None:
    sent = await checked(world, workbook())
    path = f"/book-imports/{sent['import_id']}/decision"
    answers = await asyncio.gather(*(world.post(desk("book_import.decide"), path, decision()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert (await world.progress())["total"]["received_fen"] == RECEIVED


async def test_what_changed_since_the_check_is_seen_when_books_are_posted(world: World) -> None:
    sent = await checked(world, workbook())
    world.projects["P1"] = grant_of("P1", version=2, plan_line_fen=1_000_000)
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    assert (answer.status_code, code_of(answer)) == (409, "book_faulty_now")
    await nothing_moved(world)


async def live_work(world: World, on: str) -> None:
    """An allocation of the year proposed live."""
    world.projects["P2"] = grant_of("P2")
    receipt = await world.money(100_000)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P2", "amount_fen": 500, "proposed_on": on}
    await world.made(MAKER, "/allocations", body)


async def test_opening_books_hold_only_what_lay_before_the_countys_live_work(world: World) -> None:
    await live_work(world, day(6, 20))
    late = await send_in(world, workbook())
    assert (late.status_code, code_of(late)) == (409, "book_after_live_work")
    assert late.json()["facts"] == {"live_from": day(6, 20), "first_row": "支付 4", "rows": 2}
    before = BOOKS | {"payments": BOOKS["payments"][:2]}
    await posted(world, workbook(before))
    await world.books_balance()


async def test_live_work_since_the_check_bars_the_books_when_they_are_posted(world: World) -> None:
    sent = await checked(world, workbook())
    await live_work(world, day(3, 2))
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    assert (answer.status_code, code_of(answer)) == (409, "book_after_live_work")
    assert answer.json()["facts"]["live_from"] == day(3, 2)
    assert (await world.progress())["total"]["paid_fen"] == 0


async def test_a_claim_on_opened_money_is_live_work(world: World) -> None:
    await posted(world, workbook())
    walk = await world.seen(READER, "/trace", project_code="P1")
    given = next(node["id"].split(":")[1] for node in walk["nodes"] if node["type"] == "allocation")
    await world.claim({"allocation_id": int(given)}, 100, on=day(11))
    late = BOOKS_OF_LATER_DAYS | {"payments": [paid("V9", "A9", "10.00", days=[day(10), day(11), day(11), day(11)])]}
    answer = await send_in(world, workbook(late))
    assert (code_of(answer), answer.json()["facts"]["live_from"]) == ("book_after_live_work", day(11))


async def test_receipts_registered_live_and_rows_of_other_books_are_no_live_work(world: World) -> None:
    await world.money(1_000)
    await posted(world, workbook())
    await posted(world, workbook(BOOKS_OF_LATER_DAYS))
    await world.books_balance()


async def test_a_stopped_project_is_given_nothing_and_claims_nothing_from_the_day_of_its_stop(world: World) -> None:
    world.projects["P1"] = grant_of("P1", state="stopped", state_since=day(4, 6))
    sent = await checked(world, workbook())
    assert await faults(world, sent) == [
        ("分配", 3, "project_stopped"), ("支付", 2, "project_stopped"), ("支付", 3, "project_stopped"),
        ("支付", 5, "project_stopped"),
    ]  # fmt: skip
    early = BOOKS | {"allocations": [FIRST], "payments": []}
    assert (await checked(world, workbook(early)))["state"] == "checked"


async def test_a_project_stopped_since_the_check_bars_the_books_when_they_are_posted(world: World) -> None:
    sent = await checked(world, workbook())
    world.projects["P1"] = grant_of("P1", version=2, state="stopped", state_since=day(6))
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    assert (answer.status_code, code_of(answer)) == (409, "book_faulty_now")
    await nothing_moved(world)


async def test_a_use_forbidden_on_its_day_is_told_by_row(world: World) -> None:
    async with world.funds.fastapi.state.database.session() as session:
        session.add_all(
            ForbiddenUse(
                division_code=place,
                fund_kind="special",
                use_code="works",
                valid_from=date.fromisoformat(since),
                valid_to=date.fromisoformat(until),
                source="文件",
            )
            for place, since, until in (("34", day(4, 5), day(5)), ("341621", day(1), day(12)))
        )
    found = await faults(world, await checked(world, workbook()))
    assert found == [("分配", 3, "use_forbidden"), ("支付", 2, "use_forbidden")]


async def test_more_withheld_than_the_days_highest_rate_is_told_by_row(world: World) -> None:
    """Of 1,000 at most 5 %, from June on at most 3 %."""
    await world.policy("retention_rate_max", "0.03", "rate", day(6))
    june = [day(6), day(6, 2), day(6, 3), day(6, 4)]
    books = BOOKS | {
        "payments": [
            paid("V1", "A1", "949.99", "50.01"),
            paid("V2", "A1", "950.00", "50.00"),
            paid("V3", "A1", "969.99", "30.01", days=june),
            paid("V4", "A1", "970.10", "30.01", days=june),
        ]
    }
    sent = await checked(world, workbook(books))
    assert await faults(world, sent) == [("支付", 2, "retention_over_rate"), ("支付", 4, "retention_over_rate")]
    told = (await world.seen(CLERK, f"/book-imports/{sent['import_id']}/faults"))["items"]
    assert [(fault["column"], fault["left_fen"]) for fault in told] == [("扣留质保金", 5_000), ("扣留质保金", 3_000)]
    await nothing_moved(world)


async def test_books_are_undone_whole_while_nobody_built_upon_them(world: World) -> None:
    opened = await posted(world, workbook())
    path = f"/book-imports/{opened['import_id']}/undo"
    same = desk("book_import.decide", person=CLERK.person)
    assert code_of(await world.post(same, path, {"reason": "导错"})) == "same_person"
    undone = await world.made(CHECKER_OF_BOOKS, path, {"reason": "导入的不是终稿"})
    assert undone["state"] == "undone"
    for on in (day(3, 10), day(6, 4), day(12, 31)):
        total = (await check_progress(world, division_code=COUNTY, as_of=on))["total"]
        assert (total["received_fen"], total["paid_fen"], total["withheld_fen"]) == (0, 0, 0)
    assert code_of(await world.post(CHIEF, path, {"reason": "再撤"})) == "book_not_posted"
    await world.books_balance()
    again = await posted(world, workbook())
    assert again["import_id"] != opened["import_id"]
    assert (await check_progress(world, division_code=COUNTY))["total"]["paid_fen"] == PAID
    await world.books_balance()


async def test_books_somebody_built_upon_are_not_undone(world: World) -> None:
    opened = await posted(world, workbook())
    body = {"receipt_id": 1, "project_code": "P1", "amount_fen": 1_000, "proposed_on": day(11)}
    await world.made(MAKER, "/allocations", body)
    answer = await world.post(CHIEF, f"/book-imports/{opened['import_id']}/undo", {"reason": "导错"})
    assert (answer.status_code, code_of(answer)) == (409, "book_built_upon")
    assert (await world.progress())["total"]["received_fen"] == RECEIVED


async def test_what_is_no_book_is_refused_as_a_whole(world: World) -> None:
    cases: list[tuple[Any, str]] = [
        (b"no workbook at all \x00", "book_unreadable"),
        ({"receipts": b"a,b\n"}, "book_files_wrong"),
        (workbook(BOOKS, receipts=[HEADERS["receipts"][1:]]), "book_headers_wrong"),
        (workbook(BOOKS, receipts=[[*HEADERS["receipts"][:-1], "金额"]]), "book_unit_missing"),
        (workbook(BOOKS, receipts=[[*HEADERS["receipts"], "金额(万元)"]]), "book_header_repeated"),
        (workbook(NOTHING), "book_empty"),
    ]
    for files, code in cases:
        answer = await send_in(world, files)
        assert (answer.status_code, code_of(answer)) == (422, code), answer.text
    assert (await send_in(world, workbook(), who=ELSEWHERE)).status_code == 403
    assert (await send_in(world, workbook(), division="341621")).status_code == 404
    assert code_of(await send_in(world, workbook(), year=YEAR, division="341622101")) == "book_division_wrong"
