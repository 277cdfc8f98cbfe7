"""Wire vocabulary of projects: parameters, code lists and chains."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, Text, Wire


class Parameter(Wire):
    """A number the policy leaves to place and year."""

    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str
    unit: str
    source: str


class NewParameter(Wire):
    """A new value for one's own area; the value before it ends on the day before `valid_from`."""

    key: Code
    division_code: DivisionCode
    valid_from: Day
    value: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,12}(\.[0-9]{1,8})?$", max_length=32)]
    source: Text


class CodeListItem(Wire):
    """A row of a code list; `valid_to` is null while it is open. Years for categories."""

    code: str
    label: str
    group: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    source: str


class CodeList(Wire):
    items: list[CodeListItem]


class ChainStep(Wire):
    """One step of the way into the library, for proposals of one level."""

    proposer_level: str
    seq: int
    step: str
    kind: Literal["notice", "decision", "filing"]
    level: str
    sectors: str
    permission: str
    to_state: str
    source: str


class ChecklistItem(Wire):
    step: str
    key: str
    label: str
    required: bool
    source: str


class Chains(Wire):
    steps: list[ChainStep]
    checklist: list[ChecklistItem]
