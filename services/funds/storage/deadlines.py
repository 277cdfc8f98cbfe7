"""SQL of the deadlines of the steps money waits at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Date, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.deadlines import Deadline
from services.funds.storage.tables import Allocation, Document, DocumentLine, Receipt, StageDeadline
from services.funds.storage.trace import one_of
from shared.chassis.plain_rows import PlainRows

_KNOWN = PlainRows(
    select(*(getattr(StageDeadline, name) for name in Deadline.__slots__)).where(
        StageDeadline.valid_from <= bindparam("day", type_=Date)
    )
)


async def known(session: AsyncSession, on: date) -> list[Deadline]:
    """All deadlines in force on a day, older ones of the same step and place with them."""
    return [Deadline(*row) for row in await _KNOWN.rows(session, {"day": on})]


async def list_all(session: AsyncSession, division_code: str | None, step: str | None) -> Sequence[StageDeadline]:
    """Deadlines by place, step, batch and day; of one place or step if asked."""
    query = select(StageDeadline).order_by(
        StageDeadline.division_code, StageDeadline.step, StageDeadline.batch, StageDeadline.valid_from
    )
    if division_code is not None:
        query = query.where(StageDeadline.division_code == division_code)
    if step is not None:
        query = query.where(StageDeadline.step == step)
    return (await session.scalars(query)).all()


async def issued_on(session: AsyncSession, references: Iterable[str]) -> dict[str, date]:
    """By reference of a line, receipt or allocation: the day of the document its money came by."""
    wanted: dict[str, list[int]] = {"line": [], "receipt": [], "allocation": []}
    for reference in references:
        kind, _, number = reference.partition(":")
        if kind in wanted:
            wanted[kind].append(int(number))
    lines = select(DocumentLine.id, Document.issued_on).join(Document, Document.id == DocumentLine.document_id)
    receipts = select(Receipt.id, Document.issued_on).join(Document, Document.id == Receipt.document_id)
    allocations = (
        select(Allocation.id, Document.issued_on)
        .join(Receipt, Receipt.id == Allocation.receipt_id)
        .join(Document, Document.id == Receipt.document_id)
    )
    found: dict[str, date] = {}
    for kind, query, column in (
        ("line", lines, DocumentLine.id),
        ("receipt", receipts, Receipt.id),
        ("allocation", allocations, Allocation.id),
    ):
        if wanted[kind]:
            rows = await session.execute(query.where(one_of(column, wanted[kind])))
            found.update({f"{kind}:{number}": day for number, day in rows})
    return found


async def add(session: AsyncSession, row: StageDeadline) -> None:
    session.add(row)
    await session.flush()
