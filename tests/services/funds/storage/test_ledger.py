"""The ledger's last wall: the database itself refuses an account below zero and an unbalanced transfer."""

from __future__ import annotations

import asyncpg
import pytest

from services.funds.storage.constraints import CONSTRAINTS
from services.funds.storage.tables import Base
from tests.services.funds.world import World
from tests.support import server


async def test_no_account_but_the_source_goes_below_zero(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    connection = await asyncpg.connect(server.dsn("funds", "app", world.funds.database))
    try:
        kinds = await connection.fetch("select distinct kind from ledger_accounts where kind <> 'source'")
        for row in kinds:
            with pytest.raises(asyncpg.CheckViolationError) as caught:
                await connection.execute("update ledger_accounts set balance_fen = -1 where kind = $1", row["kind"])
            assert getattr(caught.value, "constraint_name", "") in CONSTRAINTS
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "insert into ledger_transfers (book, number, debit_id, credit_id, amount_fen, kind, fund_year,"
                " effective_on, recorded_at, cause_type, cause_id, actor, previous_hash, hash)"
                " select 'x', 1, id, id, 1, 'x', 2025, now(), now(), 'x', 1, 'x', '', '' from ledger_accounts limit 1"
            )
    finally:
        await connection.close()


def test_every_named_constraint_exists_in_the_tables() -> None:
    names = set()
    for table in Base.metadata.tables.values():
        names |= {str(constraint.name) for constraint in table.constraints}
        names |= {str(index.name) for index in table.indexes}
    assert set(CONSTRAINTS) <= names
