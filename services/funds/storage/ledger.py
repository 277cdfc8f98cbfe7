"""SQL of the ledger. `post` is the one place where money moves and balances change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import ledger as rules
from services.funds.domain.refusals.grants import NotEnoughOnThatDay
from services.funds.storage.tables import LedgerAccount, LedgerChain, LedgerTransfer
from shared.chassis import clock
from shared.chassis.identity import Actor


@dataclass(frozen=True, slots=True)
class Movement:
    """Money to move: from the account `debit` to the account `credit`, effective on an office day."""

    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: int
    kind: str
    effective_on: date
    cause_type: str
    cause_id: int
    reverses: int | None = None
    pointer: str | None = None
    """The field to name when the debit account does not hold enough."""


async def open_accounts(session: AsyncSession, accounts: Sequence[LedgerAccount]) -> None:
    """Add new, empty accounts."""
    for account in accounts:
        account.balance_fen = 0
    session.add_all(accounts)
    await session.flush()


async def source_account(session: AsyncSession, division: str, year: int, kind: str) -> LedgerAccount:
    """The account outside our books that a division's money of one year and kind comes from; opened on first use."""
    await session.execute(
        upsert(LedgerAccount)
        .values(
            kind="source", owner_id=0, division_code=division, fund_year=year, fund_kind=kind, batch="", balance_fen=0
        )
        .on_conflict_do_nothing(constraint="uq_ledger_accounts_owner")
    )
    return (
        await session.execute(
            select(LedgerAccount).where(
                LedgerAccount.kind == "source",
                LedgerAccount.owner_id == 0,
                LedgerAccount.division_code == division,
                LedgerAccount.fund_year == year,
                LedgerAccount.fund_kind == kind,
            )
        )
    ).scalar_one()


async def account_of(session: AsyncSession, kind: str, owner_id: int) -> LedgerAccount:
    """The account of a line, receipt, allocation, claim, batch or payment."""
    return (
        await session.execute(
            select(LedgerAccount).where(LedgerAccount.kind == kind, LedgerAccount.owner_id == owner_id)
        )
    ).scalar_one()


async def accounts_of(session: AsyncSession, kind: str, owner_ids: Sequence[int]) -> dict[int, LedgerAccount]:
    """Accounts of one kind by their owner's id."""
    rows = await session.scalars(
        select(LedgerAccount).where(LedgerAccount.kind == kind, LedgerAccount.owner_id.in_(owner_ids))
    )
    return {row.owner_id: row for row in rows}


async def post(session: AsyncSession, actor: Actor, book: str, movements: Sequence[Movement]) -> list[LedgerTransfer]:
    """Move money and change the balances, in the caller's transaction.

    Locks the book's chain first and then all accounts by id, so that two postings never wait for each other in a
    circle. Refuses a debit the account does not hold now (the refusal of its kind) or did not hold on the
    effective day (NotEnoughOnThatDay); CHECK constraints stand behind both.
    """
    chain = await _locked_chain(session, book)
    held = await _locked_accounts(session, movements)
    for index, move in enumerate(movements):
        await _draw(session, held, move, movements[:index])
    transfers = [_chained(chain, actor, book, move) for move in movements]
    session.add_all(transfers)
    await session.flush()
    return transfers


async def _locked_chain(session: AsyncSession, book: str) -> LedgerChain:
    await session.execute(
        upsert(LedgerChain).values(book=book, number=0, hash=rules.FIRST_HASH).on_conflict_do_nothing()
    )
    return (
        await session.execute(
            select(LedgerChain)
            .where(LedgerChain.book == book)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).scalar_one()


async def _locked_accounts(session: AsyncSession, movements: Sequence[Movement]) -> dict[int, LedgerAccount]:
    ids = sorted({account.id for move in movements for account in (move.debit, move.credit)})
    rows = await session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.id.in_(ids))
        .order_by(LedgerAccount.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def _draw(
    session: AsyncSession, held: dict[int, LedgerAccount], move: Movement, before: Sequence[Movement]
) -> None:
    """Take the amount from the debit account and give it to the credit account."""
    debit, credit = held[move.debit.id], held[move.credit.id]
    if debit.kind != "source":
        if debit.balance_fen < move.amount_fen:
            raise rules.refusal_for(debit.kind, debit.balance_fen, move.pointer)
        if debit.last_effective_on is not None and move.effective_on < debit.last_effective_on:
            await _require_held_since(session, debit, move, before)
    for account, change in ((debit, -move.amount_fen), (credit, move.amount_fen)):
        account.balance_fen += change
        account.last_effective_on = max(account.last_effective_on or move.effective_on, move.effective_on)


async def _require_held_since(
    session: AsyncSession, debit: LedgerAccount, move: Movement, before: Sequence[Movement]
) -> None:
    """An earlier day than the account's last: on no day since then may it have held less than is drawn."""
    changes = await daily_changes(session, debit.id)
    for other in before:
        if other.debit.id == debit.id:
            changes.append((other.effective_on, -other.amount_fen))
        if other.credit.id == debit.id:
            changes.append((other.effective_on, other.amount_fen))
    lowest = rules.lowest_since(changes, move.effective_on)
    if lowest < move.amount_fen:
        raise NotEnoughOnThatDay(pointer=move.pointer, available_fen=max(lowest, 0))


async def daily_changes(session: AsyncSession, account_id: int) -> list[tuple[date, int]]:
    """What an account gained or lost on each day, by day."""
    legs = _legs(account_id)
    rows = await session.execute(
        select(legs.c.effective_on, func.sum(legs.c.change)).group_by(legs.c.effective_on).order_by(legs.c.effective_on)
    )
    return [(day, int(change)) for day, change in rows]


def _legs(account_id: int) -> Any:
    credits = select(LedgerTransfer.effective_on, LedgerTransfer.amount_fen.label("change")).where(
        LedgerTransfer.credit_id == account_id
    )
    debits = select(LedgerTransfer.effective_on, (-LedgerTransfer.amount_fen).label("change")).where(
        LedgerTransfer.debit_id == account_id
    )
    return union_all(credits, debits).subquery()


def _chained(chain: LedgerChain, actor: Actor, book: str, move: Movement) -> LedgerTransfer:
    """The next transfer of the book's chain."""
    previous = chain.hash
    content = rules.Content(
        book=book,
        number=chain.number + 1,
        debit_id=move.debit.id,
        credit_id=move.credit.id,
        amount_fen=move.amount_fen,
        kind=move.kind,
        fund_year=move.debit.fund_year,
        effective_on=move.effective_on,
        recorded_at=clock.now(),
        cause_type=move.cause_type,
        cause_id=move.cause_id,
        actor=actor.account,
        reverses=move.reverses,
    )
    chain.number, chain.hash = content.number, rules.hash_of(content, previous)
    values = {name: getattr(content, name) for name in content.__slots__}
    return LedgerTransfer(**values, previous_hash=previous, hash=chain.hash)


async def last_transfer(session: AsyncSession, kind: str, cause_type: str, cause_id: int) -> LedgerTransfer:
    """The newest transfer of a kind that a thing caused; the one a reversal is linked to."""
    return (
        await session.execute(
            select(LedgerTransfer)
            .where(
                LedgerTransfer.kind == kind,
                LedgerTransfer.cause_type == cause_type,
                LedgerTransfer.cause_id == cause_id,
            )
            .order_by(LedgerTransfer.id.desc())
            .limit(1)
        )
    ).scalar_one()
