"""HTTP of the small lists."""

from __future__ import annotations

from services.funds.operations import lists
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs
from shared.schemas.funds import ClaimPaperKinds, FundKinds, Programmes

router = new_router("/api/v1/funds", "lists")


@router.get("/fund-kinds", operation_id="fund_kind_list", **needs("code_list.read"))
async def fund_kind_list(session: Session) -> FundKinds:
    return await lists.fund_kinds(session)


@router.get("/claim-papers", operation_id="claim_paper_list", **needs("code_list.read"))
async def claim_paper_list(session: Session) -> ClaimPaperKinds:
    return await lists.claim_paper_kinds(session)


@router.get("/programmes", operation_id="programme_list", **needs("code_list.read"))
async def programme_list(session: Session) -> Programmes:
    return await lists.programmes(session)
