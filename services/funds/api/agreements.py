"""HTTP of four-party agreements."""

from __future__ import annotations

from services.funds.api.request_parts import Area, RegistryPeer, Trail, WholeId
from services.funds.operations import agreements
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_dividends import Agreement, AgreementHead, NewAgreement
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/agreements", "agreements")


@router.post("", operation_id="agreement_enter", status_code=201, **needs("agreement.enter", money=True))
async def agreement_enter(
    body: NewAgreement, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> Agreement:
    return await agreements.enter(session, actor, registry, body)


@router.post("/{agreement_id}/decision", operation_id="agreement_decide", **needs("agreement.decide", money=True))
async def agreement_decide(
    agreement_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> Agreement:
    return await agreements.decide(session, actor, agreement_id, body)


@router.get("", operation_id="agreement_list", **needs("agreement.read"))
async def agreement_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    division_code: Area = "00",
    household_id: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AgreementHead]:
    return await agreements.list_agreements(session, actor, trail, division_code, household_id, cursor, limit)


@router.get("/{agreement_id}", operation_id="agreement_get", **needs("agreement.read"))
async def agreement_get(agreement_id: WholeId, session: Session, actor: CurrentActor, trail: Trail) -> Agreement:
    return await agreements.get(session, actor, trail, agreement_id)
