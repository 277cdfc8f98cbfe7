"""Ten thousand random movements against a ledger of plain numbers: same balances, same refusals, to the fen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.funds.domain import ledger as rules
from services.funds.domain.refusals.grants import NotEnoughOnThatDay, UndoneAlready
from services.funds.storage.ledger import Movement
from services.funds.storage.tables import LedgerAccount
from shared.refusals import Refusal
from tests.services.funds.books import ON, Books, move
from tests.support.harness import Harness, running

OPERATIONS = 10_000
EXAMPLES = 20
BALANCED_EVERY = 1_000
PLACE = st.integers(0, 1_000_000)
LINE = st.tuples(PLACE, PLACE, st.integers(1, 600), st.integers(0, 20))


@dataclass
class Account:
    """What a ledger is, when nobody else uses it and it cannot crash."""

    row: LedgerAccount
    balance: int = 0
    changes: list[tuple[date, int]] = field(default_factory=list)

    @property
    def last(self) -> date | None:
        return max((day for day, _ in self.changes), default=None)

    def take(self, fen: int, on: date) -> type[Refusal] | None:
        """The refusal of a draw, or None after it is made."""
        if self.row.kind != "source":
            if self.balance < fen:
                return type(rules.refusal_for(self.row.kind, 0))
            if self.last is not None and on < self.last and rules.lowest_since(self.changes, on) < fen:
                return NotEnoughOnThatDay
        self.give(-fen, on)
        return None

    def give(self, fen: int, on: date) -> None:
        self.balance += fen
        self.changes.append((on, fen))


@dataclass
class Undoable:
    """A transfer and what of it is not undone yet."""

    transfer_id: int
    debit: int
    credit: int
    fen: int
    left: int


@dataclass
class Running:
    """The service under the machine, on an event loop of its own: hypothesis knows no other time than its own."""

    runner: asyncio.Runner
    entered: AbstractAsyncContextManager[Harness]
    books: Books
    done: int = 0
    """Movements asked for."""
    balanced: int = 0
    refused: set[str] = field(default_factory=set)


class Ledger(RuleBasedStateMachine):
    """One rule is one call of the store; the model says what it must answer."""

    running: ClassVar[Running]

    def __init__(self) -> None:
        super().__init__()
        self.accounts: list[Account] = []
        self.transfers: list[Undoable] = []

    @initialize()
    def opened(self) -> None:
        kinds = ["source", *["receipt", "allocation", "claim", "paid", "withheld"] * 2]
        self.accounts = [Account(row) for row in self.running.runner.run(self.running.books.open(*kinds))]

    @rule(fen=st.integers(1, 5_000), to=PLACE, on=st.integers(0, 20))
    def money_comes_in(self, fen: int, to: int, on: int) -> None:
        self.moved([(0, 1 + to % (len(self.accounts) - 1), fen, on)])

    @rule(line=LINE)
    def one_movement(self, line: tuple[int, int, int, int]) -> None:
        self.moved([line])

    @rule(lines=st.lists(LINE, min_size=2, max_size=8))
    def several_movements(self, lines: list[tuple[int, int, int, int]]) -> None:
        self.moved(lines)

    @rule(source=PLACE, on=st.integers(0, 20), lines=st.lists(st.tuples(PLACE, st.integers(1, 40)), min_size=5))
    def a_batch_from_one_account(self, source: int, on: int, lines: list[tuple[int, int]]) -> None:
        self.moved([(source, to, fen, on) for to, fen in lines])

    @rule(which=PLACE, on=st.integers(0, 20))
    def corrected(self, which: int, on: int) -> None:
        if not self.transfers:
            return
        wrong = self.transfers[which % len(self.transfers)]
        day = ON + timedelta(days=on)
        expected = UndoneAlready if wrong.left < wrong.fen else self.accounts[wrong.credit].take(wrong.fen, day)
        self.agrees(self.running.books.correct(wrong.transfer_id, "记错", day), expected)
        if expected is None:
            self.accounts[wrong.debit].give(wrong.fen, day)
            wrong.left = 0

    @rule(which=PLACE, fen=st.integers(1, 300), on=st.integers(0, 20))
    def partly_returned(self, which: int, fen: int, on: int) -> None:
        if not self.transfers:
            return
        gone = self.transfers[which % len(self.transfers)]
        day = ON + timedelta(days=on)
        expected = UndoneAlready if gone.left < fen else self.accounts[gone.credit].take(fen, day)
        back = self.movement(gone.credit, gone.debit, fen, day, kind="return", reverses=gone.transfer_id)
        self.agrees(self.running.books.post([back]), expected)
        if expected is None:
            self.accounts[gone.debit].give(fen, day)
            gone.left -= fen

    def movement(self, debit: int, credit: int, fen: int, on: date, **more: Any) -> Movement:
        return move(self.accounts[debit].row, self.accounts[credit].row, fen, on, **more)

    def moved(self, lines: list[tuple[int, int, int, int]]) -> None:
        """Post lines of (debit, credit, fen, day): all or none."""
        before = [(account.balance, list(account.changes)) for account in self.accounts]
        moves: list[Movement] = []
        sides: list[tuple[int, int]] = []
        expected: type[Refusal] | None = None
        for debit, credit, fen, on in lines:
            one, day = debit % len(self.accounts), ON + timedelta(days=on)
            other = (one + 1 + credit % (len(self.accounts) - 1)) % len(self.accounts)
            moves.append(self.movement(one, other, fen, day))
            sides.append((one, other))
            expected = expected or self.accounts[one].take(fen, day)
            if expected is None:
                self.accounts[other].give(fen, day)
        if expected is not None:
            for account, (balance, changes) in zip(self.accounts, before, strict=True):
                account.balance, account.changes = balance, changes
        ids = self.agrees(self.running.books.post(moves), expected, len(moves))
        if ids is not None:
            for number, (one, other), line in zip(ids, sides, moves, strict=True):
                self.transfers.append(Undoable(number, one, other, line.amount_fen, line.amount_fen))

    def agrees(self, coroutine: Any, expected: type[Refusal] | None, operations: int = 1) -> Any:
        """The store answers what the model expects, and holds what the model holds."""
        answer, refused = None, None
        try:
            answer = self.running.runner.run(coroutine)
        except Refusal as refusal:
            refused = refusal
            self.running.refused.add(refusal.code)
        assert (None if refused is None else type(refused)) is expected
        self.running.done += operations
        if self.running.done // BALANCED_EVERY > self.running.balanced:
            self.running.balanced = self.running.done // BALANCED_EVERY
            self.running.runner.run(self.balanced())
        return answer

    async def balances(self) -> list[int]:
        ids = [account.row.id for account in self.accounts]
        rows = await self.running.books.rows(
            "select balance_fen from ledger_accounts where id = any ($1) order by array_position($1, id)", ids
        )
        return [row["balance_fen"] for row in rows]

    async def balanced(self) -> None:
        """The trial balance sums to zero and everything is what its transfers give."""
        (row,) = await self.running.books.rows("select sum(balance_fen) as fen from ledger_accounts")
        assert row["fen"] == 0
        assert (await self.running.books.verified()).ok

    def teardown(self) -> None:
        if self.accounts:
            assert self.running.runner.run(self.balances()) == [account.balance for account in self.accounts]


@pytest.fixture
def under_way() -> Iterator[Running]:
    with asyncio.Runner() as runner:
        entered = running("funds", pool_size=4)
        books = Books(runner.run(entered.__aenter__()))
        try:
            Ledger.running = Running(runner, entered, books)
            yield Ledger.running
        finally:
            runner.run(entered.__aexit__(None, None, None))


def test_the_ledger_does_what_plain_numbers_do(under_way: Running) -> None:
    # How many steps an example has is drawn as well: examples until there were as many operations as promised.
    while under_way.done < OPERATIONS:
        run_state_machine_as_test(
            Ledger,
            settings=settings(
                max_examples=1 if under_way.done else EXAMPLES,
                stateful_step_count=OPERATIONS // EXAMPLES + 100, deadline=None, derandomize=True, database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    assert under_way.done >= OPERATIONS
    assert under_way.refused >= {
        "funds.not_enough_on_that_day", "funds.undone_already", "funds.account_not_covered", "funds.receipt_exhausted",
    }  # fmt: skip
    under_way.runner.run(Ledger.balanced(Ledger()))
