"""HTTP of organisation succession."""

from __future__ import annotations

from services.gateway.operations import successions as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway_offices import NewSuccession, Succession
from shared.schemas.wire import Page

router = new_router("/api/v1/auth/office-successions", "offices")


@router.post("", operation_id="office_succession_create", status_code=201, **needs("office.manage"))
async def office_succession_create(body: NewSuccession, session: Session, actor: CurrentActor) -> Succession:
    return await operations.carry_out(session, actor, body)


@router.get("", operation_id="office_succession_list", **needs("office.read"))
async def office_succession_list(
    session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[Succession]:
    return await operations.list_successions(session, actor, cursor, limit)
