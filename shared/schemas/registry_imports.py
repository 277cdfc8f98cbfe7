"""Wire vocabulary of imports of people workbooks."""

from __future__ import annotations

from typing import Literal

from shared.schemas.wire import Wire

ImportMode = Literal["good_rows", "all_or_nothing"]
ImportState = Literal["queued", "running", "done", "failed", "undone", "undoing"]


class SheetNotes(Wire):
    """What people should know of a sheet: its layout, headers known but not taken over, what was hidden in it and
    read all the same, how many ranges of merged cells it has."""

    layout: str | None = None
    left_out: list[str] = []
    hidden_rows: int = 0
    hidden_columns: list[str] = []
    merged: int = 0
    failure: dict[str, int | str] = {}


class HouseholdImport(Wire):
    """An upload and its progress. `rows_*` count rows of the sheet, one per person.

    `failure` is the code of what is wrong with the sheet as a whole, `failure_text` the same in words; of an import
    that is `done`, why it could not be undone. A large one is `undoing` for a while: follow it as an import.
    """

    id: str
    state: ImportState
    mode: ImportMode
    dry_run: bool
    sha256: str
    rows_total: int
    rows_done: int
    rows_refused: int
    households_total: int
    households_ok: int
    people_ok: int
    failure: str | None
    failure_text: str | None
    notes: SheetNotes
    created_at: str
    created_by: str
    finished_at: str | None
    undone_at: str | None


class FieldDifference(Wire):
    """A field a sheet would change; `person` is empty for a field of the household. Protected values are masked."""

    person: str
    field: str
    before: str | None
    after: str | None


class HouseholdDifference(Wire):
    """How the household whose head stands in `row` differs from a file in the office's area."""

    row: int
    state: Literal["new", "unchanged", "differs"]
    household_id: str | None
    household_no: str | None
    changes: list[FieldDifference]
