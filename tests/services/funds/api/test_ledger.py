"""The ledger over HTTP: it sums to zero, proves itself, and names the first thing that was tampered with."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import httpx2 as httpx

from services.funds.storage.ledger_proof import HASH_OF_CONTENT as HASHED
from tests.services.funds.books import Books
from tests.services.funds.world import COUNTY, ELSEWHERE, MAKER, PROVINCE, READER, YEAR, World, code_of, day, desk
from tests.support import server


async def admin(world: World, statement: str) -> None:
    """As somebody who owns the database server and turns its triggers off."""
    await Books(world.funds).tamper(statement)


async def spent(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)


async def test_the_trial_balance_of_every_area_sums_to_zero(world: World) -> None:
    await spent(world)
    for who, area in ((PROVINCE, "34"), (READER, COUNTY)):
        balance = await world.seen(who, "/ledger/trial-balance", division_code=area, fund_year=YEAR)
        assert balance["sum_fen"] == 0
    rows = {row["account_kind"]: row["balance_fen"] for row in balance["rows"]}
    assert (rows["paid"], rows["withheld"], rows["allocation"]) == (485, 15, 500)
    assert (await world.get(ELSEWHERE, "/ledger/trial-balance", division_code=COUNTY)).status_code == 404
    assert (await world.get(ELSEWHERE, "/ledger/verify", division_code=COUNTY)).status_code == 404
    assert (await world.seen(ELSEWHERE, "/ledger/transfers"))["items"] == []


async def test_each_transfer_names_its_cause_and_is_listed_by_it(world: World) -> None:
    await spent(world)
    first = await world.seen(READER, "/ledger/transfers", limit=3)
    rest = await world.seen(READER, "/ledger/transfers", limit=200, cursor=first["next_cursor"])
    kinds = [row["kind"] for row in reversed(first["items"] + rest["items"])]
    assert kinds == ["register", "reserve", "allocate", "claim", "withhold", "order", "pay"]
    payment = first["items"][0]
    found = await world.seen(
        READER, "/ledger/transfers", cause_type=payment["cause_type"], cause_id=payment["cause_id"]
    )
    assert {row["kind"] for row in found["items"]} == {"order", "pay"}
    assert (await world.get(READER, "/ledger/transfers", cause_type="claim")).status_code == 422
    assert (await world.get(desk("fund.read"), "/ledger/transfers")).status_code == 403


async def first_difference(world: World) -> dict[str, Any]:
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert not verified["ok"]
    found: dict[str, Any] = verified["first_difference"]
    return found


async def id_of(world: World, kind: str) -> int:
    (row,) = await Books(world.funds).rows("select id from ledger_transfers where kind = $1", kind)
    return int(row["id"])


async def test_a_changed_transfer_is_found_and_named(world: World) -> None:
    await spent(world)
    await admin(world, "update ledger_transfers set cause_id = cause_id + 1 where kind = 'pay'")
    found = await first_difference(world)
    assert (found["what"], found["transfer_id"]) == ("content_changed", await id_of(world, "pay"))
    await admin(world, "update ledger_transfers set amount_fen = amount_fen - 1 where kind = 'claim'")
    found = await first_difference(world)
    assert (found["what"], found["transfer_id"]) == ("content_changed", await id_of(world, "claim"))


async def test_a_removed_transfer_and_a_moved_balance_are_found(world: World) -> None:
    await spent(world)
    assert (await world.seen(READER, "/ledger/verify", division_code=COUNTY))["ok"]
    await admin(world, "update ledger_accounts set balance_fen = balance_fen + 1 where kind = 'paid'")
    found = await first_difference(world)
    assert (found["what"], found["transfer_id"]) == ("balance_differs", None)
    (claim,) = await Books(world.funds).rows("select id from ledger_accounts where kind = 'claim'")
    await admin(world, "delete from ledger_transfers where kind = 'withhold'")
    found = await first_difference(world)
    assert (found["what"], found["account_id"], found["number"]) == ("number_missing", claim["id"], 3)
    await admin(world, "delete from ledger_transfers where kind in ('withhold', 'order', 'pay')")
    assert (await first_difference(world))["what"] == "chain_end_differs"


async def test_a_transfer_chained_anew_breaks_where_it_stands(world: World) -> None:
    await spent(world)
    await admin(world, "update ledger_transfers set debit_previous = sha256('x') where kind = 'claim'")
    found = await first_difference(world)
    assert (found["what"], found["transfer_id"]) == ("content_changed", await id_of(world, "claim"))
    await admin(world, f"update ledger_transfers set hash = {HASHED} where kind = 'claim'")
    found = await first_difference(world)
    assert (found["what"], found["transfer_id"]) == ("chain_broken", await id_of(world, "claim"))


async def test_the_command_says_the_first_difference(world: World) -> None:
    await spent(world)
    dsn = server.dsn("funds", "app", world.funds.database)
    command = [sys.executable, "-m", "services.funds.verify"]
    environment = os.environ | {"LIKA_FUNDS_DATABASE_URL": dsn}
    good = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True)
    assert (good.returncode, "账目一致" in good.stdout) == (0, True), good.stderr
    await admin(world, "update ledger_transfers set actor = 'nobody' where kind = 'claim'")
    bad = await asyncio.to_thread(subprocess.run, [*command, COUNTY], env=environment, capture_output=True, text=True)
    assert bad.returncode == 1
    assert f"content_changed: book {COUNTY}, transfer {await id_of(world, 'claim')}" in bad.stdout


async def test_a_hundred_clients_race_for_the_last_yuan_and_one_wins(world: World) -> None:
    receipt = await world.money(100)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 100, "proposed_on": day(6)}
    door = asyncio.Semaphore(16)  # as many at once as the service has connections; the others stand before it

    async def client() -> httpx.Response:
        async with door:
            return await world.insist(MAKER, "/allocations", body)

    answers = await asyncio.gather(*(client() for _ in range(100)))
    assert sorted({answer.status_code for answer in answers}) == [201, 422], [answer.text for answer in answers][:3]
    won = [answer for answer in answers if answer.status_code == 201]
    lost = {(code_of(answer), answer.json()["facts"]["available_fen"]) for answer in answers if answer not in won}
    assert (len(won), lost) == (1, {("receipt_exhausted", 0)})
    await world.books_balance()
