"""Books without offices: accounts in a database of their own, and postings straight to the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations.ledger import verified
from services.funds.storage import ledger
from services.funds.storage.ledger import Movement
from services.funds.storage.tables import LedgerAccount
from shared.schemas.funds_views import LedgerVerification
from tests.services.funds.world import COUNTY, MAKER, YEAR
from tests.support import server
from tests.support.harness import Harness

ON = date(YEAR, 6, 1)
_OWNERS = count(1_000_000)


@dataclass
class Books:
    """The ledger of a running service."""

    funds: Harness
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(10))
    """As many at once as the service has connections to spare; the others queue."""

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        opened: AbstractAsyncContextManager[AsyncSession] = self.funds.fastapi.state.database.session()
        return opened

    async def open(self, *kinds: str, division: str = COUNTY) -> list[LedgerAccount]:
        """New, empty accounts of these kinds."""
        accounts = [
            LedgerAccount(
                kind=kind, owner_id=next(_OWNERS), division_code=division, fund_year=YEAR, fund_kind="central_special",
                batch="regular",
            )
            for kind in kinds
        ]  # fmt: skip
        async with self.session() as session:
            await ledger.open_accounts(session, accounts)
        return accounts

    async def post(self, moves: Sequence[Movement], book: str = COUNTY) -> list[int]:
        async with self.gate, self.session() as session:
            return await ledger.post(session, MAKER, book, moves)

    async def correct(self, transfer_id: int, reason: str, on: date = ON) -> int:
        async with self.gate, self.session() as session:
            return await ledger.correct(session, MAKER, COUNTY, transfer_id, reason, on)

    async def verified(self, area: str = "00") -> LedgerVerification:
        async with self.session() as session:
            return await verified(session, area)

    async def rows(self, query: str, *parameters: Any) -> list[Any]:
        """What the app role reads."""
        connection = await asyncpg.connect(server.dsn("funds", "app", self.funds.database))
        try:
            return list(await connection.fetch(query, *parameters))
        finally:
            await connection.close()

    async def tamper(self, *statements: str) -> None:
        """As somebody who owns the database server and turns every trigger off first."""
        url = os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + self.funds.database
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                for table in ("ledger_transfers", "ledger_accounts", "ledger_chains"):
                    await connection.execute(f"alter table {table} disable trigger all")
                for statement in statements:
                    await connection.execute(statement)
                for table in ("ledger_transfers", "ledger_accounts", "ledger_chains"):
                    await connection.execute(f"alter table {table} enable trigger all")
        finally:
            await connection.close()


def move(debit: LedgerAccount, credit: LedgerAccount, fen: int, on: date = ON, **more: Any) -> Movement:
    """A movement caused by a test."""
    values: dict[str, Any] = {"kind": "move", "cause_type": "test", "cause_id": 1} | more
    return Movement(debit=debit, credit=credit, amount_fen=fen, effective_on=on, **values)
