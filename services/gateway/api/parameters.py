"""HTTP of the sign-in policy's parameters."""

from __future__ import annotations

from services.gateway.operations import parameters as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import NewParameter, Parameter
from shared.schemas.wire import Page

router = new_router("/api/v1/auth/parameters", "parameters")


@router.get("", operation_id="security_parameter_list", **needs("parameter.read"))
async def security_parameter_list(session: Session) -> Page[Parameter]:
    return await operations.list_parameters(session)


@router.post("", operation_id="security_parameter_set", status_code=201, **needs("security_parameter.set"))
async def security_parameter_set(body: NewParameter, session: Session, actor: CurrentActor) -> Parameter:
    return await operations.set_one(session, actor, body)
