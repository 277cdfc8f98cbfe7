"""SQL of programmes: as one holds for an area on a day, with its table of amounts and what excludes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import programmes as domain
from services.funds.storage import lists
from services.funds.storage.tables import Programme, ProgrammeAmount, ProgrammeExclusion


async def in_force(session: AsyncSession, code: str, area: str, on: date) -> domain.Programme | None:
    """The programme of the nearest area above `area` valid on the day; None when there is none."""
    row = await lists.programme(session, code, area, on)
    if row is None:
        return None
    amounts = await session.scalars(
        select(ProgrammeAmount)
        .where(
            ProgrammeAmount.programme == row.code,
            ProgrammeAmount.division_code == row.division_code,
            ProgrammeAmount.valid_from == row.valid_from,
        )
        .order_by(ProgrammeAmount.number)
    )
    exclusions = await session.scalars(
        select(ProgrammeExclusion)
        .where(ProgrammeExclusion.programme == row.code)
        .order_by(ProgrammeExclusion.group_code)
    )
    return _whole(row, amounts.all(), exclusions.all())


async def computable_codes(session: AsyncSession) -> frozenset[str]:
    """Programmes to which everybody who meets the conditions is entitled."""
    return frozenset((await session.scalars(select(Programme.code).where(Programme.computable).distinct())).all())


async def labels(session: AsyncSession) -> dict[str, str]:
    """What each programme is called."""
    rows = await session.execute(select(Programme.code, Programme.label_zh).order_by(Programme.valid_from))
    return {row.code: row.label_zh for row in rows}


async def amounts(session: AsyncSession) -> Sequence[ProgrammeAmount]:
    keys = (ProgrammeAmount.programme, ProgrammeAmount.division_code, ProgrammeAmount.valid_from)
    return (await session.scalars(select(ProgrammeAmount).order_by(*keys, ProgrammeAmount.number))).all()


async def exclusions(session: AsyncSession) -> Sequence[ProgrammeExclusion]:
    query = select(ProgrammeExclusion).order_by(ProgrammeExclusion.group_code, ProgrammeExclusion.programme)
    return (await session.scalars(query)).all()


def _whole(
    row: Programme, amounts: Sequence[ProgrammeAmount], exclusions: Sequence[ProgrammeExclusion]
) -> domain.Programme:
    return domain.Programme(
        code=row.code,
        period_kind=row.period_kind,
        once_per=cast(Any, row.once_per),
        statuses=frozenset(row.statuses.split("|")),
        conditions=domain.conditions_of(row.conditions),
        payee=cast(Any, row.payee),
        bounds=domain.Range(row.min_fen, row.max_fen),
        person_year_cap_fen=row.person_year_cap_fen,
        household_year_cap_fen=row.household_year_cap_fen,
        amounts=tuple(
            domain.Amount(domain.conditions_of(one.conditions), one.per_person, domain.Range(one.min_fen, one.max_fen))
            for one in amounts
        ),
        exclusions=tuple(
            domain.Exclusion(one.group_code, cast(Any, one.subject), cast(Any, one.span)) for one in exclusions
        ),
    )
