"""Looking at the ledger: it sums to zero, its chains hold, its balances are what its transfers give."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import ledger as rules
from services.funds.storage import ledger_views as storage
from services.funds.storage.tables import LedgerAccount, LedgerTransfer
from shared.chassis import paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_views as wire
from shared.schemas.wire import Page


async def trial_balance(session: AsyncSession, actor: Actor, area: str, fund_year: int | None) -> wire.TrialBalance:
    """Debits and credits by kind of account in the books of one of the actor's areas."""
    require_in_scope(actor, area)
    rows = [
        wire.BalanceRow(account_kind=kind, debit_fen=debit, credit_fen=credit, balance_fen=credit - debit)
        for kind, debit, credit in await storage.trial_balance(session, area, fund_year)
    ]
    return wire.TrialBalance(division_code=area, rows=rows, sum_fen=sum(row.balance_fen for row in rows))


async def verify(session: AsyncSession, actor: Actor, area: str) -> wire.LedgerVerification:
    """Recompute every hash and balance of an area from its transfers; the first difference is named."""
    require_in_scope(actor, area)
    chains = await storage.chains(session, area)
    counted = 0
    difference: wire.LedgerDifference | None = None
    for chain in chains:
        transfers, found = await _verify_chain(session, chain.book, chain.number, chain.hash)
        counted += transfers
        difference = difference or found
    accounts, found = await _verify_balances(session, area)
    difference = difference or found
    return wire.LedgerVerification(
        division_code=area,
        ok=difference is None,
        books=len(chains),
        transfers=counted,
        accounts=accounts,
        first_difference=difference,
    )


async def _verify_chain(
    session: AsyncSession, book: str, last_number: int, last_hash: str
) -> tuple[int, wire.LedgerDifference | None]:
    """How many transfers a book has, and the first that is not what its chain says."""
    previous, number = rules.FIRST_HASH, 0
    async for row in storage.transfers_of(session, book):
        number += 1
        if row.number != number:
            return number, wire.LedgerDifference(what="number_missing", book=book, number=number, account_id=None)
        if row.previous_hash != previous:
            return number, wire.LedgerDifference(what="chain_broken", book=book, number=number, account_id=None)
        if rules.hash_of(_content(row), previous) != row.hash:
            return number, wire.LedgerDifference(what="content_changed", book=book, number=number, account_id=None)
        previous = row.hash
    if (number, previous) != (last_number, last_hash):
        return number, wire.LedgerDifference(what="chain_end_differs", book=book, number=number, account_id=None)
    return number, None


def _content(row: LedgerTransfer) -> rules.Content:
    return rules.Content(**{name: getattr(row, name) for name in rules.Content.__slots__})


async def _verify_balances(session: AsyncSession, area: str) -> tuple[int, wire.LedgerDifference | None]:
    rows = await storage.balances(session, area)
    for account_id, division, kept, computed in rows:
        if kept != computed:
            found = wire.LedgerDifference(what="balance_differs", book=division, number=None, account_id=account_id)
            return len(rows), found
    return len(rows), None


async def list_transfers(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    cause: tuple[str, int] | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Transfer]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(
        session, actor, area, fund_year=fund_year, cause=cause, before_id=int(after[0]) if after else None,
        limit=limit + 1,
    )  # fmt: skip
    items = [_answer(*row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].transfer_id) if len(found) > limit else None)


def _answer(row: LedgerTransfer, debit: LedgerAccount, credit: LedgerAccount) -> wire.Transfer:
    own = {"transfer_id", "debit_kind", "debit_owner_id", "credit_kind", "credit_owner_id"}
    values = {name: getattr(row, name) for name in set(wire.Transfer.model_fields) - own}
    return wire.Transfer(
        **values,
        transfer_id=row.id,
        debit_kind=debit.kind,
        debit_owner_id=debit.owner_id,
        credit_kind=credit.kind,
        credit_owner_id=credit.owner_id,
    )
