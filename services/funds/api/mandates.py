"""HTTP of mandates to receive another's grants."""

from __future__ import annotations

from services.funds.api.request_parts import RegistryPeer, Trail, WholeId
from services.funds.operations import mandates
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_mandates import GrantMandate, NewGrantMandate, NewGrantMandateEnd
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/grant-mandates", "grants")


@router.post("", operation_id="grant_mandate_propose", status_code=201, **needs("grant.prepare", money=True))
async def grant_mandate_propose(
    body: NewGrantMandate, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantMandate:
    return await mandates.propose(session, actor, registry, body)


@router.post("/{mandate_id}/decision", operation_id="grant_mandate_decide", **needs("grant.decide", money=True))
async def grant_mandate_decide(
    mandate_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> GrantMandate:
    return await mandates.decide(session, actor, mandate_id, body)


@router.post("/{mandate_id}/end", operation_id="grant_mandate_end", **needs("grant.prepare", money=True))
async def grant_mandate_end(
    mandate_id: WholeId, body: NewGrantMandateEnd, session: Session, actor: CurrentActor
) -> GrantMandate:
    return await mandates.end(session, actor, mandate_id, body)


@router.get("", operation_id="grant_mandate_list", **needs("grant.read"))
async def grant_mandate_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    person_id: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[GrantMandate]:
    return await mandates.list_mandates(session, actor, trail, person_id, cursor, limit)
