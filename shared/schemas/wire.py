"""Shapes every service shares on the wire: strict values, pages, problems.

No coercion: a number in quotes is not a number, a number is not a date, unknown members are refused.
Text is NFC, without control, bidirectional or zero-width characters; digits are ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from shared.texts import person_name

MAX_FEN = 10**15
"""The largest single amount, in fen (ten thousand billion yuan)."""


class Wire(BaseModel):
    """A request or answer body. Unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


_FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_paragraphs(value: str) -> str:
    """As clean_text, with line breaks allowed."""
    return "\n".join(clean_text(line) for line in value.replace("\r\n", "\n").split("\n"))


def clean_text(value: str) -> str:
    """Return NFC text with outer blanks cut; refuse what a person cannot see or type."""
    value = unicodedata.normalize("NFC", value).strip()
    for character in value:
        if unicodedata.category(character) in _FORBIDDEN_CATEGORIES:
            raise ValueError("text holds a character that is not allowed")
        if character.isdigit() and not character.isascii():
            raise ValueError("digits must be ASCII")
    return value


def clean_name(value: str) -> str:
    """As clean_text, with the dots of minority names unified to U+00B7 and no blanks between single characters."""
    return person_name(clean_text(value))


def _only_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("must not be blank")
    return value


def _iso_day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("must be a date YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("no such day in the calendar") from error


def _sane_day(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise ValueError("the date is absurd")
    return value


Text = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(clean_text),
    AfterValidator(_not_blank),
]
LongText = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(min_length=1, max_length=4000),
    AfterValidator(clean_paragraphs),
    AfterValidator(_not_blank),
]
PersonName = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(min_length=1, max_length=50),
    AfterValidator(clean_name),
    AfterValidator(_not_blank),
]
Code = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
DivisionCode = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(pattern=r"^(00|[1-9][0-9]|[1-9][0-9]{3}|[1-9][0-9]{5}|[1-9][0-9]{8}|[1-9][0-9]{11})$"),
    WithJsonSchema({"type": "string", "pattern": "^(\\d{2}|\\d{4}|\\d{6}|\\d{9}|\\d{12})$", "examples": ["341622"]}),
]
"""A division code of 2, 4, 6, 9 or 12 digits; 00 is the whole country."""
Sha256 = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, BeforeValidator(_iso_day), AfterValidator(_sane_day)]
"""A calendar day of the office, YYYY-MM-DD and nothing else."""
Fen = Annotated[int, Field(strict=True, ge=1, le=MAX_FEN)]
"""An amount of money in fen, at least one."""
FenOrZero = Annotated[int, Field(strict=True, ge=0, le=MAX_FEN)]
FundYear = Annotated[int, Field(strict=True, ge=2000, le=2100)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Flag = Annotated[bool, Field(strict=True)]
RateText = Annotated[
    str, BeforeValidator(_only_text), StringConstraints(pattern=r"^(0(\.[0-9]{1,18})?|1(\.0{1,18})?)$")
]
"""A rate between 0 and 1 as a decimal string."""

Item = TypeVar("Item")


class Page(Wire, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None = None
    count: int | None = Field(default=None, description="only when asked for with ?count=exact")


class CodeLabel(Wire):
    """A value of a national code list with its label."""

    code: str
    label: str


class ProblemError(Wire):
    """One fault, and the JSON pointer of the field it is about."""

    pointer: str
    code: str
    title: str


class Problem(Wire):
    """RFC 9457 problem details. Never repeats what was sent."""

    type: str
    title: str
    status: int
    code: str
    titles: dict[str, str] = Field(description="the title in zh and en")
    detail: str | None = None
    facts: dict[str, int | str] = Field(default_factory=dict)
    errors: list[ProblemError] = Field(default_factory=list)
    trace_id: str


class Operation(Wire):
    """What became of a keyed request. `status` and `body` are its answer, once there is one."""

    operation: str
    state: Literal["in_flight", "done", "not_carried_out"] = Field(
        description="not_carried_out: nothing was done, and the same request may be sent again with the same key"
    )
    status: int | None
    body: str | None


class Event(Wire):
    """A fact told to another service: CloudEvents 1.0, structured JSON."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    sequence: int
    time: str
    data: dict[str, Any]
