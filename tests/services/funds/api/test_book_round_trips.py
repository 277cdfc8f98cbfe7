"""What leaves a county as opening books comes back to the fen: grants, recalls, named projects, kinds of claims."""

from __future__ import annotations

from typing import Any

from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_grant_deaths as deaths
from tests.services.funds.api import test_grant_returns as returns
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.api.test_book_exports import other as other
from tests.services.funds.api.test_book_exports import progress, taken
from tests.services.funds.api.test_contract_terms import ADVANCE
from tests.services.funds.checks import check_progress
from tests.services.funds.opening_books import (
    BOOKS,
    CHIEF,
    HEADERS,
    allocation,
    checked,
    closed,
    decision,
    faults,
    posted,
    receipt,
    rows_of,
    workbook,
)
from tests.services.funds.world import (
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    MAKER,
    PROVINCE,
    READER,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    document_body,
    grant_of,
    papers,
)


async def opened(world: World, other: World, *days: str) -> None:
    """Take the books of one county and open those of the other with them: every asked day is answered alike."""
    sent = await checked(other, await taken(world))
    assert sent["state"] == "checked", await faults(other, sent)
    await other.made(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    for on in (*days, day(12, 31)):
        assert await progress(other, on) == await progress(world, on), on
    await check_progress(other, division_code=COUNTY)
    await other.books_balance()


async def test_what_households_were_paid_and_what_was_got_back_of_the_dead_comes_back(
    world: World, other: World
) -> None:
    people = [grants.person(world, number) for number in (1, 2)]
    batch = await deaths.settled(world, await grants.ordered(world, await grants.approved(world, *people)))
    await world.died(1, day(5, 1))
    (case,) = await deaths.cases(world)
    recovery = {"recovered_on": day(7), "bank_reference": "back-1", "note": "家属退回"}
    await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", recovery)
    other.projects["G1"] = world.projects["G1"]
    await opened(world, other, day(5, 12), day(5, 13), day(6, 30), day(7))
    total = (await other.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"], batch["total_fen"]) == (600_000, 300_000, 600_000)
    page = rows_of(await taken(world), "支付")
    assert [row[1] for row in page[1:-1]] == ["支付", "退回"]
    assert not any("person" in str(cell) for row in page for cell in row)


async def test_money_called_back_from_a_receipt_does_not_come_back(world: World, other: World) -> None:
    receipt = await world.money(1000)
    await world.allocation(receipt, 300)
    document = await world.seen(PROVINCE, f"/documents/{receipt['document_id']}")
    asked = recalls.body(400, document_line_id=document["lines"][0]["line_id"])
    recall = await world.made(recalls.PROVINCE_ONE, "/recalls", asked)
    assert (await recalls.decide(world, recalls.PROVINCE_TWO, recall)).status_code == 200
    whole = await world.money(50)
    line = (await world.seen(PROVINCE, f"/documents/{whole['document_id']}"))["lines"][0]["line_id"]
    recall = await world.made(recalls.PROVINCE_ONE, "/recalls", recalls.body(50, document_line_id=line))
    assert (await recalls.decide(world, recalls.PROVINCE_TWO, recall)).status_code == 200
    await opened(world, other, day(4, 10))
    assert (await other.progress())["total"]["received_fen"] == 600


async def test_retention_called_back_does_not_leave_with_the_books(world: World, other: World) -> None:
    claim = await retentions.withheld_claim(world)
    asked = recalls.body(1_000, day(6), claim_id=claim["claim_id"])
    recall = await world.made(recalls.RECALLER, "/recalls", asked)
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(6, 2))).status_code == 200
    await opened(world, other, day(6, 2))
    (held,) = (await other.seen(READER, "/retentions"))["items"]
    assert held["withheld_fen"] == 2_000
    total = (await other.progress())["total"]
    assert (total["received_fen"], total["allocated_fen"], total["paid_fen"]) == (100_000, 99_000, 97_000)


async def test_a_project_the_document_names_is_named_in_the_books(world: World, other: World) -> None:
    for one in (world, other):
        one.projects["P2"] = grant_of("P2")
    named = [
        {"division_code": COUNTY, "amount_fen": 500, "project_code": code, "direction": "扶贫发展"}
        for code in ("P1", "P2")
    ]
    document = await world.made(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=named))
    for line in document["lines"]:
        body = {
            "document_id": document["document_id"], "division_code": COUNTY, "amount_fen": 500, "received_on": day(2),
            "line_id": line["line_id"],
        }  # fmt: skip
        receipt = await world.made(MAKER, "/receipts", body)
    await world.allocation(receipt, 500, "P2")
    await opened(world, other)
    (first, _) = (await other.seen(READER, "/receipts"))["items"]
    body = {"receipt_id": 1, "project_code": "P2", "amount_fen": 1, "proposed_on": day(6)}
    refused = await other.post(MAKER, "/allocations", body)
    assert code_of(refused) == "project_not_named", first


async def test_an_advance_stays_an_advance(world: World, other: World) -> None:
    allocation = await world.allocation(await world.money(100_000), 100_000)
    body = claim_body(allocation, 1_000) | {"kind": "advance", "papers": ADVANCE}
    claim = await world.made(CLAIMANT, "/claims", body)
    await world.review(claim)
    await world.settle(await world.order(claim))
    await opened(world, other)
    (found,) = (await other.seen(READER, "/claims"))["items"]
    assert (found["kind"], found["amount_fen"], found["withheld_fen"]) == ("advance", 1_000, 0)


async def test_retention_that_was_paid_again_after_the_bank_sent_it_back_comes_back(world: World, other: World) -> None:
    claim = await retentions.withheld_claim(world)
    await retentions.shorten(world, 30)
    world.projects["P1"] = other.projects["P1"] = grant_of("P1", **retentions.ACCEPTED)
    body: dict[str, Any] = {"released_on": day(8), "papers": papers("retention")}
    released = await world.made(MAKER, f"/retentions/{claim['claim_id']}/release", body)
    await world.review(released, on=day(8, 1))
    payment = await world.settle(await world.order(released, on=day(8, 2)), on=day(8, 3))
    back = {"amount_fen": 3_000, "returned_on": day(9), "reason": "账号有误", "bank_reference": "back-1"}
    await world.made(CONFIRMER, f"/payments/{payment['payment_id']}/return", back)
    again = await world.made(CLAIMANT, f"/claims/{released['claim_id']}/again", {"claimed_on": day(9, 2)})
    await world.review(again, on=day(9, 3))
    await world.settle(await world.order(again, on=day(9, 4)), on=day(9, 5))
    await opened(world, other, day(8, 3), day(9), day(9, 4))
    (sent,) = (await other.seen(CHIEF, "/book-imports"))["items"]
    assert (sent["paid_fen"], sent["returned_fen"], sent["withheld_fen"]) == (103_000, 3_000, 0)
    assert (await other.progress())["total"]["withheld_fen"] == 0


async def test_what_money_is_for_comes_with_opening_books_and_holds_later(world: World, other: World) -> None:
    """1 % of 10,000 yuan: a fee of 80 opened in October leaves 20, and is claimed as nothing else."""
    books = BOOKS | {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [[*allocation("A1", "R1", "80.00")[:-1], "项目管理费", "80.00"]],
        "payments": [],
    }
    headers = [*HEADERS["allocations"][:-1], "用途", HEADERS["allocations"][-1]]
    sheet = closed("allocations", books["allocations"], headers)
    await posted(world, workbook(books, allocations=sheet))
    content = await taken(world)
    assert rows_of(content, "分配")[1][5] == "项目管理费"
    await posted(other, content)
    for county in (world, other):
        (fees,) = (await county.seen(READER, "/management-fees", division_code=COUNTY, fund_year=YEAR))["items"]
        assert (fees["used_fen"], fees["left_fen"]) == (8_000, 2_000)
    (given,) = (await other.seen(READER, "/allocations"))["items"]
    assert given["use_code"] == "management_fee"
    body = {"receipt_id": given["receipt_id"], "project_code": "P1", "amount_fen": 2_001, "proposed_on": day(10)}
    over = await other.post(MAKER, "/allocations", body | {"use_code": "management_fee"})
    assert code_of(over) == "over_management_fee"


async def test_a_use_no_list_knows_or_that_was_forbidden_is_told_by_row(world: World) -> None:
    rows = [[*allocation(key, "R1", "80.00")[:-1], use, "80.00"] for key, use in
            (("A1", "请客"), ("A2", "debt"), ("A3", "偿还债务"), ("A4", ""))]  # fmt: skip
    books = BOOKS | {"receipts": [receipt("R1", "10000.00")], "allocations": rows, "payments": []}
    headers = [*HEADERS["allocations"][:-1], "用途", HEADERS["allocations"][-1]]
    sent = await checked(world, workbook(books, allocations=closed("allocations", rows, headers)))
    assert await faults(world, sent) == [
        ("分配", 2, "use_unknown"), ("分配", 3, "use_forbidden"), ("分配", 4, "use_forbidden"),
    ]  # fmt: skip


async def test_a_paid_grant_that_came_back_leaves_with_its_payment_and_its_return(world: World, other: World) -> None:
    batch = await returns.paid(world, 11, 12)
    await world.made(CONFIRMER, returns.path_of(batch), returns.back())
    other.projects["G1"] = world.projects["G1"]
    await opened(world, other, day(5, 31), day(6, 30))
    total = (await other.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (600_000, 300_000)
    page = rows_of(await taken(world), "支付")
    assert [row[1] for row in page[1:-1]] == ["支付", "退回"]
    assert not any(returns.back()["reason"] in str(cell) for row in page for cell in row), "somebody may be named in it"


async def test_what_was_claimed_before_a_stop_and_paid_after_it_comes_back(world: World, other: World) -> None:
    allocation = await world.allocation(await world.money(100_000), 100_000)
    claim = await world.claim(allocation, 100_000)
    world.projects["P1"] = grant_of("P1", version=2, state="stopped", state_since=day(5, 2))
    await world.tell("P1")
    await world.settle(await world.order(await world.review(claim)))
    other.projects["P1"] = world.projects["P1"]
    await opened(world, other, day(5, 2), day(6, 30))
