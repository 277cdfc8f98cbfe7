"""HTTP of the national code lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.registry.operations import code_lists as operations
from shared.chassis.app import new_router
from shared.chassis.identity import needs
from shared.schemas.registry import CodeList, CodeLists

router = new_router("/api/v1/registry/code-lists", "code lists")


@router.get("", operation_id="code_list_list", **needs("code_list.read"))
async def code_list_list() -> CodeLists:
    return operations.list_names()


@router.get("/{name}", operation_id="code_list_get", **needs("code_list.read"))
async def code_list_get(
    name: Annotated[str, Path(pattern="^[a-z_]{1,40}$")],
    year: Annotated[int | None, Query(ge=2000, le=2100, description="only the values in use in that year")] = None,
) -> CodeList:
    return operations.get(name, year)
