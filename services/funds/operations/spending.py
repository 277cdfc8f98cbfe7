"""Money received and spent, by group and by day: the figures every view of the 90 % rule is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import positions as domain
from services.funds.domain import progress
from services.funds.domain.divisions import child_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.progress import Slice, Totals
from services.funds.domain.questions import Question
from services.funds.operations import positions

By = Literal["division", "fund_kind", "level", "office", "project"]


async def groups(session: AsyncSession, question: Question, values: Parameters, by: By) -> dict[str, Totals]:
    """An area's money on a day, divided by one property; the groups add up to the whole.

    Keys: codes of the areas right below (and the area's own), of fund kinds, levels (`central` ...), offices, and
    projects ("" for money no project has).
    """
    area = question.area
    keys: dict[By, Callable[[Slice], str]] = {
        "division": lambda part: child_of(part.division_code, area),
        "fund_kind": lambda part: part.fund_kind,
        "level": lambda part: part.source_level,
        "office": lambda part: part.office,
        "project": lambda part: part.project_code,
    }
    facts = await positions.load(session, question, values)
    return progress.group(domain.slices_of(facts, area), keys[by])


async def total(session: AsyncSession, question: Question, values: Parameters) -> Totals:
    """An area's money on a day."""
    return sum((await groups(session, question, values, "fund_kind")).values(), Totals())


async def series(
    session: AsyncSession, question: Question, values: Parameters, days: Sequence[date]
) -> list[tuple[date, Totals]]:
    """An area's money on each of several days."""
    return [(day, await total(session, replace(question, as_of=day), values)) for day in days]
