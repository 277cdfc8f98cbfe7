"""What a closed year holds off, asked by whatever writes a version of a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.refusals.register_years import YearClosed
from services.registry.domain.register_years import county_of, require_open
from services.registry.storage import register_years


async def require_years_open(
    session: AsyncSession, villages: Iterable[str], day: date, refusal: type[YearClosed] = YearClosed
) -> None:
    """Refuse what is true from a day of a closed year of a county these villages lie in, in the words of `refusal`.
    Until this transaction ends none of them is closed."""
    counties = sorted({county_of(village) for village in villages})
    closed = await register_years.closed_of(session, counties)
    for county in counties:
        require_open(day, closed[county], refusal)


async def require_not_frozen(session: AsyncSession, household_id: UUID, day: date) -> None:
    """Refuse what is true from a day of a closed year the household was frozen with, wherever it lived then."""
    for closed in (await register_years.frozen_of(session, household_id)).values():
        require_open(day, closed)


async def hold_years(session: AsyncSession, villages: Iterable[str]) -> None:
    """Until this transaction ends no year is closed of a county these villages lie in; for what is consented to."""
    await register_years.closed_of(session, sorted({county_of(village) for village in villages}))
