"""HTTP of offices."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.api.dependencies import Registry
from services.gateway.operations import offices as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import NewOffice, Office, OfficeCode
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/auth/offices", "offices")


@router.post("", operation_id="office_create", status_code=201, **needs("office.manage"))
async def office_create(body: NewOffice, session: Session, actor: CurrentActor, registry: Registry) -> Office:
    return await operations.create(session, actor, registry, body)


@router.get("", operation_id="office_list", **needs("office.read"))
async def office_list(
    session: Session,
    actor: CurrentActor,
    within: DivisionCode = "00",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Office]:
    return await operations.list_offices(session, actor, within, cursor, limit)


@router.get("/{code}", operation_id="office_get", **needs("office.read"))
async def office_get(code: Annotated[OfficeCode, Path()], session: Session, actor: CurrentActor) -> Office:
    return await operations.get(session, actor, code)
