"""HTTP of roles lent for some days."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.operations import delegations as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import AccountId, Reason
from shared.schemas.gateway_delegations import Delegation, NewDelegation
from shared.schemas.wire import Page

router = new_router("/api/v1/auth", "delegations")
Id = Annotated[AccountId, Path()]


@router.post("/delegations", operation_id="delegation_create", status_code=201, **needs("own_account.use"))
async def delegation_create(body: NewDelegation, session: Session, actor: CurrentActor) -> Delegation:
    return await operations.lend(session, actor, body)


@router.post(
    "/accounts/{account_id}/delegations",
    operation_id="delegation_create_for_account",
    status_code=201,
    **needs("account.manage"),
)
async def delegation_create_for_account(
    account_id: Id, body: NewDelegation, session: Session, actor: CurrentActor
) -> Delegation:
    return await operations.lend_for(session, actor, account_id, body)


@router.get("/delegations", operation_id="delegation_list", **needs("own_account.use"))
async def delegation_list(
    session: Session,
    actor: CurrentActor,
    account: AccountId | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Delegation]:
    return await operations.list_delegations(session, actor, account, cursor, limit)


@router.get("/delegations/{delegation_id}", operation_id="delegation_get", **needs("own_account.use"))
async def delegation_get(delegation_id: Id, session: Session, actor: CurrentActor) -> Delegation:
    return await operations.get(session, actor, delegation_id)


@router.post("/delegations/{delegation_id}/accept", operation_id="delegation_accept", **needs("own_account.use"))
async def delegation_accept(delegation_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Delegation:
    return await operations.decide(session, actor, delegation_id, True, body.reason)


@router.post("/delegations/{delegation_id}/refuse", operation_id="delegation_refuse", **needs("own_account.use"))
async def delegation_refuse(delegation_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Delegation:
    return await operations.decide(session, actor, delegation_id, False, body.reason)


@router.post("/delegations/{delegation_id}/withdraw", operation_id="delegation_withdraw", **needs("own_account.use"))
async def delegation_withdraw(delegation_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Delegation:
    return await operations.withdraw(session, actor, delegation_id, body.reason)
