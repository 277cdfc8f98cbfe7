"""HTTP of the small lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import YearFilter
from services.funds.operations import lists, uses
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs
from shared.schemas.funds import ClaimPaperKinds, FundKinds
from shared.schemas.funds_programmes import Programmes
from shared.schemas.funds_tree import ForbiddenUses, FundUses
from shared.schemas.wire import DivisionCode

TermsOf = Annotated[DivisionCode, Query(description="the area whose names of money are asked for; 00 is the country")]

router = new_router("/api/v1/funds", "lists")


@router.get("/fund-kinds", operation_id="fund_kind_list", **needs("code_list.read"))
async def fund_kind_list(session: Session, fund_year: YearFilter = None, division_code: TermsOf = "00") -> FundKinds:
    return await lists.fund_kinds(session, fund_year, division_code)


@router.get("/fund-uses", operation_id="fund_use_list", **needs("code_list.read"))
async def fund_use_list(session: Session) -> FundUses:
    return await uses.list_uses(session)


@router.get("/forbidden-uses", operation_id="forbidden_use_list", **needs("code_list.read"))
async def forbidden_use_list(session: Session) -> ForbiddenUses:
    return await uses.list_forbidden(session)


@router.get("/claim-papers", operation_id="claim_paper_list", **needs("code_list.read"))
async def claim_paper_list(session: Session) -> ClaimPaperKinds:
    return await lists.claim_paper_kinds(session)


@router.get("/programmes", operation_id="programme_list", **needs("code_list.read"))
async def programme_list(session: Session) -> Programmes:
    return await lists.programmes(session)
