"""HTTP of the management fee."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.operations import management_fees
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_tree import ManagementFees
from shared.schemas.wire import DivisionCode

router = new_router("/api/v1/funds/management-fees", "management fees")


@router.get("", operation_id="management_fee_list", **needs("fund.read"))
async def management_fee_list(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Annotated[int, Query(ge=2000, le=2100)],
) -> ManagementFees:
    return await management_fees.list_fees(session, actor, division_code, fund_year)
