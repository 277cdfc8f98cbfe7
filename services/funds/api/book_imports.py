"""HTTP of opening books."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import File, Form, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from services.funds.api.request_parts import Area, ProjectsPeer, RegistryPeer, WholeId, YearFilter
from services.funds.operations import book_imports as operations
from services.funds.operations import book_reports, book_sheets, book_undoing
from services.funds.storage.book_workbooks import XLSX_MEDIA_TYPE
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_books import BookImport, BookImportFault, NewBookDecision, NewBookUndo
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/funds/book-imports", "book imports")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
SHEET: dict[str, Any] = {"response_class": Response, "responses": {200: {"content": {XLSX_MEDIA_TYPE: _BINARY}}}}


class BookForm(BaseModel):
    """One workbook with the sheets 接收, 分配 and 支付, or a file (xlsx or csv) for each."""

    model_config = ConfigDict(extra="forbid")

    division_code: DivisionCode
    fund_year: Annotated[int, Field(ge=2000, le=2100)]
    file: Annotated[UploadFile | None, File(description="xlsx with the sheets 接收, 分配, 支付")] = None
    receipts: Annotated[UploadFile | None, File(description="xlsx or csv of 接收")] = None
    allocations: Annotated[UploadFile | None, File(description="xlsx or csv of 分配")] = None
    payments: Annotated[UploadFile | None, File(description="xlsx or csv of 支付")] = None


@router.post("", operation_id="book_import_send_in", status_code=201, **needs("book_import.write", money=True))
async def book_import_send_in(
    form: Annotated[BookForm, Form()],
    session: Session,
    actor: CurrentActor,
    projects: ProjectsPeer,
    registry: RegistryPeer,
) -> BookImport:
    """Check a county's books and keep them for a second person's decision; nothing is posted by sending them in."""
    sent = {
        book_sheets.WORKBOOK: form.file, "receipts": form.receipts, "allocations": form.allocations,
        "payments": form.payments,
    }  # fmt: skip
    contents = {part: await file.read(book_sheets.MAX_BYTES + 1) if file else None for part, file in sent.items()}
    files = book_sheets.files_of(contents)
    return await operations.send_in(session, actor, projects, registry, form.division_code, form.fund_year, files)


@router.get("", operation_id="book_import_list", **needs("book_import.read"))
async def book_import_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BookImport]:
    return await operations.list_imports(session, actor, division_code, fund_year, cursor, limit)


@router.get("/template", operation_id="book_import_template", **needs("book_import.read"), **SHEET)
async def book_import_template() -> Response:
    return _workbook(await asyncio.to_thread(book_reports.template), "books-template")


@router.get("/{import_id}", operation_id="book_import_get", **needs("book_import.read"))
async def book_import_get(import_id: WholeId, session: Session, actor: CurrentActor) -> BookImport:
    return await operations.get(session, actor, import_id)


@router.get("/{import_id}/faults", operation_id="book_import_faults", **needs("book_import.read"))
async def book_import_faults(
    import_id: WholeId, session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[BookImportFault]:
    return await operations.list_faults(session, actor, import_id, cursor, limit)


@router.get("/{import_id}/report", operation_id="book_import_report", **needs("book_import.read"), **SHEET)
async def book_import_report(import_id: WholeId, session: Session, actor: CurrentActor) -> Response:
    """The sheets as sent, with what became of each row."""
    return _workbook(await book_reports.report(session, actor, import_id), f"books-{import_id}")


@router.post("/{import_id}/decision", operation_id="book_import_decide", **needs("book_import.decide", money=True))
async def book_import_decide(
    import_id: WholeId, body: NewBookDecision, session: Session, actor: CurrentActor, projects: ProjectsPeer
) -> BookImport:
    return await operations.decide(session, actor, projects, import_id, body)


@router.post("/{import_id}/undo", operation_id="book_import_undo", **needs("book_import.decide", money=True))
async def book_import_undo(import_id: WholeId, body: NewBookUndo, session: Session, actor: CurrentActor) -> BookImport:
    """Reverse posted books as a whole, while nobody has built upon them."""
    return await book_undoing.undo(session, actor, import_id, body)


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, media_type=XLSX_MEDIA_TYPE, headers=headers)
