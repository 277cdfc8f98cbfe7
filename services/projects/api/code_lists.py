"""HTTP of code lists and chains."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.projects.operations import code_lists as operations
from shared.chassis.app import new_router
from shared.chassis.identity import needs
from shared.schemas.projects_codes import Chains, CodeList

router = new_router("/api/v1/projects", "code lists")


@router.get("/categories", operation_id="project_category_list", **needs("code_list.read"))
async def project_category_list(year: Annotated[int | None, Query(ge=2000, le=2100)] = None) -> CodeList:
    return operations.categories(year)


@router.get("/natures", operation_id="project_nature_list", **needs("code_list.read"))
async def project_nature_list() -> CodeList:
    return operations.natures()


@router.get("/fund-sources", operation_id="project_fund_source_list", **needs("code_list.read"))
async def project_fund_source_list() -> CodeList:
    return operations.fund_sources()


@router.get("/procurement-modes", operation_id="procurement_mode_list", **needs("code_list.read"))
async def procurement_mode_list() -> CodeList:
    return operations.procurement_modes()


@router.get("/chains", operation_id="project_chain_list", **needs("code_list.read"))
async def project_chain_list() -> Chains:
    return operations.chains()
