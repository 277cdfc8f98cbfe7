"""SQL of fund documents."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.documents import stated_key
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import Document, DocumentLine, Recall, Receipt
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, document: Document, lines: Sequence[DocumentLine]) -> None:
    """Insert a document and its lines; their ids are set afterwards."""
    session.add(document)
    await session.flush()
    for line in lines:
        line.document_id = document.id
    session.add_all(lines)
    await session.flush()


async def stated(session: AsyncSession, key: str, division_codes: Sequence[str]) -> bool:
    """Whether opening books of one of these places say what the document of this number gave it."""
    keys = [stated_key(key, code) for code in division_codes]
    said = exists().where(Document.number_key.in_(keys), ~undone("document", Document.id))
    return bool(await session.scalar(select(said)))


def _bears(key: str) -> ColumnElement[bool]:
    """Documents of a number, whichever entry of it they are."""
    return func.split_part(Document.number_key, "#", 1) == key


async def entries_called_back(session: AsyncSession, issuing_division: str, key: str) -> int:
    """How many documents of an office bear the number, if all their money was called back; else 0."""
    called_back = (
        select(func.coalesce(func.sum(Recall.amount_fen), 0))
        .where(Recall.document_line_id == DocumentLine.id, Recall.state == "approved")
        .scalar_subquery()
    )
    standing = exists().where(DocumentLine.document_id == Document.id, called_back != DocumentLine.amount_fen)
    query = select(func.count(), func.count().filter(standing)).where(
        Document.issuing_division == issuing_division, _bears(key)
    )
    entries, that_stand = (await session.execute(query)).one()
    return 0 if that_stand else int(entries)


async def undone_lines(session: AsyncSession, key: str) -> set[tuple[str, str, str]]:
    """Place, direction and project of the lines under this number that came by opening books which were undone."""
    query = select(DocumentLine.division_code, DocumentLine.direction, DocumentLine.project_code).where(
        DocumentLine.number_key == key, undone("line", DocumentLine.id)
    )
    return {(row[0], row[1], row[2]) for row in await session.execute(query)}


async def visible(session: AsyncSession, actor: Actor, document_id: int) -> Document | None:
    """The document if it was issued in the actor's area or gives that area money."""
    query = select(Document).where(Document.id == document_id, _seen_by(actor))
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    fund_year: int | None,
    fund_kind: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[Document]:
    """Documents that concern `area`, newest first."""
    query = select(Document).where(_seen_by(actor), _concerns(area)).order_by(Document.id.desc()).limit(limit)
    if fund_year is not None:
        query = query.where(Document.fund_year == fund_year)
    if fund_kind is not None:
        query = query.where(Document.fund_kind == fund_kind)
    if before_id is not None:
        query = query.where(Document.id < before_id)
    return (await session.scalars(query)).all()


async def lines_of(session: AsyncSession, document_id: int) -> Sequence[tuple[DocumentLine, int | None]]:
    """A document's lines in order, each with the receipt that registered it."""
    query = (
        select(DocumentLine, Receipt.id)
        .outerjoin(Receipt, Receipt.document_line_id == DocumentLine.id)
        .where(DocumentLine.document_id == document_id)
        .order_by(DocumentLine.number)
    )
    return [(line, receipt_id) for line, receipt_id in await session.execute(query)]


async def lines_for(session: AsyncSession, document_id: int, division_code: str) -> Sequence[DocumentLine]:
    """The lines of a document for one division: one, unless it gives several directions or names projects."""
    query = (
        select(DocumentLine)
        .where(DocumentLine.document_id == document_id, DocumentLine.division_code == division_code)
        .order_by(DocumentLine.number)
    )
    return (await session.scalars(query)).all()


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    line = exists().where(DocumentLine.document_id == Document.id, in_scope(DocumentLine.division_code, actor))
    return or_(in_scope(Document.issuing_division, actor), line)


def _concerns(area: str) -> ColumnElement[bool]:
    line = exists().where(DocumentLine.document_id == Document.id, within(DocumentLine.division_code, area))
    return or_(within(Document.issuing_division, area), line)
