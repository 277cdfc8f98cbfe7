"""Wire vocabulary of funds: who answers for money that waits (责任认定)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.funds_views import Responsible
from shared.schemas.wire import Code, Day, DivisionCode, FundYear, LongText, Sha256, Text, Wire


class NewEvidence(Wire):
    """A paper of a case: its name and the hash of its bytes."""

    name: Text
    sha256: Sha256


Papers = Annotated[list[NewEvidence], Field(max_length=20)]


class NewResponsibility(Wire):
    """A case on money that waits: `reference` and `step` as in the delays of the progress answer."""

    division_code: DivisionCode = Field(description="whose books the money is in: a county, city or province")
    fund_year: FundYear
    reference: Code
    step: Code
    claimed_side: Responsible
    claimed_cause: Code | None = Field(default=None, description="for a third cause: its kind")
    reason: LongText
    opened_on: Day = Field(description="the day of the paper; no decision counts before the case is entered")
    papers: Papers = []


class NewResponsibilityReply(Wire):
    words: LongText
    replied_on: Day
    papers: Papers = []


class NewResponsibilityWithdrawal(Wire):
    """Why the office that opened a case takes it back, such as that the money has moved on; kept as its reply."""

    words: LongText
    withdrawn_on: Day


class NewResponsibilityDecision(Wire):
    side: Responsible
    cause: Code | None = None
    reason: LongText
    effective_from: Day = Field(description="from the day the case was entered to the day of the decision")
    effective_to: Day | None = None
    decided_on: Day
    papers: Papers = []


class Evidence(Wire):
    given_with: Literal["opening", "reply", "decision"]
    name: str
    sha256: str
    entered_office: str


class ResponsibilityReply(Wire):
    words: str
    replied_on: date
    entered_by: str
    entered_office: str


class ResponsibilityDecision(Wire):
    decision_id: int
    side: Responsible
    cause: str
    office: str
    office_name: str
    reason: str
    effective_from: date
    effective_to: date | None
    decided_on: date
    entered_by: str
    entered_office: str


class Responsibility(Wire):
    responsibility_id: int
    division_code: str
    fund_year: int
    reference: str
    step: str
    project_code: str
    amount_fen: int = Field(description="what waited there when the case was opened")
    since: date
    side: Responsible = Field(description="who answered when the case was opened")
    office: str
    office_name: str
    claimed_side: Responsible
    claimed_office: str
    claimed_cause: str
    reason: str
    opened_on: date
    state: Literal["open", "decided", "withdrawn"]
    entered_by: str
    entered_office: str
    papers: list[Evidence]
    replies: list[ResponsibilityReply]
    decision: ResponsibilityDecision | None


class ThirdCause(Wire):
    code: str
    label_zh: str
    label_en: str
    source: str


class ThirdCauses(Wire):
    items: list[ThirdCause]
