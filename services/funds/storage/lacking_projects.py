"""SQL of which counties have a project in the year's plan with less money than its plan line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Select, String, bindparam, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.questions import Question
from services.funds.storage import recalled_money
from services.funds.storage.asked_statements import built_once
from services.funds.storage.tables import Allocation, ProjectGrantRow
from shared.chassis.scope import within


async def counties(session: AsyncSession, question: Question, of: Iterable[str]) -> frozenset[str]:
    """Of these counties those where a project in the library and the year's plan lacked money on the day.

    Money of any kind counts, proposed or approved by the day and not refused by then, less what was taken away again.
    """
    found = await _counties(session, question, {"counties": sorted(set(of))})
    return frozenset(county for (county,) in found)


@built_once
def _counties(question: Question) -> Select[Any]:
    asked = select(func.unnest(bindparam("counties", type_=ARRAY(String))).label("county")).subquery()
    row, newer = aliased(ProjectGrantRow), aliased(ProjectGrantRow)
    outdated = exists().where(
        newer.project_code == row.project_code, newer.version > row.version, newer.effective_on <= question.as_of
    )
    newest = select(row.project_code, row.facts).where(
        row.county_code == asked.c.county,
        row.plan_year == question.fund_year,
        row.effective_on <= question.as_of,
        ~outdated,
    )
    # The offset keeps what a project holds from being added up for each of its versions.
    known = newest.correlate(asked).offset(0).subquery()
    line = known.c.facts["plan_line_fen"].astext.cast(BigInteger)
    in_library = known.c.facts["in_library"].astext.cast(Boolean)
    # One such project will do: the search ends with the first.
    one = select(true()).where(in_library, line > _held(question, known.c)).limit(1)
    return select(asked.c.county).where(one.correlate(asked).scalar_subquery())


def _held(question: Question, project: Any) -> ColumnElement[int]:
    """What a project had been given by the day, less what was taken away again, in fen."""
    given = select(func.coalesce(func.sum(Allocation.amount_fen), 0)).where(
        Allocation.project_code == project.project_code,
        within(Allocation.county_code, question.books),
        Allocation.fund_year == question.fund_year,
        Allocation.proposed_on <= question.as_of,
        or_(Allocation.state != "refused", Allocation.decided_on > question.as_of),
    )
    return given.scalar_subquery() - recalled_money.taken_from(question, project)
