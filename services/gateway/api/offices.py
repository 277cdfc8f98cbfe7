"""HTTP of offices."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from services.gateway.api.dependencies import Registry
from services.gateway.operations import offices as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionRequired, etag
from shared.schemas.gateway import NewOffice, Office, OfficeCode
from shared.schemas.gateway_offices import OfficeClosing, OfficeHistory, OfficeRenaming
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/auth/offices", "offices")
Code = Annotated[OfficeCode, Path()]


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
async def office_get(code: Code, session: Session, actor: CurrentActor, response: Response) -> Office:
    return _tagged(response, await operations.get(session, actor, code))


@router.get("/{code}/history", operation_id="office_history_get", **needs("office.read"))
async def office_history_get(code: Code, session: Session, actor: CurrentActor) -> OfficeHistory:
    return await operations.history(session, actor, code)


@router.post("/{code}/rename", operation_id="office_rename", **needs("office.manage"))
async def office_rename(
    code: Code,
    body: OfficeRenaming,
    version: VersionRequired,
    session: Session,
    actor: CurrentActor,
    response: Response,
) -> Office:
    return _tagged(response, await operations.rename(session, actor, code, version, body))


@router.post("/{code}/close", operation_id="office_close", **needs("office.manage"))
async def office_close(
    code: Code, body: OfficeClosing, version: VersionRequired, session: Session, actor: CurrentActor, response: Response
) -> Office:
    return _tagged(response, await operations.close(session, actor, code, version, body))


def _tagged(response: Response, office: Office) -> Office:
    response.headers["ETag"] = etag(office.version)
    return office
