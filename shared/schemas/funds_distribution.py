"""Wire vocabulary of funds: money called back, moved between projects, divided by factors; a place's own budget."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shared.schemas.funds import Batch, Id, NewDecision
from shared.schemas.wire import (
    Code,
    Day,
    DivisionCode,
    Fen,
    FenOrZero,
    FundYear,
    LongText,
    RateText,
    Text,
    Wire,
)

State = Literal["proposed", "approved", "refused"]
PlaceClass = Literal["province", "city", "contiguous_county", "scattered_county", "other_county"]
IndicatorValue = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")]


class NewRecall(Wire):
    """Money to call back: of a document's line, of an allocation, or withheld of a claim; exactly one is named."""

    document_line_id: Id | None = None
    allocation_id: Id | None = None
    claim_id: Id | None = Field(default=None, description="a paid claim whose retention will not be released")
    amount_fen: Fen
    number: Text = Field(description="number of the paper that calls the money back")
    reason: LongText
    proposed_on: Day | None = Field(default=None, description="today when not given")

    @model_validator(mode="after")
    def _one_target(self) -> NewRecall:
        if [self.document_line_id, self.allocation_id, self.claim_id].count(None) != 2:
            raise ValueError("name one of document_line_id, allocation_id and claim_id")
        return self


class Recall(Wire):
    recall_id: int
    document_line_id: int | None
    allocation_id: int | None = Field(description="of retention, too: the allocation it was withheld from")
    claim_id: int | None
    taken_from: Literal["transit", "receipt", "allocation", "withheld"]
    receipt_id: int | None
    back_to_receipt_id: int | None = Field(description="null: back to the source outside our books")
    recalling_division: str
    division_code: str
    fund_year: int
    fund_kind: str
    batch: Batch
    amount_fen: int
    number: str
    reason: str
    state: State
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class NewReallocation(Wire):
    from_allocation_id: Id
    project_code: Code = Field(description="the project that is to have the money")
    amount_fen: Fen
    use_code: Code | None = Field(default=None, description="a code of fund-uses; by the project when not given")
    reason: LongText
    proposed_on: Day | None = Field(default=None, description="today when not given")


class Reallocation(Wire):
    reallocation_id: int
    from_allocation_id: int
    from_project_code: str
    to_allocation_id: int = Field(description="holds the money; its decision is the decision of the move")
    to_project_code: str
    county_code: str
    fund_year: int
    amount_fen: int
    reason: str
    state: State
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class PlaceValue(Wire):
    division_code: DivisionCode
    value: IndicatorValue


class Indicator(Wire):
    """One factor (因素): its weight, and what every place has of it."""

    name: Text
    source: Text
    weight: RateText
    values: Annotated[list[PlaceValue], Field(min_length=1, max_length=3_000)]


class NewFactorProposal(Wire):
    """Money to be divided by factors; weights add up to 1, each indicator has a value for each place."""

    division_code: DivisionCode
    fund_year: FundYear
    fund_kind: Code
    batch: Batch
    direction: Text | None = None
    drawn_on_receipt_id: Id | None = None
    total_fen: Fen
    unit: Literal["fen", "wan"] = Field(description="wan: every place gets whole 万元")
    indicators: Annotated[list[Indicator], Field(min_length=1, max_length=20)]


class FactorLine(Wire):
    division_code: str
    computed_fen: int = Field(description="what the factors give")
    amount_fen: int = Field(description="after adjustments by hand")


class FactorChange(Wire):
    division_code: DivisionCode
    amount_fen: FenOrZero


class NewFactorAdjustment(Wire):
    """New amounts of some places; the sum of all places stays what it is."""

    adjustments: Annotated[int, Field(strict=True, ge=0)] = Field(description="how many the reader has seen")
    changes: Annotated[list[FactorChange], Field(min_length=1, max_length=3_000)]
    reason: LongText


class NewFactorDecision(NewDecision):
    """A decision on the proposal as its reader saw it."""

    adjustments: Annotated[int, Field(strict=True, ge=0)] = Field(
        default=0, description="how many the reader has seen; with more than that nothing is decided"
    )


class FactorAdjustment(Wire):
    number: int
    changes: list[dict[str, str | int]]
    reason: str
    entered_by: str


class NewFactorDocument(Wire):
    """The paper an approved proposal becomes."""

    number: Text
    title: Text
    issued_on: Day
    office_name: Text | None = None


class FactorProposal(Wire):
    proposal_id: int
    division_code: str
    fund_year: int
    fund_kind: str
    batch: Batch
    direction: str
    drawn_on_receipt_id: int | None
    total_fen: int
    unit: Literal["fen", "wan"]
    indicators: list[Indicator]
    lines: list[FactorLine]
    adjustments: list[FactorAdjustment]
    state: Literal["proposed", "approved", "refused", "issued"]
    document_id: int | None
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class NewBudgetStatement(Wire):
    """What a place states of a year: its revenue before and now, what it added, reclaimed money and its reuse."""

    division_code: DivisionCode
    place_class: PlaceClass = Field(description="片区县 contiguous_county, 插花县 scattered_county")
    fund_year: FundYear
    revenue_before_fen: FenOrZero
    revenue_fen: FenOrZero
    added_fen: FenOrZero = Field(description="增列专项扶贫预算")
    stock_fen: FenOrZero = Field(description="存量资金中可统筹使用的部分")
    stock_used_fen: FenOrZero = Field(description="of it, put to poverty alleviation")
    paper: Text = Field(description="the paper the figures stand in")


class BudgetVerdict(Wire):
    """One check, with everything it was decided by."""

    rule: str
    met: bool
    rate: str
    base_fen: int
    needed_fen: int
    stated_fen: int
    gap_fen: int
    source: str
    explanation_zh: str
    explanation_en: str


class BudgetStatement(NewBudgetStatement):
    statement_id: int
    version: int
    entered_by: str
    verdicts: list[BudgetVerdict]


class BudgetStatements(Wire):
    items: list[BudgetStatement]
