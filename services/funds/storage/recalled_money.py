"""SQL of what recalls and moves between projects had changed by a day: sums for where the money stood."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
from services.funds.storage.asked_statements import built_once
from services.funds.storage.tables import Allocation, Reallocation, Recall
from shared.chassis.scope import within


def _decided(question: Question, taken_from: str) -> list[ColumnElement[bool]]:
    return [
        Recall.state == "approved",
        Recall.taken_from == taken_from,
        Recall.decided_on <= question.as_of,
        *only(question, Recall.fund_year, Recall.fund_kind, Recall.batch),
    ]


async def _sums(
    session: AsyncSession, column: InstrumentedAttribute[Any], conditions: list[ColumnElement[bool]]
) -> dict[int, int]:
    rows = await session.execute(select(column, func.sum(Recall.amount_fen)).where(*conditions).group_by(column))
    return {owner_id: int(amount) for owner_id, amount in rows if owner_id is not None}


async def from_receipts(session: AsyncSession, question: Question) -> dict[int, int]:
    """By receipt of the area: fen called back from it by the level above, decided by the day."""
    mine = within(Recall.division_code, question.books)
    return await _sums(session, Recall.receipt_id, [*_decided(question, "receipt"), mine])


async def back_to_receipts(session: AsyncSession, question: Question) -> dict[int, int]:
    """By receipt of the area: fen it had passed down, that were registered below and called back by the day."""
    mine = within(Recall.recalling_division, question.books)
    return await _sums(session, Recall.back_to_receipt_id, [*_decided(question, "receipt"), mine])


@built_once
def _on_the_way(question: Question) -> Select[Any, Any]:
    mine = within(Recall.division_code, question.area)
    line = Recall.document_line_id
    return select(line, func.sum(Recall.amount_fen)).where(*_decided(question, "transit"), mine).group_by(line)


async def on_the_way(session: AsyncSession, question: Question) -> dict[int, int]:
    """By document line for the area: fen called back before anybody registered it."""
    return {line_id: int(fen) for line_id, fen in await _on_the_way(session, question) if line_id is not None}


def taken_from(question: Question, project: Any) -> ColumnElement[int]:
    """In fen what was called back from a project, or moved to another one, by the day; of the area's counties.

    `project`: columns of the statement, among them `project_code`.
    """
    own = (
        Allocation.project_code == project.project_code,
        within(Allocation.county_code, question.books),
        Allocation.fund_year == question.fund_year,
    )
    recalled = (
        select(func.coalesce(func.sum(Recall.amount_fen), 0))
        .join(Allocation, Allocation.id == Recall.allocation_id)
        .where(Recall.state == "approved", Recall.decided_on <= question.as_of, *own)
    )
    target = aliased(Allocation)
    moved = (
        select(func.coalesce(func.sum(Reallocation.amount_fen), 0))
        .join(Allocation, Allocation.id == Reallocation.from_allocation_id)
        .join(target, target.id == Reallocation.to_allocation_id)
        .where(target.state == "approved", target.decided_on <= question.as_of, *own)
    )
    return recalled.scalar_subquery() + moved.scalar_subquery()
