"""Wire vocabulary of closed years of the register (分区年度) and of corrections to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.registry_history import FieldChange
from shared.schemas.registry_households import HouseholdChange, HouseholdLine, NetIncomePerHead, RowId
from shared.schemas.wire import Day, DivisionCode, LongText, Sha256, Text, Wire

RegisterYearNumber = Annotated[int, Field(strict=True, ge=2000, le=2100)]
CorrectionState = Literal["asked", "consented", "refused"]


class YearClosing(Wire):
    """Close a year of this county."""

    division_code: DivisionCode


class YearClosingState(Wire):
    """How far a closing came: townships frozen of all. One that `failed` froze nothing; it may be asked for again."""

    state: Literal["queued", "running", "done", "failed"]
    failure: str | None
    parts_total: int
    parts_done: int
    asked_on: Day


class RegisterYear(Wire):
    """A county's year. What is frozen with it is true by `closed_through`; the counts are of the reader's scope."""

    division_code: str
    name: str
    year: int
    state: Literal["open", "closing", "closed"]
    closing: YearClosingState | None = None
    closed_through: Day | None = None
    closed_on: Day | None = None
    closed_by: str | None = None
    closed_office: str | None = None
    households: int | None = None
    people: int | None = None


class FrozenHousehold(HouseholdLine):
    """A household as frozen with a year; `proposed` means that its list was being decided then."""

    net_income_per_head: NetIncomePerHead | None


class NewCorrection(Wire):
    """A change that reaches into a closed year: the whole file as it shall stand, from version `version` on, with
    `change.true_from`. `year` is the first closed year that day falls in."""

    household_id: RowId
    version: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
    year: RegisterYearNumber
    change: HouseholdChange
    reason: Text
    paper_sha256: Sha256


class CorrectionFinding(Wire):
    """What the superior office says to a correction."""

    outcome: Literal["consent", "refuse"]
    opinion: LongText


class CorrectionDecision(Wire):
    outcome: Literal["consent", "refuse"]
    opinion: str
    decided_on: Day
    decided_by: str
    decided_office: str


class CorrectionLine(Wire):
    """A correction in a list. `changed` are JSON pointers, never values."""

    id: str
    year: int
    household_id: str
    household_no: str
    village_code: str
    state: CorrectionState
    version_from: int
    version_after: int | None
    true_from: Day
    changed: list[str]
    reason: str
    paper_sha256: str
    asked_on: Day
    asked_by: str
    asked_office: str
    decision: CorrectionDecision | None


class Correction(CorrectionLine):
    """A correction with what it changes, protected values masked. Nothing is kept of one that was refused."""

    fields: list[FieldChange]


class FrozenCorrection(CorrectionLine):
    """A correction of what a year froze; the frozen file stays as it is."""

    version_frozen: int
