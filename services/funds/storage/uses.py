"""SQL of uses of money and of what is forbidden."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION, ancestors_of, lies_in
from services.funds.domain.uses import SPECIAL, Ban
from services.funds.storage.tables import Allocation, ForbiddenUse, FundUse


async def list_all(session: AsyncSession) -> Sequence[FundUse]:
    return (await session.scalars(select(FundUse).order_by(FundUse.code))).all()


async def known(session: AsyncSession, code: str) -> bool:
    return await session.get(FundUse, code) is not None


async def forbidden(session: AsyncSession) -> Sequence[ForbiddenUse]:
    order = (ForbiddenUse.division_code, ForbiddenUse.fund_kind, ForbiddenUse.use_code, ForbiddenUse.valid_from)
    return (await session.scalars(select(ForbiddenUse).order_by(*order))).all()


async def of_allocation(session: AsyncSession, allocation_id: int) -> tuple[str, str, str]:
    """The county of an allocation, the kind of its money and what it is for."""
    row = (await session.scalars(select(Allocation).where(Allocation.id == allocation_id))).one()
    return row.county_code, row.fund_kind, row.use_code or row.purpose


async def bans_in(session: AsyncSession, division_code: str) -> tuple[Ban, ...]:
    """Every ban of the area and of those above it."""
    return tuple(_ban_of(row) for row in await forbidden(session) if lies_in(division_code, row.division_code))


def _ban_of(row: ForbiddenUse) -> Ban:
    return Ban(row.fund_kind, row.use_code, row.valid_from, row.valid_to, row.source)


async def bans(session: AsyncSession, division_code: str, fund_kind: str, use_code: str) -> list[Ban]:
    """The bans of the area and of those above it that may forbid a use to money of a kind."""
    query = select(ForbiddenUse).where(
        ForbiddenUse.use_code == use_code,
        ForbiddenUse.fund_kind.in_((fund_kind, SPECIAL)),
        ForbiddenUse.division_code.in_((NATION, *ancestors_of(division_code), division_code)),
    )
    return [_ban_of(row) for row in await session.scalars(query)]
