"""HTTP of people who leave, and of what they hand over."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from services.gateway.operations import handovers as operations
from services.gateway.upstream.waiting_work import Found, waiting_of
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import AccountId
from shared.schemas.gateway_handovers import Handover, HandoverPreview, NewHandover
from shared.schemas.wire import Page

router = new_router("/api/v1/auth", "handovers")
Id = Annotated[AccountId, Path()]


async def _found(person_id: Id, request: Request, actor: CurrentActor) -> Found:
    """Asked before the first SQL of the request. Who may not manage accounts learns nothing and asks nobody."""
    if not actor.may("account.manage"):
        return Found({})
    return await waiting_of(request.app.state.peers, actor, person_id)


Waiting = Annotated[Found, Depends(_found)]


@router.get("/persons/{person_id}/handover", operation_id="person_handover_get", **needs("account.manage"))
async def person_handover_get(person_id: Id, session: Session, actor: CurrentActor, found: Waiting) -> HandoverPreview:
    return await operations.preview(session, actor, person_id, found)


@router.post("/persons/{person_id}/leave", operation_id="person_leave", status_code=201, **needs("account.manage"))
async def person_leave(
    person_id: Id, body: NewHandover, session: Session, actor: CurrentActor, found: Waiting
) -> Handover:
    return await operations.leave(session, actor, person_id, body, found)


@router.get("/handovers", operation_id="handover_list", **needs("own_account.use"))
async def handover_list(
    session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[Handover]:
    return await operations.list_handovers(session, actor, cursor, limit)


@router.get("/handovers/{handover_id}", operation_id="handover_get", **needs("own_account.use"))
async def handover_get(handover_id: Id, session: Session, actor: CurrentActor) -> Handover:
    return await operations.get(session, actor, handover_id)
