"""Wire vocabulary of projects: works."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.schemas.projects import ProjectState, Purpose
from shared.schemas.wire import Code, Day, Fen, LongText, RateText, Sha256, Text, Wire

SocialCreditCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Z]{18}$")]
"""A unified social credit code (统一社会信用代码); the check digit is checked by the service."""


class NewTender(Wire):
    mode: Code = Field(description="a code of the procurement modes")
    tendered_on: Day
    winner_name: Text
    winner_uscc: SocialCreditCode | None = None


class NewContract(Wire):
    contractor_name: Text
    contractor_uscc: SocialCreditCode
    amount_fen: Fen
    retention_rate: RateText
    signed_on: Day
    starts_on: Day
    ends_on: Day
    paper_sha256: Sha256


class NewStart(Wire):
    started_on: Day


class NewProgressReport(Wire):
    reported_on: Day
    percent: Annotated[int, Field(strict=True, ge=0, le=100)]
    quantity: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]
    unit: Annotated[Text, Field(max_length=20)]
    note: LongText | None = None


class NewCompletion(Wire):
    completed_on: Day


class NewAcceptance(Wire):
    """`final_account_fen` is what the works cost in the end; never more than the contract."""

    accepted_on: Day
    outcome: Literal["pass", "rectify"]
    participants: Annotated[list[Text], Field(min_length=2, max_length=50)] = Field(
        description="offices and villagers' delegates taking part"
    )
    quality: Text
    final_account_fen: Fen
    paper_sha256: Sha256


class NewStop(Wire):
    reason: LongText
    stopped_on: Day | None = None


class NewHandover(Wire):
    """The asset left behind and who owns and looks after it."""

    handed_on: Day
    asset_class: Literal["operating", "public", "household"] = Field(description="经营性, 公益性, 到户类")
    asset_name: Text
    owner: Text
    caretaker: Text


class WorksRecord(Wire):
    """One thing recorded about the works, as it was recorded."""

    kind: str
    on: date
    facts: dict[str, Any]
    recorded_at: datetime
    office: str


class Works(Wire):
    """The works of a planned project: where they stand and everything recorded, oldest first."""

    project_code: str
    name: str
    purpose: Purpose
    state: ProjectState
    state_since: date
    plan_year: int | None
    plan_line_fen: int
    percent: int
    contractor_name: str | None
    contractor_uscc: str | None
    contract_fen: int | None
    retention_rate: str | None
    accepted_on: date | None
    final_account_fen: int | None
    records: list[WorksRecord]
