"""Money that belongs to no receipt: credit, risk funds, dividends, donations, pools. Each has books of its own.

A county's book of such money stands beside the county's own (`341622-loan` beside `341622`), and its accounts belong to
no receipt, so that nothing of it is ever taken for progress. A closed period of the county closes them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import ledger
from services.funds.storage.tables import LedgerAccount
from shared.chassis.identity import Actor

Book = Literal["loan", "risk", "share", "gift", "pool"]
COUNTY_DIGITS = 6
"""Digits of the code of a county: its books hold the money of every place in it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What moves the money, on which day, and the field to name when there is not enough."""

    kind: str
    cause_type: str
    cause_id: int
    effective_on: date
    pointer: str | None = "/amount_fen"


async def open_account(
    session: AsyncSession, book: Book, kind: str, owner_id: int, county_code: str, year: int
) -> LedgerAccount:
    """A new, empty account of a book."""
    account = LedgerAccount(
        kind=kind, owner_id=owner_id, division_code=county_code, fund_year=year, fund_kind=book, batch=""
    )
    await ledger.open_accounts(session, [account])
    return account


async def balances(session: AsyncSession, kind: str, owner_ids: list[int]) -> dict[int, int]:
    """Fen in the accounts of one kind, by their owner's id."""
    query = select(LedgerAccount.owner_id, LedgerAccount.balance_fen).where(
        LedgerAccount.kind == kind, LedgerAccount.owner_id.in_(owner_ids)
    )
    return {row.owner_id: row.balance_fen for row in await session.execute(query)}


async def balance(session: AsyncSession, kind: str, owner_id: int) -> int:
    """Fen in one account; 0 when it was never opened."""
    return (await balances(session, kind, [owner_id])).get(owner_id, 0)


async def bring_in(
    session: AsyncSession, actor: Actor, book: Book, into: LedgerAccount, amount_fen: int, cause: Cause
) -> None:
    """Money that comes from outside our books."""
    await bring_in_many(session, actor, book, [(into, amount_fen)], cause)


async def bring_in_many(
    session: AsyncSession, actor: Actor, book: Book, shares: Sequence[tuple[LedgerAccount, int]], cause: Cause
) -> None:
    """Money from outside our books into several accounts of one county at once."""
    sources = {
        year: await ledger.source_account(session, shares[0][0].division_code, year, book)
        for year in sorted({into.fund_year for into, _ in shares})
    }
    movements = [_movement(sources[into.fund_year], into, amount_fen, cause) for into, amount_fen in shares]
    if movements:
        await ledger.post(session, actor, f"{shares[0][0].division_code}-{book}", movements)


async def take_out(
    session: AsyncSession, actor: Actor, book: Book, origin: LedgerAccount, amount_fen: int, cause: Cause
) -> None:
    """Money that leaves our books."""
    source = await ledger.source_account(session, origin.division_code, origin.fund_year, book)
    await _post(session, actor, book, origin, source, amount_fen, cause)


async def move(
    session: AsyncSession,
    actor: Actor,
    book: Book,
    origin: LedgerAccount,
    into: LedgerAccount,
    amount_fen: int,
    cause: Cause,
) -> None:
    """Money that goes from one account of a book to another."""
    await _post(session, actor, book, origin, into, amount_fen, cause)


async def _post(
    session: AsyncSession,
    actor: Actor,
    book: Book,
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount_fen: int,
    cause: Cause,
) -> None:
    await ledger.post(session, actor, f"{debit.division_code}-{book}", [_movement(debit, credit, amount_fen, cause)])


def _movement(debit: LedgerAccount, credit: LedgerAccount, amount_fen: int, cause: Cause) -> ledger.Movement:
    return ledger.Movement(
        debit, credit, amount_fen, cause.kind, cause.effective_on, cause.cause_type, cause.cause_id,
        pointer=cause.pointer,
    )  # fmt: skip
