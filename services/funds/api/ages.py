"""HTTP of the age of unspent money."""

from __future__ import annotations

from services.funds.api.questions import AsOf
from services.funds.operations import ages
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_tree import FundAges
from shared.schemas.wire import DivisionCode

router = new_router("/api/v1/funds/ages", "ages")


@router.get("", operation_id="funds_ages_get", **needs("fund.read"))
async def funds_ages_get(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    as_of: AsOf = None,
) -> FundAges:
    return await ages.get(session, actor, division_code, as_of or clock.office_today())
