"""HTTP of library workbooks."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form, Path, Request, Response, UploadFile

from services.projects.api.peers import Registry
from services.projects.domain.refusals_imports import WorkbookTooLarge
from services.projects.operations import imports as operations
from services.projects.operations import workbooks
from services.projects.settings import Settings
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.projects_imports import ProjectImport

router = new_router("/api/v1/projects/project-imports", "imports")

ImportId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.post("", operation_id="project_import_create", status_code=201, **needs("project_import.write"))
async def project_import_create(
    request: Request,
    session: Session,
    actor: CurrentActor,
    registry: Registry,
    file: UploadFile,
    year: Annotated[int, Form(ge=2000, le=2100)],
    mode: Annotated[Literal["good_rows", "all_or_nothing"], Form()] = "good_rows",
    dry_run: Annotated[bool, Form()] = False,
) -> ProjectImport:
    settings: Settings = request.app.state.settings
    content = await file.read(settings.import_file_limit + 1)
    if len(content) > settings.import_file_limit:
        raise WorkbookTooLarge(limit_bytes=settings.import_file_limit)
    return await operations.run(session, registry, actor, content, year, mode, dry_run=dry_run)


@router.get("/template", operation_id="project_import_template", **needs("project_import.write"))
async def project_import_template() -> Response:
    return _workbook(await workbooks.template(), "project-library-template.xlsx")


@router.get("/{import_id}", operation_id="project_import_get", **needs("project_import.read"))
async def project_import_get(import_id: ImportId, session: Session, actor: CurrentActor) -> ProjectImport:
    return await operations.get(session, actor, import_id)


@router.get("/{import_id}/report", operation_id="project_import_report", **needs("project_import.read"))
async def project_import_report(import_id: ImportId, session: Session, actor: CurrentActor) -> Response:
    return _workbook(await workbooks.report(session, actor, import_id), f"import-{import_id}.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=workbooks.MEDIA_TYPE, headers=headers)
