"""SQL of the tree: what documents hand down from receipts, less what was called back."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.questions import Question
from services.funds.storage import recalled_money
from services.funds.storage.asked_money import only
from services.funds.storage.tables import Document, Recall, Receipt
from shared.chassis.scope import within


async def passed_down(session: AsyncSession, question: Question) -> dict[int, int]:
    """By receipt of the area: fen of documents drawn on it by the day, registered or not, less recalls by then."""
    issued = (
        select(Document.drawn_on_receipt_id, func.sum(Document.total_fen))
        .where(
            Document.drawn_on_receipt_id.is_not(None),
            within(Document.issuing_division, question.books),
            Document.issued_on <= question.as_of,
            *only(question, Document.fund_year, Document.fund_kind, Document.batch),
        )
        .group_by(Document.drawn_on_receipt_id)
    )
    back = (
        select(Recall.back_to_receipt_id, func.sum(Recall.amount_fen))
        .where(
            Recall.state == "approved",
            Recall.allocation_id.is_(None),
            Recall.decided_on <= question.as_of,
            within(Recall.recalling_division, question.books),
            *only(question, Recall.fund_year, Recall.fund_kind, Recall.batch),
        )
        .group_by(Recall.back_to_receipt_id)
    )
    passed: dict[int, int] = defaultdict(int)
    for sign, query in ((1, issued), (-1, back)):
        for receipt_id, amount in await session.execute(query):
            if receipt_id is not None:
                passed[receipt_id] += sign * int(amount)
    return passed


async def registered_below(session: AsyncSession, question: Question) -> dict[int, int]:
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
