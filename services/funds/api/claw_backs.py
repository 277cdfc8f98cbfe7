"""HTTP of money to be got back that was paid after somebody's death."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, Trail, WholeId
from services.funds.operations import claw_backs
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_claw_backs import ClawBack, NewRecovery
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/claw-backs", "grants")


@router.get("", operation_id="claw_back_list", **needs("grant.read"))
async def claw_back_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    division_code: Area = "00",
    state: Annotated[str | None, Query(pattern="^(open|recovered|closed)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ClawBack]:
    return await claw_backs.list_cases(session, actor, trail, division_code, state, cursor, limit)


@router.post("/{case_id}/recovery", operation_id="claw_back_recover", **needs("payment.confirm", money=True))
async def claw_back_recover(case_id: WholeId, body: NewRecovery, session: Session, actor: CurrentActor) -> ClawBack:
    return await claw_backs.recover(session, actor, case_id, body)
