"""HTTP of people workbooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Form, Path, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import household_imports as operations
from services.registry.operations import import_reports, import_undos
from services.registry.settings import Settings
from services.registry.storage.workbooks import CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE
from shared.chassis.app import new_router
from shared.chassis.audit import shows_people
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry_imports import HouseholdDifference, HouseholdImport, ImportMode
from shared.schemas.wire import Page

router = new_router("/api/v1/registry/household-imports", "household imports")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
SHEET: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {XLSX_MEDIA_TYPE: _BINARY}}},
}
SHEETS: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {XLSX_MEDIA_TYPE: _BINARY, "text/csv": _BINARY}}},
}
EVENTS: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
}
MEDIA_TYPES = {"xlsx": XLSX_MEDIA_TYPE, "csv": CSV_MEDIA_TYPE}
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
    request: Request,
    response: Response,
    session: Session,
    actor: CurrentActor,
    seals: CurrentSeals,
    mode: Annotated[ImportMode, Form()] = "good_rows",
    dry_run: Annotated[bool, Form()] = False,
) -> HouseholdImport:
    settings: Settings = request.app.state.settings
    at_most = {"csv": settings.csv_limit_bytes, "xlsx": settings.workbook_limit_bytes}
    sent_in, new = await operations.send_in(session, actor, seals, file.file, mode, dry_run, at_most)
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
    disposition = {"Content-Disposition": 'attachment; filename="household-template.xlsx"'}
    return Response(await operations.template(), media_type=XLSX_MEDIA_TYPE, headers=disposition)


@router.get("/{import_id}", operation_id="household_import_get", **needs("household_import.read"))
async def household_import_get(number: ImportId, session: Session, actor: CurrentActor) -> HouseholdImport:
    return await operations.get(session, actor, number)


@router.get(
    "/{import_id}/report",
    operation_id="household_import_report",
    **shows_people(needs("household_import.read"), "household", "members"),
    **SHEETS,
)
async def household_import_report(
    number: ImportId, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> Response:
    """The sheet as sent, with what became of each row; a long one comes as csv."""
    found = await import_reports.report(session, trail, seals, number)
    return download(found.pieces, found.kind, "household-import-report")


@router.get("/{import_id}/differences", operation_id="household_import_differences", **needs("household_import.read"))
async def household_import_differences(
    number: ImportId, session: Session, trail: CurrentTrail, cursor: Cursor = None, limit: Limit = 50
) -> Page[HouseholdDifference]:
    """What a dry run found of each household: new, as its file, or different from it, field by field."""
    return await operations.differences(session, trail, number, cursor, limit)


@router.get("/{import_id}/events", operation_id="household_import_events", **needs("household_import.read"), **EVENTS)
async def household_import_events(number: ImportId, session: Session, trail: CurrentTrail) -> Response:
    """Progress as server-sent events, one at least every second, until the import has ended."""
    await operations.visible(session, trail.actor, number)
    await session.close()
    return StreamingResponse(_events(trail, number), media_type="text/event-stream")


async def _events(trail: CurrentTrail, number: UUID) -> AsyncIterator[str]:
    async for now in operations.follow(trail.database, trail.actor, number):
        kind = now.state if now.state in operations.ENDED else "progress"
        yield f"event: {kind}\ndata: {now.model_dump_json()}\n\n"


@router.post("/{import_id}/undo", operation_id="household_import_undo", **needs("household_import.write"))
async def household_import_undo(number: ImportId, session: Session, actor: CurrentActor) -> HouseholdImport:
    """Take every file of an import off the register again, while nobody has built upon any of them.

    A large import is `undoing` in the answer, and `undone` when that is over.
    """
    return await import_undos.undo(session, actor, number)


def download(pieces: AsyncIterator[bytes], kind: str, name: str) -> Response:
    """A file that leaves while it is made."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[kind], headers=headers)
