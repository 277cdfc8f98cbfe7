"""HTTP of one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.gateway.api.dependencies import GatewayParts, OwnDatabase, SignInId
from services.gateway.operations import own_account as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import AccountMark, AccountNames, Me, PasswordChange

MOST_NAMES = 100
Accounts = Annotated[list[AccountMark], Query(min_length=1, max_length=MOST_NAMES, description="as `by` of a change")]

router = new_router("/api/v1/auth", "own account")


@router.get("/me", operation_id="me_get", **needs("own_account.use"))
async def me_get(session: Session, actor: CurrentActor) -> Me:
    return await operations.me(session, actor)


@router.get("/account-names", operation_id="account_name_list", **needs("own_account.use"))
async def account_name_list(session: Session, account: Accounts) -> AccountNames:
    return await operations.names_of(session, account)


@router.post("/sign-out", operation_id="sign_out", status_code=204, **needs("own_account.use"))
async def sign_out(session: Session, actor: CurrentActor, sign_in: SignInId) -> None:
    await operations.sign_out(session, actor, sign_in)


@router.post("/password", operation_id="own_password_change", status_code=204, **needs("own_account.use"))
async def own_password_change(
    body: PasswordChange,
    database: OwnDatabase,
    session: Session,
    actor: CurrentActor,
    sign_in: SignInId,
    parts: GatewayParts,
) -> None:
    await operations.change_password(database, session, actor, sign_in, parts.passwords, body)
