"""Wire vocabulary of exports of household files."""

from __future__ import annotations

from typing import Literal

from shared.schemas.wire import Code, DivisionCode, Flag, Text, Wire

ExportLayout = Literal["suite", "national"]
ExportFormat = Literal["csv", "xlsx"]


class NewHouseholdExport(Wire):
    """Which files, in which form, and what for. `clear`: protected values as they are, for whoever may unmask."""

    within: DivisionCode | None = None
    status: Code | None = None
    attribute: Code | None = None
    main_cause: Code | None = None
    layout: ExportLayout = "suite"
    format: ExportFormat = "xlsx"
    clear: Flag = False
    purpose: Text


class HouseholdExport(Wire):
    """An export. `number` is printed on it. It waits for a second person where it is long, and is fetched once."""

    id: str
    number: str
    state: Literal["waiting", "ready", "fetched"]
    layout: ExportLayout
    format: ExportFormat
    clear: bool
    purpose: str
    filters: dict[str, str]
    households: int
    people: int
    created_at: str
    created_by: str
    approved_at: str | None
    approved_by: str | None
    expires_at: str | None
    fetched_at: str | None
