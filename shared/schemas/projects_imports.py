"""Wire vocabulary of projects: library workbooks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.schemas.wire import Wire


class RowReason(Wire):
    """Why a row was refused: the column and the rule."""

    column: str
    code: str
    title: str


class RefusedRow(Wire):
    row: int = Field(description="row of the sheet, the header being 1")
    reasons: list[RowReason]


class CreatedRow(Wire):
    row: int
    project_code: str | None = Field(description="null in a dry run")


class ProjectImport(Wire):
    """A workbook that was read, what became of each row."""

    id: str
    state: Literal["done", "nothing_applied", "dry_run"]
    year: int
    mode: Literal["good_rows", "all_or_nothing"]
    content_sha256: str
    rows_total: int
    created: list[CreatedRow]
    refused: list[RefusedRow]
    imported_at: datetime
    office: str
