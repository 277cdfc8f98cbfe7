"""SQL of where the money stood on a day: always from transfers by their effective day, never from balances now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, exists, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
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
from services.funds.storage.trace import one_of
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
    standing = [part.where(*own) for part in _standing(question, kinds)]
    return [AccountState(*row) for row in await session.execute(union_all(*standing))]


async def withheld(session: AsyncSession, question: Question) -> dict[int, int]:
    """By allocation: retention that stood on the day, in fen."""
    standing = union_all(*_standing(question, ("withheld",))).subquery()
    query = select(standing.c.allocation_id, func.sum(standing.c.balance)).group_by(standing.c.allocation_id)
    return {number: int(fen) for number, fen in await session.execute(query)}


async def held(session: AsyncSession, question: Question) -> list[tuple[int, str, int]]:
    """By receipt and kind of account: what stood on the day of the receipt's money, in fen."""
    standing = union_all(*_standing(question, HELD)).subquery()
    keys = (standing.c.receipt_id, standing.c.kind)
    query = select(*keys, func.sum(standing.c.balance)).where(standing.c.receipt_id.is_not(None)).group_by(*keys)
    return [(receipt_id, kind, int(fen)) for receipt_id, kind, fen in await session.execute(query)]


def _standing(question: Question, kinds: Sequence[str]) -> list[Select[Any]]:
    """Accounts that did not move since the day, as they stand; and the others, as their transfers of then say."""
    account = LedgerAccount
    moved_since = account.last_effective_on > question.as_of
    standing = _asked(question, kinds, account.balance_fen).where(account.balance_fen != 0, ~moved_since)
    then = select((_moved(question, LedgerTransfer.credit_id) - _moved(question, LedgerTransfer.debit_id)).label("fen"))
    stood = then.correlate(account).lateral("stood")
    earlier = _asked(question, kinds, stood.c.fen).join(stood, true()).where(moved_since, stood.c.fen != 0)
    return [standing, earlier]


def _moved(question: Question, side: Any) -> ColumnElement[int]:
    """What had moved on one side of an account by the day, in fen."""
    sums = select(func.coalesce(func.sum(LedgerTransfer.amount_fen), 0))
    by_then = sums.where(side == LedgerAccount.id, LedgerTransfer.effective_on <= question.as_of)
    return by_then.correlate(LedgerAccount).scalar_subquery()


def _asked(question: Question, kinds: Sequence[str], balance: Any) -> Select[Any]:
    """The accounts of the area's books, of the money asked about."""
    account = LedgerAccount
    came_in = (
        select(func.max(LedgerTransfer.effective_on))
        .where(LedgerTransfer.credit_id == account.id, LedgerTransfer.effective_on <= question.as_of)
        .correlate(account)
        .scalar_subquery()
    )
    last_credit_on = case((account.kind.in_(_DATED), came_in)).label("last_credit_on")
    owners = (account.kind, account.owner_id, account.receipt_id, account.allocation_id, account.claim_id)
    return select(*owners, cast(balance, BigInteger).label("balance"), last_credit_on).where(
        within(account.division_code, question.books),
        account.kind.in_(kinds),
        *only(question, account.fund_year, account.fund_kind, account.batch),
    )


async def receipts(session: AsyncSession, question: Question) -> Sequence[Receipt]:
    """Receipts registered in the area's books by the day."""
    query = select(Receipt).where(
        within(Receipt.division_code, question.books),
        Receipt.received_on <= question.as_of,
        ~undone("receipt", Receipt.id),
        *only(question, Receipt.fund_year, Receipt.fund_kind, Receipt.batch),
    )
    return (await session.scalars(query.order_by(Receipt.id))).all()


async def lines_under_way(session: AsyncSession, question: Question) -> Sequence[tuple[DocumentLine, Document]]:
    """Lines for divisions of the area that were issued and not registered by the day."""
    registered = exists().where(Receipt.document_line_id == DocumentLine.id, Receipt.received_on <= question.as_of)
    query = (
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
    return [(line, document) for line, document in await session.execute(query)]


async def allocated_by_project(session: AsyncSession, question: Question) -> dict[str, int]:
    """By project: fen of the year proposed or approved by the day and not refused by then, of any kind."""
    still = or_(Allocation.state != "refused", Allocation.decided_on > question.as_of)
    query = (
        select(Allocation.project_code, func.sum(Allocation.amount_fen))
        .where(
            within(Allocation.county_code, question.books),
            Allocation.fund_year == question.fund_year,
            Allocation.proposed_on <= question.as_of,
            still,
        )
        .group_by(Allocation.project_code)
    )
    return {code: int(amount) for code, amount in await session.execute(query)}


async def allocations(session: AsyncSession, ids: Iterable[int]) -> Sequence[Any]:
    """What positions need of allocations: several thousand whole rows would take longer than all the rest."""
    row = Allocation
    columns = (
        row.id, row.receipt_id, row.division_code, row.county_code, row.fund_kind, row.batch, row.project_code,
        row.proposed_on, row.decided_on,
    )  # fmt: skip
    return (await session.execute(select(*columns).where(one_of(row.id, ids)).order_by(row.id))).all()


async def claims(session: AsyncSession, ids: Iterable[int]) -> Sequence[Any]:
    """What positions need of claims."""
    columns = (Claim.id, Claim.allocation_id, Claim.claimed_on, Claim.decided_on)
    return (await session.execute(select(*columns).where(one_of(Claim.id, ids)).order_by(Claim.id))).all()
