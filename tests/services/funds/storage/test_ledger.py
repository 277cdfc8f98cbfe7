"""The ledger's store: one call moves money or refuses it whole, and the database holds the last wall."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.funds.domain import ledger as rules
from services.funds.domain.refusals.grants import AccountNotCovered, NotEnoughOnThatDay, UndoneAlready
from services.funds.storage.constraints import CONSTRAINTS
from shared.refusals import Refusal
from tests.services.funds.books import ON, Books, move
from tests.services.funds.world import World
from tests.support import server
from tests.support.harness import Harness


@pytest.fixture
def books(funds: Harness) -> Books:
    return Books(funds)


async def test_a_transfer_names_both_balances_and_the_hash_python_computes(books: Books) -> None:
    source, one, other = await books.open("source", "receipt", "allocation")
    await books.post([move(source, one, 900)])
    await books.post([move(one, other, 300, kind="支付", reason="因故"), move(one, other, 1)])
    rows = await books.rows("select * from ledger_transfers order by id")
    assert [(row["debit_version"], row["debit_balance_fen"]) for row in rows] == [(1, -900), (2, 600), (3, 599)]
    assert [(row["credit_version"], row["credit_balance_fen"]) for row in rows] == [(1, 900), (1, 300), (2, 301)]
    for row in rows:
        content = rules.Content(**{name: row[name] for name in rules.Content.__slots__})
        assert row["hash"] == rules.hash_of(content, row["debit_previous"], row["credit_previous"])
    assert rows[1]["debit_previous"] == rows[0]["hash"] == rows[0]["hash"]
    assert rows[2]["debit_previous"] == rows[2]["credit_previous"] == rows[1]["hash"]
    assert (one.balance_fen, one.version, one.last_hash) == (599, 3, rows[2]["hash"])


async def test_a_batch_of_five_hundred_from_one_source_is_one_call(books: Books) -> None:
    source, fund = await books.open("source", "receipt")
    payees = await books.open(*["batch_paid"] * 500)
    await books.post([move(source, fund, 500_000)])
    ids = await books.post([move(fund, payee, 1_000, cause_id=n) for n, payee in enumerate(payees)])
    assert len(set(ids)) == 500
    assert ids == sorted(ids)
    assert fund.balance_fen == 0
    assert {payee.balance_fen for payee in payees} == {1_000}
    assert (await books.verified()).ok


async def test_a_batch_whose_last_line_is_not_covered_moves_nothing(books: Books) -> None:
    source, fund, payee = await books.open("source", "receipt", "paid")
    await books.post([move(source, fund, 999)])
    with pytest.raises(Refusal) as refused:
        await books.post([move(fund, payee, 100, cause_id=n) for n in range(10)])
    assert refused.value.facts == {"available_fen": 99}
    assert [row["balance_fen"] for row in await books.rows("select balance_fen from ledger_accounts order by id")] == [
        -999, 999, 0,
    ]  # fmt: skip


async def test_money_not_there_on_the_day_is_refused_alone_and_in_a_batch(books: Books) -> None:
    source, fund, payee = await books.open("source", "claim", "in_flight")
    await books.post([move(source, fund, 100, ON), move(source, fund, 50, ON + timedelta(days=9))])
    early = ON + timedelta(days=1)
    for moves in ([move(fund, payee, 101, early)], [move(fund, payee, 60, early), move(fund, payee, 41, early)]):
        with pytest.raises(NotEnoughOnThatDay):
            await books.post(moves)
    with pytest.raises(AccountNotCovered):
        await books.post([move(fund, payee, 151, early)])
    await books.post([move(fund, payee, 60, early), move(fund, payee, 40, early)])
    assert fund.balance_fen == 50


async def test_a_correction_undoes_a_transfer_whole_once_and_says_why(books: Books) -> None:
    source, one, other = await books.open("source", "receipt", "allocation")
    await books.post([move(source, one, 500)])
    (wrong,) = await books.post([move(one, other, 200)])
    back = await books.correct(wrong, "记错项目")
    (row,) = await books.rows("select * from ledger_transfers where id = $1", back)
    assert (row["kind"], row["reverses"], row["reason"], row["amount_fen"]) == ("correction", wrong, "记错项目", 200)
    with pytest.raises(UndoneAlready):
        await books.correct(wrong, "再来一次")
    assert (await books.verified()).ok


async def test_two_who_undo_the_same_transfer_at_once_undo_it_once(books: Books) -> None:
    source, one, other = await books.open("source", "receipt", "allocation")
    await books.post([move(source, one, 500)])
    wrong, _ = await books.post([move(one, other, 200), move(one, other, 200)])
    done = await asyncio.gather(*(books.correct(wrong, "重复") for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, int) for one in done) == 1
    assert sum(isinstance(one, UndoneAlready) for one in done) == 7


async def test_what_comes_back_in_parts_is_never_more_than_went(books: Books) -> None:
    source, one, paid = await books.open("source", "claim", "paid")
    await books.post([move(source, one, 500)])
    first, _ = await books.post([move(one, paid, 100), move(one, paid, 100)])
    await books.post([move(paid, one, 60, kind="return", reverses=first)])
    with pytest.raises(UndoneAlready):
        await books.post([move(paid, one, 41, kind="return", reverses=first)])
    with pytest.raises(UndoneAlready):
        await books.post([move(paid, one, 30, reverses=first), move(paid, one, 11, reverses=first)])
    await books.post([move(paid, one, 40, kind="return", reverses=first)])


async def test_a_correction_without_a_reason_is_not_written(books: Books) -> None:
    source, one = await books.open("source", "receipt")
    (wrong,) = await books.post([move(source, one, 5)])
    with pytest.raises(Exception, match="correction_explained"):
        await books.correct(wrong, "")


async def test_no_account_but_the_source_goes_below_zero_whoever_writes(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    books = Books(world.funds)
    for row in await books.rows("select distinct kind from ledger_accounts where kind <> 'source'"):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await books.tamper(f"update ledger_accounts set balance_fen = -1 where kind = '{row['kind']}'")
        assert getattr(caught.value, "constraint_name", "") in CONSTRAINTS
    with pytest.raises(asyncpg.CheckViolationError):
        await books.tamper("update ledger_transfers set credit_id = debit_id")


async def test_not_even_the_owner_writes_a_balance_no_transfer_gives(books: Books) -> None:
    source, one = await books.open("source", "receipt")
    await books.post([move(source, one, 100)])
    owner = await asyncpg.connect(server.dsn("funds", "owner", books.funds.database))
    try:
        for change in ("balance_fen = balance_fen + 1", "balance_fen = 7, version = version + 1", "version = 0"):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await owner.execute(f"update ledger_accounts set {change}")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(
                "insert into ledger_accounts (kind, owner_id, division_code, fund_year, fund_kind, batch, balance_fen,"
                " version) values ('receipt', 1, '34', 2025, '', '', 5, 1)"
            )
    finally:
        await owner.close()


async def test_the_last_yuan_is_won_by_one_of_a_hundred(books: Books) -> None:
    source, fund, *payees = await books.open("source", "allocation", *["claim"] * 100)
    await books.post([move(source, fund, 100)])
    done = await asyncio.gather(*(books.post([move(fund, one, 100)]) for one in payees), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Refusal)]
    assert (len(done) - len(refused), len(refused)) == (1, 99)
    assert {(one.code, one.facts["available_fen"]) for one in refused} == {("funds.allocation_exhausted", 0)}
    assert (await books.verified()).ok


async def race_without_lock(books: Books, *walls_removed: str) -> list[Any]:
    """The same race when the function does not lock, and without the walls behind it that are named."""
    one_move = "post_transfers"
    await books.tamper(
        "do $do$ begin execute replace(pg_get_functiondef((select oid from pg_proc where proname = "
        f"'{one_move}')), ' for no key update', ''); end $do$",
        f"do $do$ begin execute replace(pg_get_functiondef((select oid from pg_proc where proname = '{one_move}')),"
        " 'refused_at := null;', 'refused_at := null; perform pg_sleep(0.8);'); end $do$",
        *walls_removed,
    )
    source, fund, *payees = await books.open("source", "allocation", *["claim"] * 8)
    await books.post([move(source, fund, 100)])
    return await asyncio.gather(*(books.post([move(fund, one, 100)]) for one in payees), return_exceptions=True)


async def test_without_its_lock_the_ledger_overspends_and_the_proof_says_so(books: Books) -> None:
    await race_without_lock(
        books,
        "alter table ledger_transfers drop constraint uq_ledger_transfers_debit_version",
        "drop trigger transfer_behind on ledger_accounts",
        "alter table ledger_accounts drop constraint ck_ledger_accounts_covered",
    )
    found = await books.verified()
    assert not found.ok
    assert found.first_difference is not None
    assert found.first_difference.what in ("number_missing", "balance_differs", "chain_end_differs")


async def test_behind_the_lock_stands_a_wall_that_lets_one_win(books: Books) -> None:
    done = await race_without_lock(books)
    assert sum(isinstance(one, list) for one in done) == 1
    assert (await books.verified()).ok


async def test_a_one_sided_entry_turns_the_proof_red(books: Books) -> None:
    source, one, other = await books.open("source", "receipt", "paid")
    await books.post([move(source, one, 100), move(one, other, 10)])
    assert (await books.verified()).ok
    columns = [
        "book", "debit_id", "credit_id", "amount_fen", "kind", "fund_year", "effective_on", "recorded_at", "cause_type",
        "cause_id", "actor", "debit_balance_fen", "debit_previous", "credit_balance_fen", "credit_previous",
    ]  # fmt: skip
    named = ", ".join(columns)
    await books.tamper(
        f"insert into ledger_transfers ({named}, hash, debit_version, credit_version) select {named}, hash,"
        " debit_version + 1, credit_version + 1 from ledger_transfers order by id desc limit 1"
    )
    found = await books.verified()
    assert not found.ok


def test_every_value_of_a_transfer_is_in_its_hash() -> None:
    content: dict[str, Any] = {
        "book": "34", "debit_id": 1, "debit_version": 2, "debit_balance_fen": 3, "credit_id": 4, "credit_version": 5,
        "credit_balance_fen": 6, "amount_fen": 7, "kind": "k", "fund_year": 2025, "effective_on": date(2025, 1, 1),
        "recorded_at": datetime(2025, 1, 1, tzinfo=UTC), "cause_type": "t", "cause_id": 8, "actor": "a",
        "reverses": None, "reason": None,
    }  # fmt: skip
    other = {
        name: value + timedelta(days=1)
        if isinstance(value, date)
        else f"{value or ''}x"
        if isinstance(value, str) or name == "reason"
        else (value or 0) + 1
        for name, value in content.items()
    }
    hashes = {rules.hash_of(rules.Content(**content | {name: other[name]}), b"", b"") for name in content}
    assert len(hashes) == len(content)
