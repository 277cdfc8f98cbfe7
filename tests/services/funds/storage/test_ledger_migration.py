"""Books posted while each division's book was one chain are taken over whole, and stay proven by their own chain."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest_asyncio

from services.funds.domain import ledger as rules
from services.funds.operations.ledger import verified_whole
from shared.chassis.database import Database
from shared.schemas.funds_views import LedgerVerification
from tests.support import server

ON, AT = date(2025, 3, 1), datetime(2025, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
MOVES = (("34", 1, 2, 1_000), ("34", 2, 3, 400), ("3416", 3, 4, 150), ("34", 2, 3, 50), ("3416", 4, 3, 150))
"""Book, debit account, credit account, fen."""


@pytest_asyncio.fixture
async def old_books() -> AsyncIterator[str]:
    """A database at schema 0001 with transfers as that schema chained them, then brought to the newest."""
    name = await server.create_copy("funds", await asyncio.to_thread(server.template, "funds"))
    try:
        await asyncio.to_thread(server.migrate, "funds", name, "downgrade", "0001")
        await _write(name)
        await asyncio.to_thread(server.migrate, "funds", name, "upgrade")
        yield name
    finally:
        await server.drop(name)


async def _write(name: str) -> None:
    connection = await asyncpg.connect(server.dsn("funds", "owner", name))
    held = dict.fromkeys(range(1, 5), 0)
    ends = {"34": (0, rules.FIRST_BOOK_HASH), "3416": (0, rules.FIRST_BOOK_HASH)}
    try:
        for number, kind in enumerate(("source", "receipt", "allocation", "paid"), start=1):
            await connection.execute(
                "insert into ledger_accounts (kind, owner_id, division_code, fund_year, fund_kind, batch, balance_fen)"
                " values ($1, $2, '3416', 2025, 'central_special', 'regular', 0)",
                kind, number,
            )  # fmt: skip
        for book, debit, credit, fen in MOVES:
            number, previous = ends[book][0] + 1, ends[book][1]
            content = rules.BookContent(
                book, number, debit, credit, fen, "move", 2025, ON, AT, "test", 7, "甲", None
            )  # fmt: skip
            ends[book] = number, rules.book_hash_of(content, previous)
            values = [getattr(content, field) for field in content.__slots__]
            marks = ", ".join(f"${place}" for place in range(1, len(values) + 3))
            await connection.execute(
                f"insert into ledger_transfers ({', '.join(content.__slots__)}, previous_hash, hash) values ({marks})",
                *values, previous, ends[book][1],
            )  # fmt: skip
            held[debit] -= fen
            held[credit] += fen
        for account, fen in held.items():
            await connection.execute(
                "update ledger_accounts set balance_fen = $2, last_effective_on = $3 where id = $1", account, fen, ON
            )
        for book, (number, last) in ends.items():
            await connection.execute("insert into ledger_chains values ($1, $2, $3)", book, number, last)
    finally:
        await connection.close()


async def verified(name: str) -> LedgerVerification:
    database = Database(server.dsn("funds", "app", name), 1)
    try:
        return await verified_whole(database, "00")
    finally:
        await database.close()


async def owned(name: str, *statements: str) -> None:
    connection = await asyncpg.connect(os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + name)
    try:
        for statement in ("alter table ledger_transfers disable trigger all", *statements):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_old_transfers_are_proven_and_new_ones_continue_from_them(old_books: str) -> None:
    found = await verified(old_books)
    assert (found.ok, found.transfers, found.books, found.accounts) == (True, len(MOVES), 2, 4)
    connection = await asyncpg.connect(server.dsn("funds", "app", old_books))
    try:
        row = await connection.fetchrow(
            "select * from post_transfers('34', 'a', now(), '{2}', '{3}', '{5}', '{move}', array[date '2025-03-02'],"
            " '{test}', '{1}', '{null}', '{null}')"
        )
        assert (row["balances"], row["versions"]) == ([545, 455], [4, 5])
    finally:
        await connection.close()
    assert (await verified(old_books)).ok


async def test_a_change_in_an_old_transfer_is_found_by_its_book(old_books: str) -> None:
    await owned(old_books, "update ledger_transfers set cause_id = 8 where book = '34' and number = 2")
    found = (await verified(old_books)).first_difference
    assert found is not None
    assert (found.what, found.book, found.number) == ("content_changed", "34", 2)
    await owned(
        old_books, "update ledger_transfers set amount_fen = 401, cause_id = 7 where number = 2 and book = '34'"
    )
    assert not (await verified(old_books)).ok
