"""Wire vocabulary of what funds ask the registry before they pay people: who may be paid, and by which facts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.schemas.registry import IdentityText, PersonId
from shared.schemas.wire import Code, Day, DivisionCode, Wire

MAX_PEOPLE = 5_000
"""The most people asked for in one question; who asks of more asks several times."""

FactValue = bool | int | str | list[str] | dict[str, str] | None
"""A fact as the register has it: a code of its list, a count, yes or no, days by household; null where the file
does not say."""


class PersonAsked(Wire):
    """One person, by identity number or by the id an earlier answer gave; `ref` is the asker's own mark and
    comes back with the answer."""

    ref: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
    identity_number: IdentityText | None = None
    person_id: PersonId | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.identity_number is None) == (self.person_id is None):
            raise ValueError("either identity_number or person_id")
        return self


class EligibilityQuestion(Wire):
    """Who of these people is on the register on a day, and which of the facts named hold for them now?"""

    on: Day
    facts: Annotated[list[Code], Field(max_length=40)] = []
    people: Annotated[list[PersonAsked], Field(min_length=1, max_length=MAX_PEOPLE)]


EligibilityStatus = Literal["eligible", "not_registered", "exited", "dead", "removed"]


class EligibilityAnswer(Wire):
    """The ids are null unless the person is on the register and in the asker's scope; only facts asked for are told."""

    ref: str
    status: EligibilityStatus
    person_id: str | None = None
    household_id: str | None = None
    division_code: str | None = None
    name_masked: str | None = None
    household_version: int | None = None
    facts: dict[str, FactValue] = {}


class EligibilityAnswers(Wire):
    answers: list[EligibilityAnswer]


class FactTest(Wire):
    """What a fact must be: one of these codes (`true` and `false` for yes and no), or a number from low to high."""

    fact: Code
    values: Annotated[list[Code], Field(max_length=40)] = []
    low: int | None = None
    high: int | None = None


class MatchingQuestion(Wire):
    """Who on the register of an area, of these standings, meets all these tests? Pages of `limit` after the person
    `after`."""

    on: Day
    statuses: Annotated[list[Literal["eligible", "exited"]], Field(min_length=1, max_length=2)] = ["eligible"]
    division_code: DivisionCode
    tests: Annotated[list[FactTest], Field(max_length=20)]
    facts: Annotated[list[Code], Field(max_length=40)] = []
    after: PersonId | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PEOPLE)] = 1_000


class MatchingAnswers(Wire):
    """People by their row's id, `ref`; where there are more, `next_after` is what to ask on with."""

    answers: list[EligibilityAnswer]
    next_after: str | None = None
