"""SQL of which projects of the year's plan have less money than their plan line."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.questions import Question
from services.funds.storage import recalled_money
from services.funds.storage.asked_statements import built_once
from services.funds.storage.tables import Allocation, ProjectGrantRow
from shared.chassis.scope import within


async def counties(session: AsyncSession, question: Question) -> frozenset[str]:
    """Counties of the area's books where a project in the library and the year's plan lacked money on the day.

    Money of any kind counts, proposed or approved by the day and not refused by then, less what was taken away again.
    """
    return frozenset((await _counties(session, question)).scalars())


@built_once
def _counties(question: Question) -> Select[Any]:
    row = ProjectGrantRow
    newest = (
        select(row.project_code, row.county_code, row.plan_year, row.facts)
        .where(within(row.county_code, question.books), row.effective_on <= question.as_of)
        .order_by(row.project_code, row.version.desc())
        .ext(distinct_on(row.project_code))
        .subquery()
    )
    given = (
        select(func.coalesce(func.sum(Allocation.amount_fen), 0))
        .where(
            Allocation.project_code == newest.c.project_code,
            within(Allocation.county_code, question.books),
            Allocation.fund_year == question.fund_year,
            Allocation.proposed_on <= question.as_of,
            or_(Allocation.state != "refused", Allocation.decided_on > question.as_of),
        )
        .scalar_subquery()
    )
    each = recalled_money.taken_from_projects(question).subquery()
    taken = select(each.c.project_code, func.sum(each.c.fen).label("fen")).group_by(each.c.project_code).subquery()
    # What a file says is read of the newest alone, and money by the project's own index: a county has few of many.
    line = newest.c.facts["plan_line_fen"].astext.cast(BigInteger)
    in_library = newest.c.facts["in_library"].astext.cast(Boolean)
    return (
        select(newest.c.county_code)
        .distinct()
        .outerjoin(taken, taken.c.project_code == newest.c.project_code)
        .where(newest.c.plan_year == question.fund_year, in_library, line > given - func.coalesce(taken.c.fen, 0))
    )
