"""Wire vocabulary of the registry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.schemas.wire import Day, DivisionCode, Text, Wire


class NewDivision(Wire):
    code: DivisionCode
    name: Text


class DivisionLoad(Wire):
    """Divisions to add, with the source they were taken from."""

    divisions: Annotated[list[NewDivision], Field(min_length=1, max_length=5_000)]
    valid_from: Day
    source: Text


class DivisionLoaded(Wire):
    sent: int
    inserted: int


class Division(Wire):
    code: str
    level: str
    name: str
    parent_code: str
    valid_from: Day
    source: str
