"""Wire vocabulary of funds: programmes, their tables of amounts and what excludes what."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.schemas.wire import Wire


class ProgrammeAmount(Wire):
    """A row of a programme's table of amounts; the first whose conditions are met holds."""

    number: int
    conditions: str
    per_person: bool = Field(description="times the people of the household")
    min_fen: int
    max_fen: int
    source: str


class ProgrammeExclusion(Wire):
    """A group of programmes of which one person or household has one in a period, a year or ever."""

    group_code: str
    subject: str
    span: str
    label_zh: str
    label_en: str
    source: str


class Programme(Wire):
    """A kind of grant to people as it holds in an area from a day on."""

    code: str
    division_code: str
    valid_from: date
    valid_to: date | None
    label_zh: str
    label_en: str
    period_kind: str
    once_per: str
    statuses: list[str] = Field(description="standings on the register that may have it")
    conditions: str = Field(description="fact=value|value;fact=low..high, all of them")
    payee: str
    min_fen: int
    max_fen: int
    person_year_cap_fen: int | None
    household_year_cap_fen: int | None
    computable: bool = Field(description="whether who is entitled follows from the conditions alone")
    amounts: list[ProgrammeAmount]
    exclusions: list[ProgrammeExclusion]
    source: str


class Programmes(Wire):
    items: list[Programme]
