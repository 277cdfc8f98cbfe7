"""HTTP of the export of all books."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from services.funds.api.book_imports import SHEET
from services.funds.api.request_parts import Trail
from services.funds.operations import book_exports as operations
from services.funds.storage.book_workbooks import XLSX_MEDIA_TYPE
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_books import NewBookExport

router = new_router("/api/v1/funds/book-exports", "book exports")


def streams(declared: dict[str, Any]) -> dict[str, Any]:
    """The route answers with a file that is never whole, which is stored under no key."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-streams": True}}


@router.post("", operation_id="book_export_take", **streams(needs("book_export.take")), **SHEET)
async def book_export_take(body: NewBookExport, session: Session, actor: CurrentActor, database: Trail) -> Response:
    """Take all books of an area and a year as one workbook; it is written down who took them and what for."""
    export = await operations.take(session, actor, body)
    headers = {"Content-Disposition": f'attachment; filename="books-{export.area}-{export.fund_year}.xlsx"'}
    return StreamingResponse(operations.pieces(database, export), media_type=XLSX_MEDIA_TYPE, headers=headers)
