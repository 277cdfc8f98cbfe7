"""The ledger over HTTP: it sums to zero, proves itself, and names the first thing that was tampered with."""

from __future__ import annotations

import os

import asyncpg

from tests.services.funds.world import COUNTY, ELSEWHERE, PROVINCE, READER, YEAR, World, desk
from tests.support import server


async def admin(world: World, statement: str) -> None:
    """As somebody who owns the database server."""
    url = os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + world.funds.database
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


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


async def test_a_changed_transfer_is_found_and_named(world: World) -> None:
    await spent(world)
    await admin(world, "update ledger_transfers set amount_fen = amount_fen - 1 where kind = 'pay'")
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert not verified["ok"]
    assert (verified["first_difference"]["what"], verified["first_difference"]["number"]) == ("content_changed", 7)


async def test_a_removed_transfer_and_a_moved_balance_are_found(world: World) -> None:
    await spent(world)
    assert (await world.seen(READER, "/ledger/verify", division_code=COUNTY))["ok"]
    await admin(world, "update ledger_accounts set balance_fen = balance_fen + 1 where kind = 'paid'")
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert verified["first_difference"]["what"] == "balance_differs"
    await admin(world, "delete from ledger_transfers where kind = 'withhold'")
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert (verified["first_difference"]["what"], verified["first_difference"]["number"]) == ("number_missing", 5)
    await admin(world, "delete from ledger_transfers where number > 4")
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert verified["first_difference"]["what"] == "chain_end_differs"


async def test_a_transfer_chained_anew_breaks_the_one_after_it(world: World) -> None:
    await spent(world)
    await admin(world, "update ledger_transfers set previous_hash = repeat('a', 64) where kind = 'claim'")
    verified = await world.seen(READER, "/ledger/verify", division_code=COUNTY)
    assert verified["first_difference"]["what"] == "chain_broken"
