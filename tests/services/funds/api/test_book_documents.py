"""What opening books say of documents: one paper, many counties, one way to write its number."""

from __future__ import annotations

from typing import Any

from tests.services.funds.opening_books import checked, decision, faults, posted, receipt, workbook
from tests.services.funds.world import COUNTY, PROVINCE, READING, YEAR, World, code_of, day, desk, document_body

NOTHING: dict[str, Any] = {"receipts": [], "allocations": [], "payments": []}


async def test_one_paper_of_the_province_stands_in_the_books_of_each_of_its_counties(world: World) -> None:
    books = NOTHING | {"receipts": [receipt("R1", "100.00", number=f"皖财预〔{YEAR}〕1号")]}
    await posted(world, workbook(books))
    there = desk("book_import.write", "book_import.decide", "book_import.read", *READING, scope=("341621",))
    sent = await checked(world, workbook(books), who=there, division="341621")
    assert sent["state"] == "checked"
    chief = desk("book_import.decide", "book_import.read", *READING, scope=("341621",))
    await world.made(chief, f"/book-imports/{sent['import_id']}/decision", decision())
    answer = await world.seen(chief, "/progress", division_code="341621", fund_year=YEAR, as_of=day(12, 31))
    assert answer["total"]["received_fen"] == 10_000
    again = await checked(world, workbook(NOTHING | {"receipts": [receipt("R2", "50", number=f"皖财预[{YEAR}] 1 号")]}))
    assert await faults(world, again) == [("接收", 2, "document_taken")]
    for direction in (None, "扶贫发展"):
        line = {"division_code": COUNTY, "amount_fen": 10_000, "direction": direction}
        entered = document_body({COUNTY: 10_000}, number=f"皖财预〔{YEAR}〕1号", lines=[line])
        assert code_of(await world.post(PROVINCE, "/documents", entered)) == "document_line_taken"
    others = document_body({"341204": 10_000}, number=f"皖财预〔{YEAR}〕1号")
    await world.made(PROVINCE, "/documents", others)
    await world.books_balance()


async def test_one_document_written_in_two_ways_is_told_by_row(world: World) -> None:
    rows = [receipt("R1", "100", number="皖财预〔2025〕1号"), receipt("R2", "100", number="皖财预[2025]1 号")]
    sent = await checked(world, workbook(NOTHING | {"receipts": rows}))
    assert ("接收", 3, "document_differs") in await faults(world, sent)


async def test_a_lower_levels_own_budget_does_not_come_from_above(world: World) -> None:
    rows = [receipt("R1", "100", kind="county_special"), receipt("R2", "100", kind="county_special", issuer=COUNTY)]
    sent = await checked(world, workbook(NOTHING | {"receipts": rows}))
    assert await faults(world, sent) == [("接收", 2, "kind_of_lower_level")]
