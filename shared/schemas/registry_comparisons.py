"""Wire vocabulary of departments' lists held against the register, and of the doubts that come of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from shared.schemas.wire import Code, Day, Text, Wire


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


RawNumber = Annotated[str, BeforeValidator(_only_text), StringConstraints(max_length=40)]
"""Checked row by row: one wrong number does not refuse a list."""
ListFact = Annotated[str, BeforeValidator(_only_text), StringConstraints(max_length=1_000)]


class ListedPerson(Wire):
    identity_number: RawNumber
    fact: ListFact = ""


class NewComparisonList(Wire):
    """A batch of a department's list. The same batch key, or the same content, is the same list."""

    batch_key: Code
    as_of: Day
    rows: Annotated[list[ListedPerson], Field(min_length=1, max_length=20_000)]


class ListFault(Wire):
    row: int
    code: str


class ComparisonList(Wire):
    """What became of a list. A match is a suspicion that a village looks into."""

    id: str
    kind: str
    office: str
    division_code: str
    batch_key: str
    as_of: Day
    received_at: datetime
    reply_by: Day
    rows: int
    faulty: int
    repeated: int
    matched: int
    open: int
    answered: int
    closed: int
    confirmed: int
    refuted: int
    faults: list[ListFault]


class RowOutcome(Wire):
    """What a department may know of a row of its own list: that it led to a doubt, and how that ended."""

    row: int
    state: Literal["open", "answered", "closed"]
    outcome: Literal["confirmed", "refuted"] | None


class DoubtReply(Wire):
    outcome: Literal["confirmed", "refuted", "unclear"]
    note: Text


class DoubtClosing(Wire):
    outcome: Literal["confirmed", "refuted"]
    note: Text


class DoubtStep(Wire):
    step: Literal["reply", "close"]
    outcome: str
    note: str
    at: datetime
    by: str
    office: str


class ComparisonDoubt(Wire):
    id: int
    kind: str
    list_id: str
    household_id: str
    member_id: str
    village_code: str
    fact: str
    state: Literal["open", "answered", "closed"]
    reply_by: date
    overdue: bool
    steps: list[DoubtStep]


class ComparisonKind(Wire):
    code: str
    zh: str
    en: str
    sector: str
    source: str


class ComparisonKinds(Wire):
    items: list[ComparisonKind]
