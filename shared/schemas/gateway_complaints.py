"""Wire vocabulary of the gateway: complaints (12317), as complainants and as officers see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from shared.schemas.gateway import OfficeCode
from shared.schemas.wire import Code, DivisionCode, LongText, PersonName, Text, Wire


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


SubmissionToken = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]
"""At least 128 random bits of the sender's own making. The same token again gets the same answer again."""
Telephone = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(pattern=r"^((\+?86)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)$"),
]
TrackingCode = Annotated[
    str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[A-Za-z0-9 -]{16,40}$", strip_whitespace=True)
]
AboutLevel = Literal["province", "city", "county", "township", "village"]
ComplaintState = Literal["received", "accepted", "waiting", "drafted", "replied", "closed"]


class ComplaintKind(Wire):
    code: str
    zh: str
    en: str


class ComplaintKinds(Wire):
    hotline: str
    items: list[ComplaintKind]


class ComplaintReceipt(Wire):
    """What a complainant keeps: the code is shown here and nowhere else."""

    tracking_code: str
    received_on: date
    due_on: date | None = Field(description="by when it is accepted for handling; null once it was answered")
    handled_by: str | None = Field(description="name of the office; null while no office exists that may handle it")


class ComplaintTaken(Wire):
    """A complaint as an officer takes it down, for somebody who rings up, comes by or writes on paper."""

    submission_token: SubmissionToken
    channel: Literal["telephone", "visit", "letter"]
    kind: Code
    area_code: Annotated[DivisionCode, Field(description="the place it is about, in the officer's own area")]
    text: LongText
    name: Annotated[PersonName | None, Field(description="with a telephone; without both it is anonymous")] = None
    telephone: Telephone | None = None
    about_level: Annotated[AboutLevel | None, Field(description="level of the body complained about")] = None
    about_office: OfficeCode | None = None
    about_person: Annotated[PersonName | None, Field(description="who is complained about")] = None


class ComplaintFollowed(Wire):
    """A complaint by its tracking code. Codes stand in bodies, never in addresses: addresses land in logs."""

    tracking_code: TrackingCode


class ComplaintMessage(ComplaintFollowed):
    text: LongText


class ComplaintRating(ComplaintFollowed):
    satisfaction: Annotated[int, Field(strict=True, ge=1, le=5, description="5 very satisfied, 1 not at all")]


class ComplaintReopening(ComplaintFollowed):
    reason: LongText


class FollowedEntry(Wire):
    """A step as the complainant sees it; `text` is what the office wrote to them, never what they wrote."""

    on: date
    step: str
    text: str | None


class ComplaintStatus(Wire):
    kind: str
    area_code: str
    state: ComplaintState
    received_on: date
    due_on: date | None
    handled_by: str | None
    files: int
    satisfaction: int | None
    may_reopen: bool
    entries: list[FollowedEntry]


class ComplaintHead(Wire):
    """A complaint in an office's list: nothing of who wrote it or what they wrote."""

    id: str
    kind: str
    area_code: str
    state: ComplaintState
    named: bool
    received_on: date
    due_on: date | None
    overdue: bool
    handler_office: str
    replied_on: date | None
    reopened: bool
    satisfaction: int | None


class ComplaintEntry(Wire):
    id: str
    at: datetime
    step: str
    office: str
    account: str
    text: str | None
    draft_id: str | None
    facts: dict[str, str]


class ComplaintFile(Wire):
    id: str
    number: int
    media_type: str
    size: int


class Complaint(ComplaintHead):
    """A complaint as its handling office reads it, without who wrote it."""

    text: str
    about_level: str
    about_office: str
    about_person: str | None
    entries: list[ComplaintEntry]
    files: list[ComplaintFile]


class Complainant(Wire):
    name: str
    telephone: str


class ComplaintTransfer(Wire):
    office: OfficeCode
    reason: Text


class ComplaintWords(Wire):
    """What the complainant will read: a question, or the draft of a reply."""

    text: LongText


class ComplaintRelease(Wire):
    """A second person's word on the draft that waits."""

    draft_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    outcome: Literal["release", "refuse"]
    opinion: Text


class ComplaintClosing(Wire):
    reason: Text


class ComplaintFigures(Wire):
    """Complaints received in a year. `in_time` counts those answered without a deadline passed."""

    division_code: str
    received: int
    open: int
    overdue: int
    replied: int
    in_time: int
    escalated: int
    reopened: int
    rated: int
    satisfied: int = Field(description="rated 4 or 5")


class ComplaintStatistics(Wire):
    division_code: str
    year: int
    total: ComplaintFigures
    items: list[ComplaintFigures] = Field(description="by the division right below")
    unassigned: int = Field(description="no office exists that may handle them")


class PublicComplaintFigures(Wire):
    """A year's counts for everybody; null stands for one to four, by which somebody might be found."""

    division_code: str
    year: int
    received: int | None
    replied: int | None
    in_time: int | None
    rated: int | None
    satisfied: int | None
