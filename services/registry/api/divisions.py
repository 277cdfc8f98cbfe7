"""HTTP of divisions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.registry.operations import divisions as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry import Division, DivisionLoad, DivisionLoaded
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/registry/divisions", "divisions")
internal = new_router("/internal/divisions", "internal")


@router.post("", operation_id="division_load", status_code=201, **needs("division.load"))
async def division_load(body: DivisionLoad, session: Session, actor: CurrentActor) -> DivisionLoaded:
    return await operations.load(session, actor, body)


@router.get("", operation_id="division_list", **needs("division.read"))
async def division_list(
    session: Session,
    within: DivisionCode = "00",
    parent: DivisionCode | None = None,
    level: Annotated[str | None, Query(pattern="^(province|city|county|township|village)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Division]:
    return await operations.list_divisions(session, within, parent, level, cursor, limit)


@router.get("/{code}", operation_id="division_get", **needs("division.read"))
async def division_get(code: Annotated[DivisionCode, Path()], session: Session) -> Division:
    return await operations.get(session, code)


@internal.get("/{code}", operation_id="internal_division_get", **needs_service("projects", "funds", "gateway"))
async def internal_division_get(code: Annotated[DivisionCode, Path()], session: Session) -> Division:
    return await operations.get(session, code)
