"""SQL of cases on who answers for money that waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.questions import Question
from services.funds.domain.responsibilities import Ruling
from services.funds.storage.asked_statements import built_once
from services.funds.storage.tables import (
    Responsibility,
    ResponsibilityDecision,
    ResponsibilityPaper,
    ResponsibilityReply,
    ThirdCause,
)
from shared.chassis.scope import within

_RULING = ("id", *Ruling.__slots__[1:])


@built_once
def _rulings(question: Question) -> Select[Any]:
    table = ResponsibilityDecision
    query = select(*(getattr(table, name) for name in _RULING)).where(
        table.fund_year == question.fund_year,
        table.effective_from <= question.as_of,
        within(table.division_code, question.books),
    )
    if question.known_until is not None:
        query = query.where(table.entered_at < question.known_until)
    return query


async def rulings(session: AsyncSession, question: Question) -> list[Ruling]:
    """What was decided on money in the area's books of the fund year, with effect by the day; in one query."""
    return [Ruling(*row) for row in await _rulings(session, question)]


async def decisions_of(session: AsyncSession, cases: Sequence[Responsibility]) -> dict[int, ResponsibilityDecision]:
    """By case its decision."""
    wanted = [case.id for case in cases if case.state == "decided"]
    query = select(ResponsibilityDecision).where(ResponsibilityDecision.responsibility_id.in_(wanted))
    return {row.responsibility_id: row for row in await session.scalars(query)} if wanted else {}


async def parts_of(
    session: AsyncSession, case_ids: Sequence[int]
) -> tuple[Sequence[ResponsibilityReply], Sequence[ResponsibilityPaper]]:
    """Replies and papers of cases, oldest first."""
    replies = select(ResponsibilityReply).where(ResponsibilityReply.responsibility_id.in_(case_ids))
    papers = select(ResponsibilityPaper).where(ResponsibilityPaper.responsibility_id.in_(case_ids))
    return (
        (await session.scalars(replies.order_by(ResponsibilityReply.id))).all(),
        (await session.scalars(papers.order_by(ResponsibilityPaper.id))).all(),
    )


async def third_causes(session: AsyncSession) -> Sequence[ThirdCause]:
    return (await session.scalars(select(ThirdCause).order_by(ThirdCause.code))).all()
