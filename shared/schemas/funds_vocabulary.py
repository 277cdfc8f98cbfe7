"""Wire vocabulary of funds: changes of what money is called and of what it must not be used for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, FundYear, LongText, Text, Wire

Direction = Annotated[Text, StringConstraints(pattern=r"^[^;]{1,100}$")]
"""Lists of directions are kept as one text parted by `;`."""


class ForbidUse(Wire):
    """A use is forbidden to a kind of money, or to all special money (`special`), in an area from a day on."""

    what: Literal["forbid_use"]
    division_code: DivisionCode
    fund_kind: Code
    use_code: Code
    valid_from: Day
    valid_to: Day | None = None
    source: Text


class EndForbiddenUse(Wire):
    """A ban that has no end gets one: `valid_to` is its last day."""

    what: Literal["end_forbidden_use"]
    division_code: DivisionCode
    fund_kind: Code
    use_code: Code
    valid_from: Day
    valid_to: Day
    source: Text


class EnterFundKindTerm(Wire):
    """What a kind of money is called in an area from a fund year on, and its directions then."""

    what: Literal["enter_fund_kind_term"]
    division_code: DivisionCode
    fund_kind: Code
    from_year: FundYear
    to_year: FundYear | None = None
    regime: Text
    label_zh: Text
    label_en: Text
    directions: list[Direction] = Field(max_length=50)
    fee_excluded: list[Direction] = Field(max_length=50)
    source: Text


class EndFundKindTerm(Wire):
    """A term that has no end gets one: `to_year` is its last fund year."""

    what: Literal["end_fund_kind_term"]
    division_code: DivisionCode
    fund_kind: Code
    from_year: FundYear
    to_year: FundYear
    source: Text


AnyChange = ForbidUse | EndForbiddenUse | EnterFundKindTerm | EndFundKindTerm
KINDS: dict[str, type[AnyChange]] = {
    "forbid_use": ForbidUse,
    "end_forbidden_use": EndForbiddenUse,
    "enter_fund_kind_term": EnterFundKindTerm,
    "end_fund_kind_term": EndFundKindTerm,
}


class NewVocabularyChange(Wire):
    change: Annotated[AnyChange, Field(discriminator="what")]


class NewVocabularyDecision(Wire):
    outcome: Literal["approve", "refuse"]
    opinion: LongText
    decided_on: Day


class VocabularyChange(Wire):
    """A change of the lists: proposed by one person, decided by another; the lists change with the approval."""

    change_id: int
    change: Annotated[AnyChange, Field(discriminator="what")]
    state: Literal["proposed", "approved", "refused"]
    entered_at: datetime
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
