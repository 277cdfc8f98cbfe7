"""HTTP of links to the external issuer."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.api.dependencies import GatewayParts
from services.gateway.operations import issuer_links as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import AccountId
from shared.schemas.gateway_sign_in import IssuerLink, NewIssuerLink
from shared.schemas.wire import Page

router = new_router("/api/v1/auth/accounts", "issuer links")
Id = Annotated[AccountId, Path()]


@router.get("/{account_id}/issuer-links", operation_id="issuer_link_list", **needs("account.read"))
async def issuer_link_list(account_id: Id, session: Session, actor: CurrentActor) -> Page[IssuerLink]:
    return await operations.list_links(session, actor, account_id)


@router.post(
    "/{account_id}/issuer-links", operation_id="issuer_link_create", status_code=201, **needs("account.manage")
)
async def issuer_link_create(
    account_id: Id, body: NewIssuerLink, session: Session, actor: CurrentActor, parts: GatewayParts
) -> IssuerLink:
    return await operations.create(session, actor, parts.settings.oidc_issuer, account_id, body)


@router.post(
    "/{account_id}/issuer-links/{link_id}/end",
    operation_id="issuer_link_end",
    status_code=204,
    **needs("account.manage"),
)
async def issuer_link_end(account_id: Id, link_id: Id, session: Session, actor: CurrentActor) -> None:
    await operations.end(session, actor, account_id, link_id)
