"""Wire vocabulary of the department exchange: items, applications, grants, use, corrections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.gateway import AccountId, OfficeCode
from shared.schemas.wire import Code, Day, DivisionCode, Flag, LongText, Text, Wire

ItemCode = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,39}$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z_.]{1,60}$")]
FieldList = Annotated[list[FieldName], Field(min_length=1, max_length=60)]
Days = Annotated[int, Field(strict=True, ge=1, le=1_096)]
RatePerMinute = Annotated[int, Field(strict=True, ge=1, le=6_000)]
Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


class SharedField(Wire):
    name: str
    type: str
    zh: str
    personal: bool


class SharedItem(Wire):
    """One item of the catalogue."""

    code: str
    zh: str
    en: str
    direction: Literal["out", "in", "none"] = Field(description="out: read by departments; in: lists they push")
    service: str
    sharing: Literal["unconditional", "conditional", "not_shared"]
    owner_sector: str
    granularity: str = Field(description="the smallest area it is given for")
    rhythm: str
    purposes: list[str] = Field(description="what it may be used for; `any` for anything lawful")
    basis: str
    source: str
    fields: list[SharedField]


class SharedItems(Wire):
    items: list[SharedItem]


class NewApplication(Wire):
    """What a department asks for on behalf of one of its machine clients."""

    client_id: AccountId
    item: ItemCode
    purpose: Purpose
    legal_basis: LongText | None = None
    fields: FieldList
    clear: Flag = False
    division_code: DivisionCode
    days: Days
    rate_per_minute: RatePerMinute = 60


class ApplicationDecision(Wire):
    """The owner's answer. What is not said is granted as asked; nothing is granted beyond it."""

    outcome: Literal["granted", "refused"]
    reason: Text
    fields: FieldList | None = None
    clear: Flag | None = None
    division_code: DivisionCode | None = None
    days: Days | None = None
    rate_per_minute: RatePerMinute | None = None


class GivenGrant(Wire):
    fields: list[str]
    clear: bool
    division_code: str
    until: date
    rate_per_minute: int


class ExchangeStep(Wire):
    """One step of an application's history."""

    step: Literal["applied", "granted", "refused", "withdrawn"]
    at: datetime
    by: str
    office: str
    reason: str


class Application(Wire):
    id: str
    client_id: str
    item: str
    office: str
    purpose: str
    legal_basis: str
    fields: list[str]
    clear: bool
    division_code: str
    days: int
    rate_per_minute: int
    state: Literal["open", "granted", "refused", "withdrawn", "expired"]
    grant: GivenGrant | None
    history: list[ExchangeStep]


class UsageDay(Wire):
    day: date
    grant_id: str
    client_id: str
    item: str
    calls: int
    records: int


class Usage(Wire):
    days: list[UsageDay]
    calls: int
    records: int


class NewExchangeCorrection(Wire):
    """`to_office` only for a row of a list that a department pushed; otherwise the item's owner is asked."""

    item: ItemCode
    record_id: Code
    field: FieldName
    reason: Text
    to_office: OfficeCode | None = None
    division_code: DivisionCode | None = Field(default=None, description="with to_office: the area it is about")


class CorrectionAnswer(Wire):
    outcome: Literal["corrected", "kept", "unclear"]
    note: Text


class ExchangeCorrection(Wire):
    id: str
    item: str
    record_id: str
    field: str
    reason: str
    division_code: str
    to_sector: str | None
    to_office: str | None
    from_office: str
    asked_at: datetime
    answer_by: Day
    state: Literal["open", "corrected", "kept", "unclear"]
    note: str | None
    answered_at: datetime | None
    answered_office: str | None
