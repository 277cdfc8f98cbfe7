"""SQL of looking at the ledger: trial balance, the list of transfers, and its own proof."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.tables import LedgerAccount, LedgerChain, LedgerTransfer
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

READ_AT_ONCE = 5_000


async def trial_balance(session: AsyncSession, area: str, fund_year: int | None) -> list[tuple[str, int, int]]:
    """By kind of account: fen debited and credited in the area's books."""
    sums: dict[str, list[int]] = {}
    for index, column in enumerate((LedgerTransfer.debit_id, LedgerTransfer.credit_id)):
        query = (
            select(LedgerAccount.kind, func.sum(LedgerTransfer.amount_fen))
            .join(LedgerAccount, LedgerAccount.id == column)
            .where(within(LedgerTransfer.book, area))
            .group_by(LedgerAccount.kind)
        )
        if fund_year is not None:
            query = query.where(LedgerTransfer.fund_year == fund_year)
        for kind, amount in await session.execute(query):
            sums.setdefault(kind, [0, 0])[index] = int(amount)
    return [(kind, debit, credit) for kind, (debit, credit) in sorted(sums.items())]


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    cause: tuple[str, int] | None,
    before_id: int | None,
    limit: int,
) -> list[tuple[LedgerTransfer, LedgerAccount, LedgerAccount]]:
    """Transfers of the area's books with both accounts, newest first."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    query = (
        select(LedgerTransfer, debit, credit)
        .join(debit, debit.id == LedgerTransfer.debit_id)
        .join(credit, credit.id == LedgerTransfer.credit_id)
        .where(in_scope(LedgerTransfer.book, actor), within(LedgerTransfer.book, area))
        .order_by(LedgerTransfer.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(LedgerTransfer.fund_year == fund_year)
    if cause is not None:
        query = query.where(LedgerTransfer.cause_type == cause[0], LedgerTransfer.cause_id == cause[1])
    if before_id is not None:
        query = query.where(LedgerTransfer.id < before_id)
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def chains(session: AsyncSession, area: str) -> Sequence[LedgerChain]:
    """The ends of the area's books that were one chain each, by book."""
    return (
        await session.scalars(select(LedgerChain).where(within(LedgerChain.book, area)).order_by(LedgerChain.book))
    ).all()


async def transfers_of(session: AsyncSession, book: str) -> AsyncIterator[LedgerTransfer]:
    """The transfers of a book's chain by number, read in pieces."""
    after = 0
    while True:
        rows = (
            await session.scalars(
                select(LedgerTransfer)
                .where(LedgerTransfer.book == book, LedgerTransfer.number > after)
                .order_by(LedgerTransfer.number)
                .limit(READ_AT_ONCE)
            )
        ).all()
        for row in rows:
            yield row
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1].number or 0
        session.expunge_all()


async def book_of(session: AsyncSession, transfer_id: int | None, account_id: int | None) -> str:
    """The book of a transfer; the division of an account where there is none."""
    if transfer_id is not None:
        return str(await session.scalar(select(LedgerTransfer.book).where(LedgerTransfer.id == transfer_id)))
    return str(await session.scalar(select(LedgerAccount.division_code).where(LedgerAccount.id == account_id)))
