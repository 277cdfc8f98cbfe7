"""HTTP of parameters."""

from __future__ import annotations

from services.funds.operations import parameters
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds import FundParameter, FundParameters, NewFundParameter
from shared.schemas.wire import Code, DivisionCode

router = new_router("/api/v1/funds/parameters", "parameters")


@router.get("", operation_id="funds_parameter_list", **needs("parameter.read"))
async def funds_parameter_list(
    session: Session, key: Code | None = None, division_code: DivisionCode | None = None
) -> FundParameters:
    return await parameters.list_parameters(session, key, division_code)


@router.post("", operation_id="funds_parameter_set", status_code=201, **needs("parameter.set"))
async def funds_parameter_set(body: NewFundParameter, session: Session, actor: CurrentActor) -> FundParameter:
    return await parameters.set_parameter(session, actor, body)
