"""HTTP of claims."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import Area, IdFilter, ProjectFilter, ProjectsPeer, WholeId, YearFilter
from services.funds.operations import claim_checks, claims
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_claim_checks import ClaimChecks, NewOpinion, NewRepeat
from shared.schemas.funds_spending import Claim, NewClaim, NewReview
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/claims", "claims")


@router.post("", operation_id="claim_file", status_code=201, **needs("claim.file", money=True))
async def claim_file(body: NewClaim, session: Session, actor: CurrentActor, projects: ProjectsPeer) -> Claim:
    return await claims.file(session, actor, projects, body)


@router.post("/{claim_id}/review", operation_id="claim_review", **needs("claim.review", money=True))
async def claim_review(claim_id: WholeId, body: NewReview, session: Session, actor: CurrentActor) -> Claim:
    return await claims.review(session, actor, claim_id, body)


@router.post("/{claim_id}/again", operation_id="claim_file_again", status_code=201, **needs("claim.file", money=True))
async def claim_file_again(claim_id: WholeId, body: NewRepeat, session: Session, actor: CurrentActor) -> Claim:
    return await claims.file_again(session, actor, claim_id, body)


@router.post(
    "/{claim_id}/opinions", operation_id="claim_give_opinion", status_code=201, **needs("claim.opine", money=True)
)
async def claim_give_opinion(claim_id: WholeId, body: NewOpinion, session: Session, actor: CurrentActor) -> ClaimChecks:
    return await claim_checks.give_opinion(session, actor, claim_id, body)


@router.post("/{claim_id}/approvals", operation_id="claim_approve", **needs("claim.approve", money=True))
async def claim_approve(claim_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> ClaimChecks:
    return await claim_checks.approve(session, actor, claim_id, body)


@router.get("/{claim_id}/checks", operation_id="claim_checks_get", **needs("claim.read"))
async def claim_checks_get(claim_id: WholeId, session: Session, actor: CurrentActor) -> ClaimChecks:
    return await claim_checks.get(session, actor, claim_id)


@router.get("", operation_id="claim_list", **needs("claim.read"))
async def claim_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    project_code: ProjectFilter = None,
    allocation_id: IdFilter = None,
    state: Annotated[str | None, Query(pattern="^(filed|approved|refused|ordered|paid|returned)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Claim]:
    return await claims.list_claims(
        session, actor, division_code, fund_year=fund_year, project_code=project_code, allocation_id=allocation_id,
        state=state, cursor=cursor, limit=limit,
    )  # fmt: skip


@router.get("/{claim_id}", operation_id="claim_get", **needs("claim.read"))
async def claim_get(claim_id: WholeId, session: Session, actor: CurrentActor) -> Claim:
    return await claims.get(session, actor, claim_id)
