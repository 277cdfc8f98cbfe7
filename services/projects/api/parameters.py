"""HTTP of parameters."""

from __future__ import annotations

from services.projects.api.peers import Registry
from services.projects.operations import parameters as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.projects_codes import NewParameter, Parameter
from shared.schemas.wire import Day, DivisionCode

router = new_router("/api/v1/projects/parameters", "parameters")


@router.get("", operation_id="project_parameter_list", **needs("parameter.read"))
async def project_parameter_list(
    session: Session, division_code: DivisionCode = "00", on: Day | None = None
) -> list[Parameter]:
    return await operations.list_holding(session, division_code, on)


@router.post("", operation_id="project_parameter_set", status_code=201, **needs("parameter.set"))
async def project_parameter_set(
    body: NewParameter, session: Session, actor: CurrentActor, registry: Registry
) -> Parameter:
    return await operations.set_value(session, registry, actor, body)
