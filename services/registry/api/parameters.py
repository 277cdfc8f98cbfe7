"""HTTP of parameters."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.registry.operations import parameters as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry import NewParameter, Parameter
from shared.schemas.wire import Code, Day, DivisionCode, Page

router = new_router("/api/v1/registry/parameters", "parameters")


@router.get("", operation_id="registry_parameter_list", **needs("parameter.read"))
async def registry_parameter_list(
    session: Session,
    key: Code | None = None,
    division_code: Annotated[DivisionCode | None, Query(description="rows of this area and those above it")] = None,
    on: Annotated[Day | None, Query(description="rows in force on this day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Parameter]:
    return await operations.list_rows(session, key, division_code, on, cursor, limit)


@router.post("", operation_id="registry_parameter_set", status_code=201, **needs("parameter.set"))
async def registry_parameter_set(body: NewParameter, session: Session, actor: CurrentActor) -> Parameter:
    return await operations.set_value(session, actor, body)
