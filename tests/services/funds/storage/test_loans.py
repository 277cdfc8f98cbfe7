"""What the database itself holds of loans, pools and donations, whatever the code says."""

from __future__ import annotations

import asyncpg
import pytest

from tests.services.funds.credit import disbursed, household
from tests.services.funds.world import World
from tests.support import server

STEPS = ("entered_person", "village_person", "township_person", "county_person", "bank_person", "disbursed_person")


async def test_no_two_steps_of_a_loan_are_one_persons_in_the_database_itself(world: World) -> None:
    await disbursed(world, household(world, 1))
    connection = await asyncpg.connect(server.dsn("funds", "app", world.funds.database))
    try:
        for number, later in enumerate(STEPS):
            for earlier in STEPS[:number]:
                with pytest.raises(asyncpg.CheckViolationError, match="ck_loans_other_persons"):
                    await connection.execute(f"update loans set {later} = {earlier}")
        await connection.execute("update loans set village_person = village_person")
    finally:
        await connection.close()


async def test_the_books_of_credit_stand_beside_the_countys_own(world: World) -> None:
    await disbursed(world, household(world, 1))
    connection = await asyncpg.connect(server.dsn("funds", "app", world.funds.database))
    try:
        books = await connection.fetch("select distinct book from ledger_transfers order by 1")
        assert [row["book"] for row in books] == ["341622-loan"]
        receipts = await connection.fetchval("select count(*) from ledger_accounts where receipt_id is not null")
        assert receipts == 0
        with pytest.raises(asyncpg.exceptions.PostgresError):
            await connection.execute("update ledger_accounts set balance_fen = -1 where kind = 'loan'")
    finally:
        await connection.close()
