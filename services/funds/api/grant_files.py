"""HTTP of files of grants for the bank."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Response, UploadFile

from services.funds.api.bank_files import CSV, taken, unkept
from services.funds.api.request_parts import Area, IdFilter, RegistryPeer, Trail, WholeId
from services.funds.operations import grant_file_results, grant_files
from shared.chassis.app import new_router
from shared.chassis.audit import shows_people
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_bank_files import FileForm
from shared.schemas.funds_grant_files import GrantFile, GrantFileHead, GrantFileResult, NewGrantFile, NewGrantFileVoid
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/grant-files", "bank files")


@router.post("", operation_id="grant_file_build", status_code=201, **needs("bank_file.build", money=True))
async def grant_file_build(
    body: NewGrantFile, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantFile:
    return await grant_files.build(session, actor, registry, body)


@router.post(
    "/{grant_file_id}/content",
    operation_id="grant_file_take",
    response_class=Response,
    **shows_people(unkept(needs("bank_file.take")), "name", "bank_account"),
    **CSV,
)
async def grant_file_take(
    grant_file_id: WholeId,
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    trail: Trail,
    form: FileForm = "csv",
) -> Response:
    """The file with clear account numbers, asked of the registry. Taking it is written down, so it is no GET."""
    name, content = await grant_files.take(session, actor, registry, trail, grant_file_id, form)
    return taken(name, content, form)


@router.post("/{grant_file_id}/void", operation_id="grant_file_void", **needs("bank_file.build", money=True))
async def grant_file_void(
    grant_file_id: WholeId, body: NewGrantFileVoid, session: Session, actor: CurrentActor
) -> GrantFile:
    """By another person than its maker, while the bank has not answered it."""
    return await grant_files.void(session, actor, grant_file_id, body)


@router.post("/{grant_file_id}/results", operation_id="grant_file_result_enter",
             **needs("payment.confirm", money=True))  # fmt: skip
async def grant_file_result_enter(
    grant_file_id: WholeId,
    file: Annotated[UploadFile, File(description="the bank's csv or xlsx; the form is described in docs/decisions")],
    session: Session,
    actor: CurrentActor,
) -> GrantFileResult:
    content = await file.read(grant_file_results.MAX_BYTES + 1)
    return await grant_file_results.enter(session, actor, grant_file_id, content)


@router.get("", operation_id="grant_file_list", **needs("grant.read"))
async def grant_file_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    batch_id: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[GrantFileHead]:
    return await grant_files.list_files(session, actor, division_code, batch_id, cursor, limit)


@router.get("/{grant_file_id}", operation_id="grant_file_get", **needs("grant.read"))
async def grant_file_get(grant_file_id: WholeId, session: Session, actor: CurrentActor, trail: Trail) -> GrantFile:
    return await grant_files.read(session, actor, trail, grant_file_id)
