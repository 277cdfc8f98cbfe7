"""Wire vocabulary of opening books and of the export of all books."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.funds import Decided
from shared.schemas.wire import Day, DivisionCode, FundYear, LongText, Text, Wire

BookPart = Literal["receipts", "allocations", "payments"]
BookState = Literal["faulty", "checked", "refused", "posted", "undone"]


class SheetNotes(Wire):
    """What was met in a sheet and read all the same."""

    rows: int
    hidden_rows: int
    hidden_columns: list[str]
    merged: int


class BookImport(Wire):
    """A county's opening books. `checked` waits for a second person; `faulty` has rows that cannot be posted."""

    import_id: int
    division_code: str
    fund_year: int
    state: BookState
    content_sha256: str
    lines: int
    faulty_lines: int
    received_fen: int
    allocated_fen: int
    paid_fen: int
    returned_fen: int
    withheld_fen: int = Field(description="withheld less released")
    notes: dict[BookPart, SheetNotes]
    missing_projects: list[str] = Field(description="codes of projects the library does not have")
    entered_by: str
    decided_by: str | None
    decided_on: date | None
    opinion: str | None
    undone_on: date | None
    undone_by: str | None
    undo_reason: str | None


class BookImportFault(Wire):
    """What is wrong with one row, and what helps."""

    sheet: str
    row: int
    column: str
    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    project_code: str | None
    left_fen: int | None


class NewBookDecision(Wire):
    outcome: Decided
    opinion: LongText
    decided_on: Day


class NewBookUndo(Wire):
    reason: LongText


class NewBookExport(Wire):
    """All books of an area and a year; `purpose` is written down."""

    division_code: DivisionCode
    fund_year: FundYear
    purpose: Text
