"""SQL of all books of an area and a year: one query per sheet, read as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.bank_entries import stands
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import (
    Allocation,
    Claim,
    ClawBack,
    Document,
    DocumentLine,
    FundUse,
    GrantBatch,
    GrantLine,
    GrantReturn,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    PaymentReturn,
    Recall,
    Receipt,
)
from shared.chassis.scope import within

Query = Select[*tuple[Any, ...]]

AT_ONCE = 2_000
PAID = ("paid", "returned")
"""States of payments that reached the payee, whatever came back."""


async def stream(session: AsyncSession, query: Query) -> AsyncIterator[list[Sequence[Any]]]:
    """The rows of a query, some thousands at a time, never all of them in memory."""
    found = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for part in found.partitions():
        yield list(part)


async def freeze(session: AsyncSession) -> None:
    """Let every sheet be of one moment."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def receipts(area: str, fund_year: int) -> Query:
    """As the sheet 接收 of opening books: what was not called back; receipts of undone books left out."""
    recalled = (
        select(func.coalesce(func.sum(Recall.amount_fen), 0))
        .where(Recall.receipt_id == Receipt.id, Recall.taken_from == "receipt", Recall.state == "approved")
        .scalar_subquery()
    )
    return (
        select(
            Receipt.id, Document.number, Document.title, Document.issued_on, Document.issuing_division,
            Receipt.fund_kind, Receipt.batch, Document.tranche, Receipt.direction, Receipt.project_code,
            Receipt.received_on, cast(Receipt.amount_fen - recalled, BigInteger),
        )
        .join(Document, Document.id == Receipt.document_id)
        .where(
            within(Receipt.division_code, area),
            Receipt.fund_year == fund_year,
            Receipt.amount_fen > recalled,
            ~undone("receipt", Receipt.id),
        )
        .order_by(Receipt.id)
    )  # fmt: skip


def allocations(area: str, fund_year: int) -> Query:
    """As the sheet 分配: what approved allocations hold after recalls and moves."""
    return (
        select(
            Allocation.id, Allocation.receipt_id, Allocation.project_code, Allocation.proposed_on,
            Allocation.decided_on, func.coalesce(FundUse.label_zh, ""), Allocation.amount_fen - Allocation.reduced_fen,
        )
        .outerjoin(FundUse, FundUse.code == Allocation.use_code)
        .where(
            within(Allocation.county_code, area),
            Allocation.fund_year == fund_year,
            Allocation.state == "approved",
            Allocation.amount_fen > Allocation.reduced_fen,
        )
        .order_by(Allocation.id)
    )  # fmt: skip


def payments(area: str, fund_year: int) -> Query:
    """As the sheet 支付, payments and releases of retention; grants and what came back follow by themselves.

    Retention that was called back is left out, as its allocation is without it.
    """
    called_back = (
        select(func.coalesce(func.sum(Recall.amount_fen), 0))
        .where(Recall.claim_id == Claim.id, Recall.state == "approved")
        .scalar_subquery()
    )
    first = aliased(Payment)
    original = (
        select(first.order_no).where(first.claim_id == Claim.releases_claim_id, first.state.in_(PAID)).limit(1)
    ).scalar_subquery()
    return (
        select(
            Payment.order_no, Claim.kind, Payment.allocation_id, Claim.releases_claim_id, original, Claim.claimed_on,
            Claim.decided_on, Payment.ordered_on, Payment.settled_on, Payment.payee_name, Payment.payee_uscc,
            Payment.bank_reference, Payment.amount_fen, cast(Claim.withheld_fen - called_back, BigInteger),
        )
        .join(Claim, Claim.id == Payment.claim_id)
        .where(within(Payment.county_code, area), Payment.fund_year == fund_year, Payment.state.in_(PAID))
        .order_by(Payment.id)
    )  # fmt: skip


def returns(area: str, fund_year: int) -> Query:
    return (
        select(
            PaymentReturn.id, Payment.order_no, PaymentReturn.returned_on, PaymentReturn.bank_reference,
            PaymentReturn.reason, PaymentReturn.amount_fen,
        )
        .join(Payment, Payment.id == PaymentReturn.payment_id)
        .where(within(Payment.county_code, area), Payment.fund_year == fund_year, Payment.state.in_(PAID))
        .where(stands("payment_return"))
        .order_by(PaymentReturn.id)
    )  # fmt: skip


def paid_grants(area: str, fund_year: int) -> Query:
    """As the sheet 支付: what a list paid on one day, as one payment to the bank that pays it out. Nobody is named.

    Grants that came back, by themselves or after a death, were paid all the same; what came back of them is in
    `given_back` and `got_back`.
    """
    paid = or_(
        GrantLine.state == "paid",
        exists().where(ClawBack.line_id == GrantLine.id, ClawBack.state == "recovered"),
        exists().where(GrantReturn.line_id == GrantLine.id, stands("grant_return")),
    )
    return (
        select(
            GrantBatch.id, GrantBatch.programme, GrantBatch.order_no, GrantBatch.allocation_id, GrantBatch.prepared_on,
            GrantBatch.decided_on, GrantBatch.ordered_on, GrantLine.settled_on,
            cast(func.sum(GrantLine.amount_fen), BigInteger),
        )
        .join(GrantLine, GrantLine.batch_id == GrantBatch.id)
        .where(within(GrantBatch.county_code, area), GrantBatch.fund_year == fund_year, paid)
        .group_by(GrantBatch.id, GrantLine.settled_on)
        .order_by(GrantBatch.id, GrantLine.settled_on)
    )  # fmt: skip


def got_back(area: str, fund_year: int) -> Query:
    """Grants got back after a death, with the list and the day they were paid."""
    return (
        select(
            ClawBack.id, ClawBack.batch_id, ClawBack.paid_on, ClawBack.recovered_on, ClawBack.bank_reference,
            ClawBack.amount_fen,
        )
        .join(GrantBatch, GrantBatch.id == ClawBack.batch_id)
        .where(
            within(GrantBatch.county_code, area), GrantBatch.fund_year == fund_year, ClawBack.state == "recovered"
        )
        .order_by(ClawBack.id)
    )  # fmt: skip


def given_back(area: str, fund_year: int) -> Query:
    """Paid grants the bank sent back or the household gave back, with the list and the day they were paid."""
    return (
        select(
            GrantReturn.id, GrantLine.batch_id, GrantLine.settled_on, GrantReturn.returned_on,
            GrantReturn.bank_reference, GrantReturn.amount_fen,
        )
        .join(GrantLine, GrantLine.id == GrantReturn.line_id)
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(within(GrantBatch.county_code, area), GrantBatch.fund_year == fund_year, stands("grant_return"))
        .order_by(GrantReturn.id)
    )  # fmt: skip


def documents(area: str, fund_year: int) -> Query:
    """Documents with their lines for the area, and whether each was registered."""
    return (
        select(
            Document.id, Document.number, Document.title, Document.issued_on, Document.issuing_division,
            Document.fund_kind, Document.batch, Document.total_fen, DocumentLine.number, DocumentLine.division_code,
            DocumentLine.amount_fen, Receipt.id, Receipt.received_on,
        )
        .join(DocumentLine, DocumentLine.document_id == Document.id)
        .outerjoin(Receipt, Receipt.document_line_id == DocumentLine.id)
        .where(within(DocumentLine.division_code, area), Document.fund_year == fund_year)
        .order_by(DocumentLine.id)
    )  # fmt: skip


def claims(area: str, fund_year: int) -> Query:
    return (
        select(
            Claim.id, Claim.allocation_id, Claim.project_code, Claim.kind, Claim.amount_fen, Claim.payable_fen,
            Claim.withheld_fen, Claim.claimed_on, Claim.state, Claim.decided_on, Claim.entered_by, Claim.decided_by,
        )
        .where(within(Claim.county_code, area), Claim.fund_year == fund_year)
        .order_by(Claim.id)
    )  # fmt: skip


def retentions(area: str, fund_year: int) -> Query:
    """What is still withheld, by claim."""
    return (
        select(Claim.id, Claim.project_code, Claim.withheld_fen, LedgerAccount.balance_fen)
        .join(LedgerAccount, (LedgerAccount.owner_id == Claim.id) & (LedgerAccount.kind == "withheld"))
        .where(within(Claim.county_code, area), Claim.fund_year == fund_year, Claim.withheld_fen > 0)
        .order_by(Claim.id)
    )


def batches(area: str, fund_year: int) -> Query:
    return (
        select(
            GrantBatch.id, GrantBatch.programme, GrantBatch.period, GrantBatch.allocation_id, GrantBatch.total_fen,
            GrantBatch.state, GrantBatch.prepared_on, GrantBatch.decided_on, GrantBatch.ordered_on,
        )
        .where(within(GrantBatch.county_code, area), GrantBatch.fund_year == fund_year)
        .order_by(GrantBatch.id)
    )  # fmt: skip


def grants(area: str, fund_year: int) -> Query:
    """Lines of batches: no person, no household, no name, no account; the place is the township."""
    return (
        select(
            GrantLine.batch_id, GrantLine.number, GrantLine.programme, GrantLine.period,
            func.left(GrantLine.division_code, 9), GrantLine.amount_fen, GrantLine.state, GrantLine.settled_on,
        )
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(within(GrantBatch.county_code, area), GrantBatch.fund_year == fund_year)
        .order_by(GrantLine.batch_id, GrantLine.number)
    )  # fmt: skip


def transfers(area: str, fund_year: int) -> Query:
    """Every movement with its hashes, as the ledger chains them."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    return (
        select(
            LedgerTransfer.id, LedgerTransfer.book, LedgerTransfer.kind, debit.kind, debit.owner_id, credit.kind,
            credit.owner_id, LedgerTransfer.amount_fen, LedgerTransfer.effective_on, LedgerTransfer.recorded_at,
            LedgerTransfer.cause_type, LedgerTransfer.cause_id, LedgerTransfer.actor, LedgerTransfer.reverses,
            LedgerTransfer.debit_previous, LedgerTransfer.credit_previous, LedgerTransfer.hash,
        )
        .select_from(LedgerTransfer)
        .join(debit, debit.id == LedgerTransfer.debit_id)
        .join(credit, credit.id == LedgerTransfer.credit_id)
        .where(within(LedgerTransfer.book, area), LedgerTransfer.fund_year == fund_year)
        .order_by(LedgerTransfer.id)
    )  # fmt: skip


async def rows_of(session: AsyncSession, area: str, fund_year: int, at_most: int) -> int:
    """How many movements the export holds, counted no further than one past the limit."""
    inside = (
        select(literal(1))
        .where(within(LedgerTransfer.book, area), LedgerTransfer.fund_year == fund_year)
        .limit(at_most + 1)
        .subquery()
    )
    return int(await session.scalar(select(func.count()).select_from(inside)) or 0)
