"""HTTP of files of orders for the bank."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import File, Response, UploadFile

from services.funds.api.request_parts import Area, CurrentSeals, Trail, WholeId
from services.funds.operations import bank_files, bank_results
from shared.chassis.app import new_router
from shared.chassis.audit import shows_people
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_bank_files import BankFile, BankFileHead, BankResult, FileForm, NewBankFile, NewBankFileVoid
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/bank-files", "bank files")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: dict[str, Any] = {
    "responses": {200: {"content": {"text/csv": {}, XLSX: {}}, "description": "the file for the bank"}}
}


def unkept(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a POST whose answer holds clear account numbers: it is stored under no idempotency key."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-streams": True}}


@router.post("", operation_id="bank_file_build", status_code=201, **needs("bank_file.build", money=True))
async def bank_file_build(body: NewBankFile, session: Session, actor: CurrentActor, seals: CurrentSeals) -> BankFile:
    return await bank_files.build(session, actor, seals, body)


@router.post(
    "/{bank_file_id}/content",
    operation_id="bank_file_take",
    response_class=Response,
    **shows_people(unkept(needs("bank_file.take")), "payee_name", "account"),
    **CSV,
)
async def bank_file_take(
    bank_file_id: WholeId,
    session: Session,
    actor: CurrentActor,
    seals: CurrentSeals,
    trail: Trail,
    form: FileForm = "csv",
) -> Response:
    """The file with clear account numbers. Taking it is written down, so it is no GET."""
    name, content = await bank_files.take(session, actor, seals, trail, bank_file_id, form)
    return taken(name, content, form)


def taken(name: str, content: bytes, form: FileForm) -> Response:
    """A file that is kept nowhere on its way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    media_type = "text/csv; charset=utf-8" if form == "csv" else XLSX
    return Response(content, media_type=media_type, headers=headers)


@router.post("/{bank_file_id}/void", operation_id="bank_file_void", **needs("bank_file.build", money=True))
async def bank_file_void(
    bank_file_id: WholeId, body: NewBankFileVoid, session: Session, actor: CurrentActor
) -> BankFile:
    """By another person than its maker, while the bank has not answered it."""
    return await bank_files.void(session, actor, bank_file_id, body)


@router.post("/{bank_file_id}/results", operation_id="bank_result_enter", **needs("payment.confirm", money=True))
async def bank_result_enter(
    bank_file_id: WholeId,
    file: Annotated[UploadFile, File(description="the bank's csv or xlsx; the form is described in docs/decisions")],
    session: Session,
    actor: CurrentActor,
) -> BankResult:
    content = await file.read(bank_results.MAX_BYTES + 1)
    return await bank_results.enter(session, actor, bank_file_id, content)


@router.get("", operation_id="bank_file_list", **needs("fund.read"))
async def bank_file_list(
    session: Session, actor: CurrentActor, division_code: Area = "00", cursor: Cursor = None, limit: Limit = 50
) -> Page[BankFileHead]:
    return await bank_files.list_files(session, actor, division_code, cursor, limit)


@router.get("/{bank_file_id}", operation_id="bank_file_get", **needs("fund.read"))
async def bank_file_get(bank_file_id: WholeId, session: Session, actor: CurrentActor) -> BankFile:
    return await bank_files.get(session, actor, bank_file_id)
