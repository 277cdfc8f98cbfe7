"""HTTP of people's accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from services.gateway.api.dependencies import GatewayParts
from services.gateway.operations import account_rights
from services.gateway.operations import accounts as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionRequired
from shared.schemas.gateway import Account, AccountChange, AccountId, NewAccount, OfficeCode, PasswordReset, Reason
from shared.schemas.gateway_delegations import AccountRights
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/auth/accounts", "accounts")
Id = Annotated[AccountId, Path()]


@router.post("", operation_id="account_create", status_code=201, **needs("account.manage"))
async def account_create(body: NewAccount, session: Session, actor: CurrentActor, parts: GatewayParts) -> Account:
    return await operations.create(session, actor, parts.passwords, body)


@router.get("", operation_id="account_list", **needs("account.read"))
async def account_list(
    session: Session,
    actor: CurrentActor,
    within: DivisionCode = "00",
    office: OfficeCode | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Account]:
    return await operations.list_accounts(session, actor, within, office, cursor, limit)


@router.get("/{account_id}", operation_id="account_get", **needs("account.read"))
async def account_get(account_id: Id, session: Session, actor: CurrentActor, response: Response) -> Account:
    return _tagged(response, await operations.get(session, actor, account_id))


@router.get("/{account_id}/rights", operation_id="account_rights_get", **needs("account.read"))
async def account_rights_get(account_id: Id, session: Session, actor: CurrentActor) -> AccountRights:
    return await account_rights.rights(session, actor, account_id)


@router.put("/{account_id}/rights", operation_id="account_rights_set", **needs("account.manage"))
async def account_rights_set(
    account_id: Id,
    body: AccountChange,
    version: VersionRequired,
    session: Session,
    actor: CurrentActor,
    response: Response,
) -> Account:
    return _tagged(response, await operations.change(session, actor, account_id, version, body))


@router.post("/{account_id}/disable", operation_id="account_disable", **needs("account.manage"))
async def account_disable(account_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Account:
    return await operations.disable(session, actor, account_id, body.reason)


@router.post("/{account_id}/enable", operation_id="account_enable", **needs("account.manage"))
async def account_enable(account_id: Id, body: Reason, session: Session, actor: CurrentActor) -> Account:
    return await operations.enable(session, actor, account_id, body.reason)


@router.post("/{account_id}/password", operation_id="account_password_reset", **needs("account.manage"))
async def account_password_reset(
    account_id: Id, body: PasswordReset, session: Session, actor: CurrentActor, parts: GatewayParts
) -> Account:
    return await operations.reset_password(session, actor, parts.passwords, account_id, body)


def _tagged(response: Response, account: Account) -> Account:
    response.headers["ETag"] = f'"{account.version}"'
    return account
