"""What money may be used for: asked when it is allocated, when it is claimed and when it is paid."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import uses as rules
from services.funds.domain.refusals.distribution import FeeNotAllocated, UseForbidden, UseUnknown
from services.funds.storage import lists
from services.funds.storage import uses as storage
from services.funds.storage.tables import Allocation
from shared.chassis import clock
from shared.schemas import funds_tree as wire


async def use_of(session: AsyncSession, division_code: str, fund_kind: str, use_code: str, on: date) -> str:
    """The use, if money of the kind may be put to it, on the day stated and today: dating back gets round no ban.

    Raises UseUnknown, UseForbidden with its source.
    """
    if not await storage.known(session, use_code):
        raise UseUnknown()
    kind = await lists.fund_kind(session, fund_kind)
    special = kind is not None and kind.special
    bans = await storage.bans(session, division_code, fund_kind, use_code)
    for day in (on, clock.office_today()):
        ban = rules.ban_on(bans, fund_kind, special, use_code, day)
        if ban is not None:
            raise UseForbidden(use_code=use_code, fund_kind=fund_kind, source=ban.source)
    return use_code


async def of_claim(session: AsyncSession, allocation: Allocation, use_code: str | None, on: date) -> str:
    """What a claim's money is used for; the allocation's use has to be allowed as well, whatever the claimant says.

    Raises UseUnknown, UseForbidden, FeeNotAllocated.
    """
    own = allocation.use_code or allocation.purpose
    used = use_code or own
    if used == rules.MANAGEMENT_FEE and own != rules.MANAGEMENT_FEE:
        raise FeeNotAllocated()
    for use in dict.fromkeys((used, own)):
        await use_of(session, allocation.county_code, allocation.fund_kind, use, on)
    return used


async def require_allowed(session: AsyncSession, allocation_id: int, on: date) -> None:
    """Refuse what an allocation's money is for if that is forbidden on the stated day or today.

    A step dated back is done today all the same. Raises UseForbidden with its source.
    """
    division_code, fund_kind, use_code = await storage.of_allocation(session, allocation_id)
    await use_of(session, division_code, fund_kind, use_code, on)


async def list_uses(session: AsyncSession) -> wire.FundUses:
    return wire.FundUses(items=[wire.FundUse.model_validate(row) for row in await storage.list_all(session)])


async def list_forbidden(session: AsyncSession) -> wire.ForbiddenUses:
    return wire.ForbiddenUses(items=[wire.ForbiddenUse.model_validate(row) for row in await storage.forbidden(session)])
