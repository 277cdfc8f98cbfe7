"""Money received and spent, by group and by day: the figures every view of the 90 % rule is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import aid_office, finance_office
from services.funds.domain.positions import Project, aid_name, finance_name
from services.funds.domain.progress import Totals
from services.funds.domain.questions import Question
from services.funds.operations import positions
from services.funds.storage import lists
from services.funds.storage import spending as storage
from services.funds.storage.tables import Allocation

By = Literal["division", "county", "fund_kind", "level", "batch", "office", "project"]


async def groups(session: AsyncSession, question: Question, by: By) -> dict[str, Totals]:
    """An area's money on a day, divided by one property; the groups add up to the whole.

    Keys: codes of the areas right below (and the area's own), of counties, of fund kinds, levels (`central` ...),
    batches, offices, and projects ("" for money no project has).
    """
    if by == "office" or by == "project":
        return {key: totals for key, (_, totals) in (await holders(session, question, by)).items()}
    return await storage.grouped(session, question, by)


async def holders(
    session: AsyncSession, question: Question, by: Literal["office", "project"]
) -> dict[str, tuple[str, Totals]]:
    """An area's money by office or project: name and totals by code."""
    found = await storage.by_allocation(session, question)
    given = [row for row, _, _ in found if row is not None]
    projects = await positions.projects_of(session, {row.project_code for row in given}, question.as_of)
    places = dict(
        await lists.division_names(session, [place for _, place, _ in found] + [row.county_code for row in given])
    )
    named: dict[str, str] = {}
    sums: dict[str, Totals] = {}
    for row, place, totals in found:
        key, name = _holder(row, place, projects, places, by)
        named[key] = name
        sums[key] = sums.get(key, Totals()) + totals
    return {key: (named[key], sums[key]) for key in sorted(sums)}


async def held_by(session: AsyncSession, question: Question, by: Literal["office", "project"], code: str) -> Question:
    """The question narrowed to the money of one office's projects, or of one project."""
    given = [row for row, _, _ in await storage.by_allocation(session, question) if row is not None]
    projects = await positions.projects_of(session, {row.project_code for row in given}, question.as_of)
    own = {row.id for row in given if _holder(row, "", projects, {}, by)[0] == code}
    return replace(question, allocations=frozenset(own))


def _holder(
    row: Allocation | None,
    place: str,
    projects: Mapping[str, Project],
    places: dict[str, str],
    by: Literal["office", "project"],
) -> tuple[str, str]:
    if row is None:
        return (finance_office(place), finance_name(places, place)) if by == "office" else ("", "")
    project = projects[row.project_code]
    if by == "project":
        return project.code, project.name
    county = row.county_code
    return project.office or aid_office(county), project.office_name or aid_name(places, county)


async def total(session: AsyncSession, question: Question) -> Totals:
    """An area's money on a day."""
    return sum((await groups(session, question, "fund_kind")).values(), Totals())


async def series(session: AsyncSession, question: Question, days: Sequence[date]) -> list[tuple[date, Totals]]:
    """An area's money on each of several days."""
    changes = await storage.by_day(session, replace(question, as_of=max(days, default=question.as_of)))
    known = [day for day, _ in changes]
    sums = [Totals(), *accumulate(change for _, change in changes)]
    return [(day, sums[bisect_right(known, day)]) for day in days]
