"""HTTP of sign-ins that are on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.gateway.api.dependencies import SignInId
from services.gateway.operations import sessions as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import AccountId
from shared.schemas.gateway_sign_in import Ended, SignedIn
from shared.schemas.wire import Page

router = new_router("/api/v1/auth", "sessions")
Id = Annotated[AccountId, Path()]


@router.get("/sessions", operation_id="session_list", **needs("own_account.use"))
async def session_list(session: Session, actor: CurrentActor, sign_in: SignInId) -> Page[SignedIn]:
    return await operations.own(session, actor, sign_in)


@router.post("/sessions/end-others", operation_id="session_end_others", **needs("own_account.use"))
async def session_end_others(session: Session, actor: CurrentActor, sign_in: SignInId) -> Ended:
    return await operations.end_others(session, actor, sign_in)


@router.post("/sessions/{session_id}/end", operation_id="session_end", status_code=204, **needs("own_account.use"))
async def session_end(session_id: Id, session: Session, actor: CurrentActor) -> None:
    await operations.end_own(session, actor, session_id)


@router.get("/accounts/{account_id}/sessions", operation_id="account_session_list", **needs("session.manage"))
async def account_session_list(
    account_id: Id, session: Session, actor: CurrentActor, sign_in: SignInId
) -> Page[SignedIn]:
    return await operations.of_account(session, actor, account_id, sign_in)


@router.post("/accounts/{account_id}/sessions/end", operation_id="account_session_end_all", **needs("session.manage"))
async def account_session_end_all(account_id: Id, session: Session, actor: CurrentActor) -> Ended:
    return await operations.end_all_of(session, actor, account_id)


@router.post(
    "/accounts/{account_id}/sessions/{session_id}/end",
    operation_id="account_session_end",
    status_code=204,
    **needs("session.manage"),
)
async def account_session_end(account_id: Id, session_id: Id, session: Session, actor: CurrentActor) -> None:
    await operations.end_one_of(session, actor, account_id, session_id)
