"""SQL of recalls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Document, DocumentLine, Recall, Receipt
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, recall: Recall) -> None:
    session.add(recall)
    await session.flush()


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    return or_(in_scope(Recall.division_code, actor), in_scope(Recall.recalling_division, actor))


async def visible(session: AsyncSession, actor: Actor, recall_id: int, *, lock: bool = False) -> Recall | None:
    """The recall if it concerns the actor's area; locked for a decision if asked."""
    query = select(Recall).where(Recall.id == recall_id, _seen_by(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[Recall]:
    """Recalls that concern the area, newest first."""
    concerns = or_(within(Recall.division_code, area), within(Recall.recalling_division, area))
    query = select(Recall).where(_seen_by(actor), concerns).order_by(Recall.id.desc()).limit(limit)
    if fund_year is not None:
        query = query.where(Recall.fund_year == fund_year)
    if before_id is not None:
        query = query.where(Recall.id < before_id)
    return (await session.scalars(query)).all()


async def line_of(session: AsyncSession, actor: Actor, line_id: int) -> tuple[DocumentLine, Document] | None:
    """A line of a document issued in the actor's area."""
    query = (
        select(DocumentLine, Document)
        .join(Document, Document.id == DocumentLine.document_id)
        .where(DocumentLine.id == line_id, in_scope(Document.issuing_division, actor))
    )
    found = (await session.execute(query)).first()
    return None if found is None else (found[0], found[1])


async def receipt_of_line(session: AsyncSession, line_id: int) -> Receipt | None:
    return (await session.scalars(select(Receipt).where(Receipt.document_line_id == line_id))).first()


async def pending_of_line(session: AsyncSession, line_id: int) -> bool:
    """Whether money of a line on its way is being called back and nobody has decided."""
    query = exists().where(
        Recall.document_line_id == line_id, Recall.taken_from == "transit", Recall.state == "proposed"
    )
    return bool(await session.scalar(select(query)))


async def last_day_of_line(session: AsyncSession, line_id: int) -> date | None:
    """The last day on which a recall of money of this line on its way was decided."""
    query = select(func.max(Recall.decided_on)).where(
        Recall.document_line_id == line_id, Recall.taken_from == "transit"
    )
    day: date | None = await session.scalar(query)
    return day


async def recalled_of_lines(session: AsyncSession, line_ids: Sequence[int]) -> dict[int, int]:
    """By line: fen called back by decision."""
    rows = await session.execute(
        select(Recall.document_line_id, func.sum(Recall.amount_fen))
        .where(Recall.document_line_id.in_(line_ids), Recall.state == "approved")
        .group_by(Recall.document_line_id)
    )
    return {line_id: int(amount) for line_id, amount in rows if line_id is not None}
