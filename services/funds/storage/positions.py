"""SQL of where the money stood on a day: always from transfers by their effective day, never from balances now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    Date,
    Subquery,
    and_,
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
from services.funds.storage import recalled_money
from services.funds.storage.asked_money import only
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import (
    Allocation,
    Claim,
    Document,
    DocumentLine,
    FundKind,
    GrantBatch,
    LedgerAccount,
    LedgerTransfer,
    Receipt,
)
from shared.chassis.scope import within


@dataclass(frozen=True, slots=True)
class AccountState:
    """What went in and out of an account by the day, and when something last came in."""

    kind: str
    owner_id: int
    receipt_id: int | None
    allocation_id: int | None
    claim_id: int | None
    credited_fen: int
    debited_fen: int
    last_credit_on: date | None

    @property
    def balance_fen(self) -> int:
        return self.credited_fen - self.debited_fen


async def accounts(session: AsyncSession, question: Question) -> list[AccountState]:
    """All accounts of the area's books that moved by the day."""
    sums = _moved(question)
    query = (
        select(
            LedgerAccount.kind,
            LedgerAccount.owner_id,
            LedgerAccount.receipt_id,
            LedgerAccount.allocation_id,
            LedgerAccount.claim_id,
            sums.c.credited,
            sums.c.debited,
            sums.c.last_credit_on,
        )
        .join(sums, sums.c.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.kind.not_in(("source", "transit")),
            *only(question, LedgerAccount.fund_year, LedgerAccount.fund_kind, LedgerAccount.batch),
        )
    )
    return [
        AccountState(kind, owner_id, receipt_id, allocation_id, claim_id, int(credited), int(debited), last)
        for kind, owner_id, receipt_id, allocation_id, claim_id, credited, debited, last in await session.execute(query)
    ]


def _moved(question: Question) -> Subquery:
    """By account: what went in and out by the day. Two plain passes, since no index serves "debit or credit"."""
    moved = and_(
        LedgerTransfer.fund_year == question.fund_year,
        LedgerTransfer.effective_on <= question.as_of,
        within(LedgerTransfer.book, question.books),
    )
    nothing = literal(0, BigInteger)
    incoming = select(
        LedgerTransfer.credit_id.label("account_id"),
        LedgerTransfer.amount_fen.label("credited"),
        nothing.label("debited"),
        LedgerTransfer.effective_on.label("credited_on"),
    ).where(moved)
    outgoing = select(LedgerTransfer.debit_id, nothing, LedgerTransfer.amount_fen, cast(null(), Date)).where(moved)
    legs = union_all(incoming, outgoing).subquery()
    return (
        select(
            legs.c.account_id,
            func.sum(legs.c.credited).label("credited"),
            func.sum(legs.c.debited).label("debited"),
            func.max(legs.c.credited_on).label("last_credit_on"),
        )
        .group_by(legs.c.account_id)
        .subquery()
    )


async def receipts(session: AsyncSession, question: Question) -> Sequence[tuple[Receipt, str]]:
    """Receipts registered in the area's books by the day, with the level of finance the money comes from."""
    query = (
        select(Receipt, FundKind.source_level)
        .join(FundKind, FundKind.code == Receipt.fund_kind)
        .where(
            within(Receipt.division_code, question.books),
            Receipt.received_on <= question.as_of,
            ~undone("receipt", Receipt.id),
            *only(question, Receipt.fund_year, Receipt.fund_kind, Receipt.batch),
        )
        .order_by(Receipt.id)
    )
    return [(receipt, level) for receipt, level in await session.execute(query)]


async def passed_down(session: AsyncSession, question: Question) -> dict[int, int]:
    """By receipt: fen handed down from it, registered below by the day, and not called back by then."""
    query = (
        select(Document.drawn_on_receipt_id, func.sum(Receipt.amount_fen))
        .join(Receipt, Receipt.document_id == Document.id)
        .where(
            Document.drawn_on_receipt_id.is_not(None),
            within(Document.issuing_division, question.books),
            Receipt.received_on <= question.as_of,
            *only(question, Document.fund_year, Document.fund_kind, Document.batch),
        )
        .group_by(Document.drawn_on_receipt_id)
    )
    passed = {receipt_id: int(amount) for receipt_id, amount in await session.execute(query) if receipt_id is not None}
    for receipt_id, amount in (await recalled_money.back_to_receipts(session, question)).items():
        passed[receipt_id] = passed.get(receipt_id, 0) - amount
    return passed


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


async def allocations(session: AsyncSession, question: Question) -> Sequence[tuple[Allocation, str]]:
    """Allocations proposed in the area's counties by the day, with the level of finance the money comes from."""
    query = (
        select(Allocation, FundKind.source_level)
        .join(FundKind, FundKind.code == Allocation.fund_kind)
        .where(
            within(Allocation.county_code, question.books),
            Allocation.proposed_on <= question.as_of,
            *only(question, Allocation.fund_year, Allocation.fund_kind, Allocation.batch),
        )
        .order_by(Allocation.id)
    )
    return [(allocation, level) for allocation, level in await session.execute(query)]


async def claims(session: AsyncSession, question: Question) -> Sequence[Claim]:
    """Claims filed in the area's counties by the day."""
    query = select(Claim).where(
        within(Claim.county_code, question.books),
        Claim.fund_year == question.fund_year,
        Claim.claimed_on <= question.as_of,
    )
    return (await session.scalars(query.order_by(Claim.id))).all()


async def batches(session: AsyncSession, question: Question) -> Sequence[GrantBatch]:
    """Grant batches prepared in the area's counties by the day."""
    query = select(GrantBatch).where(
        within(GrantBatch.county_code, question.books),
        GrantBatch.fund_year == question.fund_year,
        GrantBatch.prepared_on <= question.as_of,
    )
    return (await session.scalars(query.order_by(GrantBatch.id))).all()


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
