"""HTTP of people workbooks."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Form, Path, Response, UploadFile

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import household_imports as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.routing import UPLOAD_LIMIT
from shared.refusals import TooLarge
from shared.schemas.registry_decisions import HouseholdImport, ImportMode
from shared.schemas.wire import Page

router = new_router("/api/v1/registry/household-imports", "household imports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
}
ImportId = Annotated[UUID, Path(alias="import_id")]


@router.post(
    "",
    operation_id="household_import_send_in",
    status_code=202,
    responses={200: {"model": HouseholdImport, "description": "this office has sent in the same content before"}},
    **needs("household_import.write"),
)
async def household_import_send_in(
    file: Annotated[UploadFile, File(description="the template filled in: xlsx, or csv in UTF-8 or GB 18030")],
    response: Response,
    session: Session,
    actor: CurrentActor,
    seals: CurrentSeals,
    mode: Annotated[ImportMode, Form()] = "good_rows",
    dry_run: Annotated[bool, Form()] = False,
) -> HouseholdImport:
    content = await file.read(UPLOAD_LIMIT + 1)
    if len(content) > UPLOAD_LIMIT:
        raise TooLarge()
    sent_in, new = await operations.send_in(session, actor, seals, content, mode, dry_run)
    if not new:
        response.status_code = 200
    return sent_in


@router.get("", operation_id="household_import_list", **needs("household_import.read"))
async def household_import_list(
    session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[HouseholdImport]:
    return await operations.list_imports(session, actor, cursor, limit)


@router.get("/template", operation_id="household_import_template", **needs("household_import.read"), **SHEET)
async def household_import_template() -> Response:
    return _sheet(await operations.template(), "household-template.xlsx")


@router.get("/{import_id}", operation_id="household_import_get", **needs("household_import.read"))
async def household_import_get(number: ImportId, session: Session, actor: CurrentActor) -> HouseholdImport:
    return await operations.get(session, actor, number)


@router.get("/{import_id}/report", operation_id="household_import_report", **needs("household_import.read"), **SHEET)
async def household_import_report(
    number: ImportId, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> Response:
    return _sheet(await operations.report(session, trail, seals, number), "household-import-report.xlsx")


def _sheet(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
