"""HTTP of the sign-in trail."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.gateway.operations import trail as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway import AccountId, SignIn
from shared.schemas.gateway_sign_in import OutcomeCount
from shared.schemas.wire import Page

router = new_router("/api/v1/auth/sign-ins", "sign-ins")


@router.get("", operation_id="sign_in_list", **needs("trail.read"))
async def sign_in_list(
    session: Session,
    actor: CurrentActor,
    account: AccountId | None = None,
    outcome: Annotated[str | None, Query(pattern="^[a-z_]{1,40}$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SignIn]:
    return await operations.list_sign_ins(session, actor, account, outcome, cursor, limit)


@router.get("/counts", operation_id="sign_in_counts", **needs("trail.read"))
async def sign_in_counts(
    session: Session, actor: CurrentActor, hours: Annotated[int, Query(ge=1, le=24 * 31)] = 24
) -> Page[OutcomeCount]:
    return await operations.count_sign_ins(session, actor, hours)
