"""HTTP of machine clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.operations import client_access
from services.gateway.operations import clients as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import AccountId, Client, ClientCreated, NewClient, Reason
from shared.schemas.gateway_sign_in import (
    ClientAccess,
    ClientCredential,
    ClientNetworks,
    ClientSecret,
    NewClientKey,
)
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


@router.get("/{client_id}/access", operation_id="client_access_get", **needs("client.manage"))
async def client_access_get(client_id: Id, session: Session, actor: CurrentActor) -> ClientAccess:
    return await client_access.get(session, actor, client_id)


@router.post("/{client_id}/secrets", operation_id="client_secret_add", status_code=201, **needs("client.manage"))
async def client_secret_add(client_id: Id, session: Session, actor: CurrentActor) -> ClientSecret:
    return await client_access.add_secret(session, actor, client_id)


@router.post("/{client_id}/keys", operation_id="client_key_add", status_code=201, **needs("client.manage"))
async def client_key_add(client_id: Id, body: NewClientKey, session: Session, actor: CurrentActor) -> ClientCredential:
    return await client_access.add_key(session, actor, client_id, body)


@router.post(
    "/{client_id}/credentials/{credential_id}/end", operation_id="client_credential_end", **needs("client.manage")
)
async def client_credential_end(
    client_id: Id, credential_id: Id, session: Session, actor: CurrentActor
) -> ClientAccess:
    return await client_access.end_credential(session, actor, client_id, credential_id)


@router.post("/{client_id}/networks", operation_id="client_networks_set", **needs("client.manage"))
async def client_networks_set(
    client_id: Id, body: ClientNetworks, session: Session, actor: CurrentActor
) -> ClientAccess:
    return await client_access.set_networks(session, actor, client_id, body)
