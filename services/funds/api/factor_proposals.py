"""HTTP of factor proposals."""

from __future__ import annotations

from services.funds.api.request_parts import Area, RegistryPeer, WholeId, YearFilter
from services.funds.operations import factor_proposals
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_distribution import (
    FactorProposal,
    NewFactorAdjustment,
    NewFactorDecision,
    NewFactorDocument,
    NewFactorProposal,
)
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/factor-proposals", "factor proposals")


@router.post("", operation_id="factor_proposal_propose", status_code=201, **needs("factor_proposal.write"))
async def factor_proposal_propose(
    body: NewFactorProposal, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> FactorProposal:
    return await factor_proposals.propose(session, actor, registry, body)


@router.post("/{proposal_id}/adjustments", operation_id="factor_proposal_adjust", **needs("factor_proposal.write"))
async def factor_proposal_adjust(
    proposal_id: WholeId, body: NewFactorAdjustment, session: Session, actor: CurrentActor
) -> FactorProposal:
    return await factor_proposals.adjust(session, actor, proposal_id, body)


@router.post("/{proposal_id}/decision", operation_id="factor_proposal_decide", **needs("factor_proposal.decide"))
async def factor_proposal_decide(
    proposal_id: WholeId, body: NewFactorDecision, session: Session, actor: CurrentActor
) -> FactorProposal:
    return await factor_proposals.decide(session, actor, proposal_id, body)


@router.post("/{proposal_id}/document", operation_id="factor_proposal_issue", **needs("document.issue", money=True))
async def factor_proposal_issue(
    proposal_id: WholeId, body: NewFactorDocument, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> FactorProposal:
    return await factor_proposals.issue(session, actor, registry, proposal_id, body)


@router.get("", operation_id="factor_proposal_list", **needs("fund.read"))
async def factor_proposal_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FactorProposal]:
    return await factor_proposals.list_proposals(session, actor, division_code, fund_year, cursor, limit)


@router.get("/{proposal_id}", operation_id="factor_proposal_get", **needs("fund.read"))
async def factor_proposal_get(proposal_id: WholeId, session: Session, actor: CurrentActor) -> FactorProposal:
    return await factor_proposals.get(session, actor, proposal_id)
