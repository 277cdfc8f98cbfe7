"""SQL of where the money stood on a day: always from transfers by their effective day, never from balances now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
from services.funds.storage.asked_statements import built_once
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import (
    Allocation,
    Claim,
    Document,
    DocumentLine,
    LedgerAccount,
    LedgerTransfer,
    Receipt,
)
from services.funds.storage.trace import any_of, one_of
from shared.chassis.scope import within

ON_THE_WAY = ("receipt", "recalling", "reserved", "allocation", "claim", "in_flight", "batch", "batch_in_flight")
"""Kinds of accounts whose money is on its way to a payee."""
WAITING = (*ON_THE_WAY, "withheld")
"""Kinds of accounts whose money no payee has."""
HELD = (*WAITING, "paid", "batch_paid")
"""Kinds of accounts that hold the money of a receipt."""
_DATED = ("recalling", "claim", "in_flight")
"""Kinds of which the day matters on which money last came in."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """What stood on an account on the day, and when something last came in."""

    kind: str
    owner_id: int
    receipt_id: int | None
    allocation_id: int | None
    claim_id: int | None
    balance_fen: int
    last_credit_on: date | None


async def accounts(
    session: AsyncSession, question: Question, kinds: Sequence[str], of: Iterable[int] | None = None
) -> list[AccountState]:
    """The accounts of the area's books, of these kinds, on which money stood on the day; or `of` these allocations."""
    own = [] if of is None else [one_of(LedgerAccount.allocation_id, of)]
    return [AccountState(*row) for row in await session.execute(_states(question, _standing(question, kinds, *own)))]


@built_once
def _on_the_way(question: Question) -> CompoundSelect[Any]:
    standing = _standing(question, WAITING)
    no_id = cast(null(), BigInteger)
    withheld = (
        select(
            literal("withheld"), literal(0), no_id, standing.c.allocation_id, no_id,
            cast(func.sum(standing.c.balance), BigInteger), cast(null(), Date),
        )
        .where(standing.c.kind == "withheld", standing.c.balance != 0)
        .group_by(standing.c.allocation_id)
    )  # fmt: skip
    return union_all(_states(question, standing).where(standing.c.kind != "withheld"), withheld)


async def on_the_way(session: AsyncSession, question: Question) -> tuple[list[AccountState], dict[int, int]]:
    """The accounts with money on its way to a payee, and by allocation the retention that stood on the day, in fen.

    Both in one look: a county has more accounts of retention than of all else, and few of them matter one by one.
    """
    states = [AccountState(*row) for row in await _on_the_way(session, question)]
    held = {state.allocation_id or 0: state.balance_fen for state in states if state.kind == "withheld"}
    return [state for state in states if state.kind != "withheld"], held


async def held(session: AsyncSession, question: Question) -> list[tuple[int, str, int]]:
    """By receipt and kind of account: what stood on the day of the receipt's money, in fen."""
    standing = _standing(question, HELD)
    keys = (standing.c.receipt_id, standing.c.kind)
    query = select(*keys, func.sum(standing.c.balance)).where(standing.c.receipt_id.is_not(None)).group_by(*keys)
    return [(receipt_id, kind, int(fen)) for receipt_id, kind, fen in await session.execute(query) if fen]


def _standing(question: Question, kinds: Sequence[str], *own: ColumnElement[bool]) -> CTE:
    """Accounts of the area's books that held or moved money: as they stand, or as their transfers said by the day.

    One scan of the area's accounts; only those that moved since the day are asked for their transfers.
    """
    account = LedgerAccount
    moved_since = account.last_effective_on > question.as_of
    then = _moved(question, LedgerTransfer.credit_id) - _moved(question, LedgerTransfer.debit_id)
    balance = cast(case((moved_since, then), else_=account.balance_fen), BigInteger).label("balance")
    owners = (account.id, account.kind, account.owner_id, account.receipt_id, account.allocation_id, account.claim_id)
    asked = select(*owners, balance).where(
        within(account.division_code, question.books),
        account.kind.in_(kinds),
        or_(account.balance_fen != 0, moved_since),
        *only(question, account.fund_year, account.fund_kind, account.batch),
        *own,
    )
    return asked.cte("standing").prefix_with("materialized")


def _states(question: Question, standing: CTE) -> Select[Any]:
    """Of accounts that stood: those with money, and when something last came in where that matters."""
    came_in = (
        select(func.max(LedgerTransfer.effective_on))
        .where(LedgerTransfer.credit_id == standing.c.id, LedgerTransfer.effective_on <= question.as_of)
        .correlate(standing)
        .scalar_subquery()
    )
    owners = (
        standing.c.kind,
        standing.c.owner_id,
        standing.c.receipt_id,
        standing.c.allocation_id,
        standing.c.claim_id,
    )
    last_credit_on = case((standing.c.kind.in_(_DATED), came_in)).label("last_credit_on")
    return select(*owners, standing.c.balance, last_credit_on).where(standing.c.balance != 0)


def _moved(question: Question, side: Any) -> ColumnElement[int]:
    """What had moved on one side of an account by the day, in fen."""
    sums = select(func.coalesce(func.sum(LedgerTransfer.amount_fen), 0))
    by_then = sums.where(side == LedgerAccount.id, LedgerTransfer.effective_on <= question.as_of)
    return by_then.correlate(LedgerAccount).scalar_subquery()


@built_once
def _receipts(question: Question) -> Select[Any]:
    return (
        select(Receipt)
        .where(
            within(Receipt.division_code, question.books),
            Receipt.received_on <= question.as_of,
            ~undone("receipt", Receipt.id),
            *only(question, Receipt.fund_year, Receipt.fund_kind, Receipt.batch),
        )
        .order_by(Receipt.id)
    )


async def receipts(session: AsyncSession, question: Question) -> Sequence[Receipt]:
    """Receipts registered in the area's books by the day."""
    found: Sequence[Receipt] = (await _receipts(session, question)).scalars().all()
    return found


@built_once
def _lines_under_way(question: Question) -> Select[Any, Any]:
    registered = exists().where(Receipt.document_line_id == DocumentLine.id, Receipt.received_on <= question.as_of)
    return (
        select(DocumentLine, Document)
        .join(Document, Document.id == DocumentLine.document_id)
        .where(
            within(DocumentLine.division_code, question.area),
            Document.issued_on <= question.as_of,
            ~registered,
            *only(question, Document.fund_year, Document.fund_kind, Document.batch),
        )
        .order_by(DocumentLine.id)
    )


async def lines_under_way(session: AsyncSession, question: Question) -> Sequence[tuple[DocumentLine, Document]]:
    """Lines for divisions of the area that were issued and not registered by the day."""
    return [(line, document) for line, document in await _lines_under_way(session, question)]


_GIVEN = (
    Allocation.id, Allocation.receipt_id, Allocation.division_code, Allocation.county_code, Allocation.fund_kind,
    Allocation.batch, Allocation.project_code, Allocation.proposed_on, Allocation.decided_on,
)  # fmt: skip
"""What positions need of allocations: several thousand whole rows would take longer than all the rest."""
_ALLOCATIONS = select(*_GIVEN).where(any_of(Allocation.id)).order_by(Allocation.id)
_CLAIMS = (
    select(Claim.id, Claim.allocation_id, Claim.claimed_on, Claim.decided_on).where(any_of(Claim.id)).order_by(Claim.id)
)


async def allocations(session: AsyncSession, ids: Iterable[int]) -> Sequence[Any]:
    """What positions need of allocations."""
    return (await session.execute(_ALLOCATIONS, {"ids": sorted(ids)})).all()


async def claims(session: AsyncSession, ids: Iterable[int]) -> Sequence[Any]:
    """What positions need of claims."""
    return (await session.execute(_CLAIMS, {"ids": sorted(ids)})).all()
