"""Opening books that were undone count nowhere, and bar nobody from what is entered instead of them."""

from __future__ import annotations

from typing import Any

from tests.services.funds.api import alerts
from tests.services.funds.api import test_dividends as dividends
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.checks import check_progress, check_walks
from tests.services.funds.credit import household
from tests.services.funds.opening_books import allocation, came_back, paid, posted, receipt, workbook
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    MAKER,
    PROVINCE,
    READER,
    READING,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    desk,
    document_body,
    grant_of,
)

CHIEF = desk("book_import.decide", "book_import.read", *READING)
ASKED: dict[str, dict[str, Any]] = {
    "/management-fees": {"division_code": COUNTY, "fund_year": YEAR},
    "/ages": {"division_code": COUNTY},
    "/tree": {"division_code": COUNTY, "fund_year": YEAR},
    "/progress": {"division_code": COUNTY, "fund_year": YEAR},
    "/late-money": {"division_code": COUNTY, "fund_year": YEAR},
    "/stage-clocks": {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)},
    "/retentions": {},
    "/forecast": {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(7)},
    "/progress-reports/overdue": {"division_code": COUNTY, "kind": "monthly", "fund_year": YEAR},
    "/rankings": {"division_code": "34", "fund_year": YEAR},
}


async def undone(world: World) -> None:
    """Books of which 400 yuan of a payment had come back, posted and undone."""
    sent = await posted(world, workbook())
    await world.made(CHIEF, f"/book-imports/{sent['import_id']}/undo", {"reason": "导入的不是终稿"})


async def test_no_answer_remembers_books_that_were_undone(world: World) -> None:
    async def answers() -> dict[str, Any]:
        found = {
            path: await world.seen(PROVINCE if path == "/rankings" else READER, path, **params)
            for path, params in ASKED.items()
        }
        # Places are known by name from then on, and stand in groups of nothing.
        found["/tree"]["root"].pop("name")
        found["/progress"].pop("groups")
        found["/rankings"].pop("unranked")
        return found

    before = await answers()
    await undone(world)
    assert await answers() == before
    await check_walks(world)


async def test_a_management_fee_is_drawn_on_money_that_is_there(world: World) -> None:
    """Not on that of undone books, and once on that of books which were sent in again."""
    await undone(world)
    await posted(world, workbook())
    (fees,) = (await world.seen(READER, "/management-fees", division_code=COUNTY, fund_year=YEAR))["items"]
    assert fees["received_fen"] == (await world.progress())["total"]["received_fen"]
    (sent,) = (one for one in (await world.seen(CHIEF, "/book-imports"))["items"] if one["state"] == "posted")
    await world.made(CHIEF, f"/book-imports/{sent['import_id']}/undo", {"reason": "导入的不是终稿"})
    real = await world.money(10_000)
    fee = {"receipt_id": real["receipt_id"], "project_code": "P1", "amount_fen": 101, "proposed_on": day(6)}
    over = await world.post(MAKER, "/allocations", fee | {"use_code": "management_fee"})
    assert code_of(over) == "over_management_fee"
    await world.made(MAKER, "/allocations", fee | {"use_code": "management_fee", "amount_fen": 100})


async def test_what_came_back_of_undone_books_widens_no_contract(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=1_000_000, **retentions.ACCEPTED)
    await undone(world)
    given = await world.allocation(await world.money(2_000_000), 2_000_000)
    over = await world.post(CLAIMANT, "/claims", claim_body(given, 1_000_001, "final", on=day(7)))
    assert (code_of(over), over.json()["facts"]) == ("over_contract", {"left_fen": 1_000_000})


async def test_the_paper_of_undone_books_is_entered_live(world: World) -> None:
    """Under its own number and once; books that say the same of it are refused from then on."""
    await undone(world)
    body = document_body({COUNTY: 1_000_000}, number=f"皖财预〔{YEAR}〕R1号")
    made = await world.made(PROVINCE, "/documents", body)
    assert made["number"] == body["number"]
    assert code_of(await world.post(PROVINCE, "/documents", body)) == "document_number_taken"
    await check_progress(world, division_code=COUNTY)


async def test_a_payment_of_books_that_came_back_whole_is_claimed_again(world: World) -> None:
    books = {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [allocation("A1", "R1", "8000.00")],
        "payments": [paid("V1", "A1", "2910.00", "90.00"), came_back("B1", "V1", "2910.00")],
    }
    await posted(world, workbook(books))
    (claim,) = (await world.seen(READER, "/claims"))["items"]
    (payment,) = (await world.seen(READER, "/payments"))["items"]
    assert (claim["state"], payment["state"]) == ("returned", "returned")
    path = f"/payments/{payment['payment_id']}/return"
    more = {"amount_fen": 1, "returned_on": day(7), "reason": "账号有误", "bank_reference": "x"}
    assert (await world.post(CONFIRMER, path, more)).status_code == 409
    again = await world.made(CLAIMANT, f"/claims/{claim['claim_id']}/again", {"claimed_on": day(7)})
    await world.review(again, on=day(7, 2))
    await world.settle(await world.order(again, on=day(7, 3)), on=day(7, 4))
    total = (await check_progress(world, division_code=COUNTY))["total"]
    assert (total["paid_fen"] - total["returned_fen"], total["withheld_fen"]) == (291_000, 9_000)
    await check_walks(world)


async def test_what_books_say_was_paid_again_after_it_came_back_is_not_claimed_again(world: World) -> None:
    """The later payment of the same sum to the same payee is the first made again: nothing is left open of it."""
    late = [day(6, 2), day(6, 3), day(6, 4), day(6, 5)]
    books = {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [allocation("A1", "R1", "8000.00")],
        "payments": [
            paid("V1", "A1", "2910.00", "90.00"),
            came_back("B1", "V1", "2910.00"),
            paid("V2", "A1", "2910.00", days=late),
        ],
    }
    await posted(world, workbook(books))
    claims = (await world.seen(READER, "/claims"))["items"]
    assert [claim["state"] for claim in claims] == ["paid", "returned"]
    again = await world.post(CLAIMANT, f"/claims/{claims[1]['claim_id']}/again", {"claimed_on": day(7)})
    assert code_of(again) == "claimed_again"
    await alerts.run(world)
    assert [row for row in await alerts.alerts(world) if row["rule"] == "payment_refused"] == []
    await check_walks(world)


async def test_what_books_say_was_paid_again_from_other_money_of_the_project_is_not_claimed_again(world: World) -> None:
    late = [day(6, 2), day(6, 3), day(6, 4), day(6, 5)]
    books = {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [allocation("A1", "R1", "4000.00"), allocation("A2", "R1", "4000.00")],
        "payments": [
            paid("V1", "A1", "2910.00", "90.00"),
            came_back("B1", "V1", "2910.00"),
            paid("V2", "A2", "2910.00", days=late),
        ],
    }
    await posted(world, workbook(books))
    first = next(row for row in (await world.seen(READER, "/claims"))["items"] if row["state"] == "returned")
    again = await world.post(CLAIMANT, f"/claims/{first['claim_id']}/again", {"claimed_on": day(7)})
    assert code_of(again) == "claimed_again"
    await alerts.run(world)
    assert [row for row in await alerts.alerts(world) if row["rule"] == "payment_refused"] == []


async def test_grants_of_books_that_came_back_are_listed_anew_and_not_claimed_as_works(world: World) -> None:
    nobody: dict[str, Any] = {"contract_fen": None, "contractor_name": None, "contractor_uscc": None}
    world.projects["P1"] = grant_of("P1", purpose="grants", state="planned", **nobody)
    books = {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [allocation("A1", "R1", "8000.00")],
        "payments": [paid("V1", "A1", "2910.00"), came_back("B1", "V1", "2910.00")],
    }
    await posted(world, workbook(books))
    (claim,) = (await world.seen(READER, "/claims"))["items"]
    again = await world.post(CLAIMANT, f"/claims/{claim['claim_id']}/again", {"claimed_on": day(7)})
    assert code_of(again) == "claims_not_for_grants"
    await alerts.run(world)
    assert [row for row in await alerts.alerts(world) if row["rule"] == "payment_refused"] == []


async def test_books_are_not_undone_once_a_payment_of_theirs_was_claimed_again_from_other_money(world: World) -> None:
    books = {
        "receipts": [receipt("R1", "10000.00")],
        "allocations": [allocation("A1", "R1", "8000.00")],
        "payments": [paid("V1", "A1", "2910.00", "90.00"), came_back("B1", "V1", "2910.00")],
    }
    sent = await posted(world, workbook(books))
    (claim,) = (await world.seen(READER, "/claims"))["items"]
    other = await world.allocation(await world.money(1_000_000), 1_000_000, on=day(7), decided=day(7))
    asked = {"claimed_on": day(7, 2), "allocation_id": other["allocation_id"]}
    again = await world.made(CLAIMANT, f"/claims/{claim['claim_id']}/again", asked)
    path, reason = f"/book-imports/{sent['import_id']}/undo", {"reason": "导入的不是终稿"}
    assert code_of(await world.post(CHIEF, path, reason)) == "book_built_upon"
    refused = {"outcome": "refuse", "opinion": "退回", "reviewed_on": day(7, 2)}
    await world.made(CHECKER, f"/claims/{again['claim_id']}/review", refused)
    await world.made(CHIEF, path, reason)


async def test_books_are_not_undone_while_their_money_is_invested_for_a_household(world: World) -> None:
    sent = await posted(world, workbook())
    await dividends.held(world, household(world, 1), 1, principal_fen=100_000)
    answer = await world.post(CHIEF, f"/book-imports/{sent['import_id']}/undo", {"reason": "导入的不是终稿"})
    assert code_of(answer) == "book_built_upon"
