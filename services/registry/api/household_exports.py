"""HTTP of exports of household files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.registry.api.household_imports import SHEETS, download
from services.registry.api.reading import CurrentSeals, CurrentTrail, streams
from services.registry.operations import household_exports as operations
from shared.chassis.app import new_router
from shared.chassis.audit import shows_people
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry_exports import HouseholdExport, NewHouseholdExport
from shared.schemas.wire import Page

router = new_router("/api/v1/registry/household-exports", "household exports")
ExportId = Annotated[UUID, Path(alias="export_id")]


@router.post("", operation_id="household_export_ask", status_code=201, **needs("household.export"))
async def household_export_ask(request: NewHouseholdExport, session: Session, actor: CurrentActor) -> HouseholdExport:
    """Ask for an export: ready at once, or waiting for a second person's approval where it is long."""
    return await operations.ask(session, actor, request)


@router.get("", operation_id="household_export_list", **needs("household.export"))
async def household_export_list(
    session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[HouseholdExport]:
    return await operations.list_exports(session, actor, cursor, limit)


@router.get("/{export_id}", operation_id="household_export_get", **needs("household.export"))
async def household_export_get(number: ExportId, session: Session, actor: CurrentActor) -> HouseholdExport:
    return await operations.get(session, actor, number)


@router.post("/{export_id}/approve", operation_id="household_export_approve", **needs("household.export"))
async def household_export_approve(number: ExportId, session: Session, actor: CurrentActor) -> HouseholdExport:
    return await operations.approve(session, actor, number)


@router.post(
    "/{export_id}/file",
    operation_id="household_export_file",
    **shows_people(streams(needs("household.export")), "household", "members"),
    **SHEETS,
)
async def household_export_file(
    number: ExportId, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> Response:
    """The file, once, within ten minutes of being ready. Taking it is a step of its own, so it is no GET."""
    found = await operations.fetch(session, trail, seals, number)
    return download(found.pieces, found.kind, found.name)
