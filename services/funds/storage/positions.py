"""SQL of where the money stood on a day: always from transfers by their effective day, never from balances now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

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
    literal_column,
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
from shared.chassis.plain_rows import PlainRows
from shared.chassis.scope import within

ON_THE_WAY = ("receipt", "recalling", "reserved", "allocation", "claim", "in_flight", "batch", "batch_in_flight")
"""Kinds of accounts whose money is on its way to a payee."""
WAITING = (*ON_THE_WAY, "withheld")
"""Kinds of accounts whose money no payee has."""
HELD = (*WAITING, "paid", "batch_paid")
"""Kinds of accounts that hold the money of a receipt."""
_DATED = ("recalling", "claim", "in_flight")
"""Kinds of which the day matters on which money last came in."""


class AccountState(NamedTuple):
    """What stood on an account on the day, and when something last came in."""

    kind: str
    owner_id: int
    receipt_id: int | None
    allocation_id: int | None
    claim_id: int | None
    balance_fen: int
    last_credit_on: date | None


class Registered(NamedTuple):
    """What positions need of a receipt."""

    id: int
    division_code: str
    fund_kind: str
    batch: str
    received_on: date
    amount_fen: int


class UnderWay(NamedTuple):
    """What positions need of a document's line that is not registered."""

    id: int
    division_code: str
    amount_fen: int
    issued_on: date
    fund_kind: str
    drawn_on_receipt_id: int | None
    batch: str


class Given(NamedTuple):
    """What positions need of an allocation: several thousand whole rows would take longer than all the rest."""

    id: int
    receipt_id: int
    division_code: str
    county_code: str
    fund_kind: str
    batch: str
    project_code: str
    proposed_on: date
    decided_on: date | None


class Filed(NamedTuple):
    """What positions need of a claim."""

    id: int
    allocation_id: int
    claimed_on: date
    decided_on: date | None


async def accounts(
    session: AsyncSession, question: Question, kinds: Sequence[str], of: Iterable[int] | None = None
) -> list[AccountState]:
    """The accounts of the area's books, of these kinds, on which money stood on the day; or `of` these allocations."""
    own = [] if of is None else [one_of(LedgerAccount.allocation_id, of)]
    found = await session.execute(_states(question, _standing(question, kinds, *own)))
    return list(map(AccountState._make, found))


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
    states, withheld = [], {}
    for state in map(AccountState._make, await _on_the_way(session, question)):
        if state.kind == "withheld":
            withheld[state.allocation_id or 0] = state.balance_fen
        else:
            states.append(state)
    return states, withheld


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
        _one_of(account.kind, kinds),
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
    last_credit_on = case((_one_of(standing.c.kind, _DATED), came_in)).label("last_credit_on")
    return select(*owners, standing.c.balance, last_credit_on).where(standing.c.balance != 0)


def _one_of(kind: Any, kinds: Sequence[str]) -> ColumnElement[bool]:
    """Written into the statement, which is made into text once: a list of bound values has no length yet then."""
    found: ColumnElement[bool] = kind.in_([literal_column(f"'{name}'") for name in kinds])
    return found


def _moved(question: Question, side: Any) -> ColumnElement[int]:
    """What had moved on one side of an account by the day, in fen."""
    sums = select(func.coalesce(func.sum(LedgerTransfer.amount_fen), 0))
    by_then = sums.where(side == LedgerAccount.id, LedgerTransfer.effective_on <= question.as_of)
    return by_then.correlate(LedgerAccount).scalar_subquery()


@built_once
def _receipts(question: Question) -> Select[Any]:
    return (
        select(*(getattr(Receipt, name) for name in Registered._fields))
        .where(
            within(Receipt.division_code, question.books),
            Receipt.received_on <= question.as_of,
            ~undone("receipt", Receipt.id),
            *only(question, Receipt.fund_year, Receipt.fund_kind, Receipt.batch),
        )
        .order_by(Receipt.id)
    )


async def receipts(session: AsyncSession, question: Question) -> list[Registered]:
    """Receipts registered in the area's books by the day."""
    return list(map(Registered._make, await _receipts(session, question)))


@built_once
def _lines_under_way(question: Question) -> Select[Any]:
    registered = exists().where(Receipt.document_line_id == DocumentLine.id, Receipt.received_on <= question.as_of)
    of_line = ("id", "division_code", "amount_fen")
    return (
        select(*(getattr(DocumentLine if name in of_line else Document, name) for name in UnderWay._fields))
        .select_from(DocumentLine)
        .join(Document, Document.id == DocumentLine.document_id)
        .where(
            within(DocumentLine.division_code, question.area),
            Document.issued_on <= question.as_of,
            ~registered,
            *only(question, Document.fund_year, Document.fund_kind, Document.batch),
        )
        .order_by(DocumentLine.id)
    )


async def lines_under_way(session: AsyncSession, question: Question) -> list[UnderWay]:
    """Lines for divisions of the area that were issued and not registered by the day."""
    return list(map(UnderWay._make, await _lines_under_way(session, question)))


_ALLOCATIONS, _CLAIMS = (
    PlainRows(select(*(getattr(table, name) for name in kind._fields)).where(any_of(table.id)).order_by(table.id))
    for table, kind in ((Allocation, Given), (Claim, Filed))
)


async def allocations(session: AsyncSession, ids: Iterable[int]) -> list[Given]:
    """Allocations by their numbers."""
    return list(map(Given._make, await _ALLOCATIONS.rows(session, {"ids": sorted(ids)})))


async def claims(session: AsyncSession, ids: Iterable[int]) -> list[Filed]:
    """Claims by their numbers."""
    wanted = sorted(ids)
    return list(map(Filed._make, await _CLAIMS.rows(session, {"ids": wanted}))) if wanted else []
