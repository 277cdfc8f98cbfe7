"""HTTP of what households received, and of who is entitled and was not paid."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.funds.api.request_parts import Area, RegistryPeer, Trail
from services.funds.operations import entitlements, household_cards
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_households import EntitledUnpaid, HouseholdGrants
from shared.schemas.wire import Code

router = new_router("/api/v1/funds/households", "grants")
entitlements_router = new_router("/api/v1/funds/entitlements", "grants")

HouseholdId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


@router.get("/{household_id}/grants", operation_id="household_grants_get", **needs("grant.read"))
async def household_grants_get(
    household_id: HouseholdId, session: Session, actor: CurrentActor, trail: Trail
) -> HouseholdGrants:
    return await household_cards.card(session, actor, trail, household_id)


@entitlements_router.get("", operation_id="entitlement_unpaid_list", **needs("grant.read"))
async def entitlement_unpaid_list(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    trail: Trail,
    programme: Code,
    division_code: Area,
    fund_year: Annotated[int, Query(ge=2000, le=2100)],
    period: Annotated[str, Query(pattern="^[0-9A-Za-z-]{4,20}$")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> EntitledUnpaid:
    """应发未发, for programmes whose entitlement follows from the register's facts."""
    return await entitlements.unpaid(
        session, actor, registry, trail, programme_code=programme, area=division_code, fund_year=fund_year,
        period=period, cursor=cursor, limit=limit,
    )  # fmt: skip
