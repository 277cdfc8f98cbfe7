"""Every fen traces from its source to its payee: on a random tree of 10,000 lines the sums agree at every hop.

Controls: a payment hung on another claim, a return lost, an amount changed: each is found.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import asyncpg

from tests.services.funds.opening_books import allocation, came_back, paid, posted, receipt, released, workbook
from tests.services.funds.world import COUNTY, READER, World, grant_of
from tests.support import server

BOOKS, RECEIPTS, ALLOCATIONS, PAYMENTS = 2, 4, 120, 2_700


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def random_books(dice: random.Random, name: str) -> dict[str, list[list[Any]]]:
    """Receipts, allocations and payments of random sizes, with retention, releases and returns."""
    receipts: list[list[Any]] = []
    allocations: list[list[Any]] = []
    payments: list[list[Any]] = []
    left: dict[str, int] = {}
    for number in range(RECEIPTS):
        key, fen = f"R{name}-{number}", dice.randint(10**8, 10**9)
        receipts.append(receipt(key, yuan(fen)))
        left[key] = fen
    given: dict[str, int] = {}
    for number in range(ALLOCATIONS):
        origin = dice.choice(list(left))
        fen = dice.randint(1, max(left[origin] // 4, 1))
        left[origin] -= fen
        key = f"A{name}-{number}"
        given[key] = fen
        allocations.append(allocation(key, origin, yuan(fen), dice.choice(["P1", "P2", "P3"])))
    number = 0
    while len(payments) < PAYMENTS:
        number += 1
        origin, voucher = dice.choice(list(given)), f"V{name}-{number}"
        fen = dice.randint(1, max(given[origin] // 20, 1))
        if given[origin] < fen:
            continue
        given[origin] -= fen
        kept = dice.randint(0, fen // 20) if dice.random() < 0.3 else 0
        payments.append(paid(voucher, origin, yuan(fen - kept), yuan(kept)))
        if kept > 1 and dice.random() < 0.5:
            payments.append(released(f"Q{voucher}", voucher, yuan(dice.randint(1, kept))))
        if dice.random() < 0.1:
            payments.append(came_back(f"B{voucher}", voucher, yuan(dice.randint(1, fen - kept))))
    return {"receipts": receipts, "allocations": allocations, "payments": payments}


async def whole(world: World, **start: Any) -> dict[str, Any]:
    """All pages of a walk as one."""
    answer = await world.seen(READER, "/trace", node_limit=5_000, **start)
    while answer["next_cursor"] is not None:
        more = await world.seen(READER, "/trace", node_limit=5_000, cursor=answer["next_cursor"], **start)
        answer["nodes"] += more["nodes"]
        answer["edges"] += more["edges"]
        answer["next_cursor"] = more["next_cursor"]
    assert len(answer["nodes"]) == answer["nodes_total"]
    return answer


def check_sums(walk: dict[str, Any]) -> int:
    """What came to each complete thing is what left it and stands there; computed from the answer alone."""
    stands = {node["id"] for node in walk["nodes"] if node["stands"]}
    came: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    for edge in walk["edges"]:
        if {edge["source"], edge["target"]} <= stands:
            left[edge["source"]] += edge["amount_fen"]
            if edge["way"] == "back":
                came[edge["target"]] += edge["amount_fen"]
    hops = 0
    for node in walk["nodes"]:
        if node["complete"] and node["stands"]:
            due = node["amount_fen"] + came[node["id"]]
            assert due == left[node["id"]] + sum(node["holds"].values()) + node["hidden_fen"], node
            hops += 1
    return hops


async def opened(world: World, dice: random.Random, books: int) -> list[int]:
    """Books of a random tree in the ledger; the ids of their documents."""
    for code in ("P1", "P2", "P3"):
        world.projects[code] = grant_of(code, plan_line_fen=10**14, contract_fen=10**14)
    for number in range(books):
        await posted(world, workbook(random_books(dice, str(number))))
    found, cursor = [], None
    while True:
        page = await world.seen(READER, "/documents", division_code=COUNTY, limit=200, cursor=cursor)
        found += [document["document_id"] for document in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_every_paid_fen_of_ten_thousand_lines_reaches_its_source(world: World) -> None:
    documents = await opened(world, random.Random(20251001), BOOKS)
    hops, lines = 0, 0
    payments: dict[str, int] = {}
    for document_id in documents:
        walk = await whole(world, document_id=document_id)
        assert (walk["differences"], walk["truncated"]) == ([], False)
        hops += check_sums(walk)
        lines += len(walk["edges"])
        above = {edge["target"]: edge["source"] for edge in walk["edges"] if edge["way"] == "down"}
        for node in walk["nodes"]:
            if node["type"] == "payment":
                payments[node["id"]] = node["holds"].get("paid", 0)
                reached = node["id"]
                while reached in above:
                    reached = above[reached]
                assert reached == f"document:{document_id}"
    balance = await world.seen(READER, "/ledger/trial-balance", division_code=COUNTY)
    spent = next(row["balance_fen"] for row in balance["rows"] if row["account_kind"] == "paid")
    assert sum(payments.values()) == spent
    assert lines > 10_000
    assert hops > 10_000
    some = next(iter(payments)).split(":")[1]
    up = await world.seen(READER, "/trace", payment_id=some)
    assert {node["type"] for node in up["nodes"]} >= {"document", "line", "receipt", "allocation", "claim", "payment"}


async def test_a_link_lost_or_moved_is_found_where_it_was(world: World) -> None:
    books = {
        "receipts": [receipt("R1", "1000.00")],
        "allocations": [allocation("A1", "R1", "900.00")],
        "payments": [paid("V1", "A1", "300.00"), paid("V2", "A1", "200.00"), came_back("B1", "V2", "50.00")],
    }
    await posted(world, workbook(books))
    document = (await world.seen(READER, "/documents", division_code=COUNTY))["items"][0]["document_id"]
    assert (await whole(world, document_id=document))["differences"] == []
    connection = await asyncpg.connect(server.dsn("funds", "owner", world.funds.database))
    damages = (
        ("update payments set claim_id = (select min(id) from claims) where claim_id = (select max(id) from claims)",
         {"claim:1", "claim:2"}),
        ("delete from payment_returns", {"payment:2", "allocation:1"}),
        ("update allocations set receipt_id = receipt_id, amount_fen = amount_fen - 1", {"receipt:1", "allocation:1"}),
    )  # fmt: skip
    try:
        for damage, places in damages:
            await damaged(world, connection, document, damage, places)
    finally:
        await connection.close()


async def damaged(world: World, connection: Any, document: int, damage: str, places: set[str]) -> None:
    """The walk while a row is changed behind the service's back, and after it is put right."""
    await connection.execute("drop schema if exists kept cascade; create schema kept")
    for table in ("payments", "payment_returns", "allocations"):
        await connection.execute(f"create table kept.{table} as table {table}")
    await connection.execute("drop index if exists uq_payments_one_live")
    await connection.execute(damage)
    found = (await whole(world, document_id=document))["differences"]
    assert {difference["node"] for difference in found} == places, damage
    if "payment_returns" in damage:
        columns = await connection.fetchval(
            "select string_agg(quote_ident(column_name), ',') from information_schema.columns"
            " where table_schema = 'public' and table_name = 'payment_returns'"
        )
        await connection.execute(
            f"insert into payment_returns ({columns}) overriding system value"
            f" select {columns} from kept.payment_returns"
        )
    else:
        await connection.execute(
            "update payments p set claim_id = k.claim_id from kept.payments k where k.id = p.id;"
            "update allocations a set amount_fen = k.amount_fen from kept.allocations k where k.id = a.id"
        )
    assert (await whole(world, document_id=document))["differences"] == []
