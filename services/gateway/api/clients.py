"""HTTP of machine clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.operations import clients as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import AccountId, Client, ClientCreated, NewClient, Reason
from shared.schemas.wire import Page

router = new_router("/api/v1/auth/clients", "clients")
Id = Annotated[AccountId, Path()]


@router.post("", operation_id="client_create", status_code=201, **needs("client.manage"))
async def client_create(body: NewClient, session: Session, actor: CurrentActor) -> ClientCreated:
    return await operations.create(session, actor, body)


@router.get("", operation_id="client_list", **needs("client.manage"))
async def client_list(session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50) -> Page[Client]:
    return await operations.list_clients(session, actor, cursor, limit)


@router.get("/{client_id}", operation_id="client_get", **needs("client.manage"))
async def client_get(client_id: Id, session: Session, actor: CurrentActor) -> Client:
    return await operations.get(session, actor, client_id)


@router.post("/{client_id}/disable", operation_id="client_disable", **needs("client.manage"))
async def client_disable(client_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Client:
    return await operations.disable(session, actor, client_id, body.reason)
