"""Looking at the ledger: it sums to zero, its chains hold, its balances are what its transfers give."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import ledger as rules
from services.funds.storage import ledger_proof as proof
from services.funds.storage import ledger_views as storage
from services.funds.storage.tables import LedgerAccount, LedgerTransfer
from shared.chassis import paging
from shared.chassis.database import Database
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
    """As `verified`, for one of the actor's areas."""
    require_in_scope(actor, area)
    return await verified(session, area)


async def verified_whole(database: Database, area: str) -> wire.LedgerVerification:
    """As `verified`, in one unchanging view of the books and for as long as it takes."""
    async with database.session(read_only=True) as session:
        await proof.take_time(session)
        return await verified(session, area)


async def verified(session: AsyncSession, area: str) -> wire.LedgerVerification:
    """Recompute every hash, chain and balance of an area from its transfers; the first difference is named."""
    transfers, found = await _contents(session, area)
    accounts, broken = await _accounts(session, area)
    books, difference = await _old_books(session, area)
    first = min(filter(None, (found, broken)), key=_place, default=None)
    return wire.LedgerVerification(
        division_code=area,
        ok=first is None and difference is None,
        books=books,
        transfers=transfers,
        accounts=accounts,
        first_difference=difference or await _difference(session, first),
    )


def _place(found: proof.Found) -> tuple[bool, int, int]:
    return found.transfer_id is None, found.transfer_id or 0, found.account_id or 0


async def _contents(session: AsyncSession, area: str) -> tuple[int, proof.Found | None]:
    """How many transfers the area's books hold, and the first with another content than its hash says."""
    last, step, counted, first = await proof.last_transfer_id(session), proof.TRANSFERS_AT_ONCE, 0, None
    for after in range(0, last, step):
        transfers, found = await proof.changed_content(session, area, after, min(last, after + step))
        counted, first = counted + transfers, first or found
    return counted, first


async def _accounts(session: AsyncSession, area: str) -> tuple[int, proof.Found | None]:
    """How many accounts the area has, and the first place where the chain or the balance of one breaks."""
    last, step, counted, first = await proof.last_account_id(session), proof.ACCOUNTS_AT_ONCE, 0, None
    for after in range(0, last, step):
        accounts, found = await proof.broken_account(session, area, after, min(last, after + step))
        counted, first = counted + accounts, min(filter(None, (first, found)), key=_place, default=None)
    return counted, first


async def _difference(session: AsyncSession, found: proof.Found | None) -> wire.LedgerDifference | None:
    if found is None:
        return None
    return wire.LedgerDifference(
        what=found.what,
        book=await storage.book_of(session, found.transfer_id, found.account_id),
        transfer_id=found.transfer_id,
        number=found.version,
        account_id=found.account_id,
    )


async def _old_books(session: AsyncSession, area: str) -> tuple[int, wire.LedgerDifference | None]:
    """How many books have a chain of their own from older days, and the first place where one does not hold."""
    chains = await storage.chains(session, area)
    for chain in chains:
        found = await _verify_chain(session, chain.book, chain.number, chain.hash)
        if found is not None:
            return len(chains), found
    return len(chains), None


async def _verify_chain(
    session: AsyncSession, book: str, last_number: int, last_hash: str
) -> wire.LedgerDifference | None:
    previous, number = rules.FIRST_BOOK_HASH, 0
    async for row in storage.transfers_of(session, book):
        number += 1
        if row.number != number:
            return _in_book("number_missing", book, number)
        if row.previous_hash != previous:
            return _in_book("chain_broken", book, number, row.id)
        values = {name: getattr(row, name) for name in rules.BookContent.__slots__}
        previous = rules.book_hash_of(rules.BookContent(**values), previous)
        if previous != row.hash.hex():
            return _in_book("content_changed", book, number, row.id)
    return None if (number, previous) == (last_number, last_hash) else _in_book("chain_end_differs", book, number)


def _in_book(what: Any, book: str, number: int, transfer_id: int | None = None) -> wire.LedgerDifference:
    return wire.LedgerDifference(what=what, book=book, number=number, transfer_id=transfer_id, account_id=None)


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
    own = {"transfer_id", "hash", "debit_kind", "debit_owner_id", "credit_kind", "credit_owner_id"}
    values = {name: getattr(row, name) for name in set(wire.Transfer.model_fields) - own}
    return wire.Transfer(
        **values,
        transfer_id=row.id,
        hash=row.hash.hex(),
        debit_kind=debit.kind,
        debit_owner_id=debit.owner_id,
        credit_kind=credit.kind,
        credit_owner_id=credit.owner_id,
    )
