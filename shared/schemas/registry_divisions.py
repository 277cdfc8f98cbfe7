"""Wire vocabulary of the registry: what offices ask and record of divisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from shared.schemas.registry import Division
from shared.schemas.wire import Code, Day, LongText, Text, Wire


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


AnyDivisionCode = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(pattern=r"^(00|[1-9][0-9]([0-9]{2}){0,2}|[1-9][0-9]{8}|[1-9][0-9]{11}|[1-9][0-9]{14})$"),
    WithJsonSchema(
        {"type": "string", "pattern": "^(\\d{2}|\\d{4}|\\d{6}|\\d{9}|\\d{12}|\\d{15})$", "examples": ["341622"]}
    ),
]
"""A division code of 2, 4, 6, 9 or 12 digits, or a natural village's of 15; 00 is the whole country."""
VillageCode = Annotated[
    str,
    BeforeValidator(_only_text),
    StringConstraints(pattern=r"^[1-9][0-9]{11}$"),
    WithJsonSchema({"type": "string", "pattern": "^\\d{12}$", "examples": ["341622102205"]}),
]
Level = Literal["province", "city", "county", "township", "village", "natural_village"]
ChangeKind = Literal["merge", "split", "rename", "recode", "abolish"]


class NewDivision(Wire):
    code: AnyDivisionCode
    name: Text


class DivisionLoad(Wire):
    """Divisions to add, with the source they were taken from."""

    divisions: Annotated[list[NewDivision], Field(min_length=1, max_length=5_000)]
    valid_from: Day
    source: Text


class DivisionLoaded(Wire):
    sent: int
    inserted: int


class DivisionLine(Division):
    """A division in a list. `kinds` are those of the day asked for."""

    name_pinyin: str
    name_initials: str
    kinds: list[str] = Field(default_factory=list)


class NewNaturalVillage(Wire):
    """A natural village of a village; its code is the village's and the next three digits."""

    name: Text
    valid_from: Day
    source: Text


class DivisionSuccessor(Wire):
    """A division after a change; `name` for one that is new (and the new name of a rename)."""

    code: AnyDivisionCode
    name: Text | None = None


class DivisionMove(Wire):
    """A division below one that closes, and its code from that day on; it keeps its name unless one is given."""

    code: AnyDivisionCode
    new_code: AnyDivisionCode
    name: Text | None = None


class NewDivisionChange(Wire):
    """A change as its paper states it; `on` is the first day of the new state.

    merge: to one successor, which may be one of the predecessors. split: one predecessor, which may stay as one of the
    successors. rename: the same code on both sides. recode: another code. abolish: no successor.

    Household files follow a village that is merged or gets another code, at once or, where there are many, in the
    background; where a village closes by a split, those whose natural village moves along.
    """

    kind: ChangeKind
    on: Day
    predecessors: Annotated[list[AnyDivisionCode], Field(min_length=1, max_length=100)]
    successors: Annotated[list[DivisionSuccessor], Field(max_length=100)] = []
    moves: Annotated[list[DivisionMove], Field(max_length=5_000)] = []
    source: Text
    reason: LongText


class DivisionChange(Wire):
    """A recorded change; `office` recorded it. `files` household files follow it to another code; `files_carried` of
    them have by now."""

    id: int
    kind: ChangeKind
    on: Day
    source: str
    reason: str
    office: str
    recorded_on: Day
    files: int = 0
    files_carried: int = 0


class DivisionChangeRecorded(DivisionChange):
    closed: list[str]
    created: list[str]


class RelatedDivision(Wire):
    """A predecessor or successor; `direct` is false when others lie between. `on` is the day of its own change."""

    code: str
    name: str
    kind: ChangeKind
    on: Day
    direct: bool


class FormerName(Wire):
    name: str
    valid_from: Day
    valid_to: Day


class NewDivisionKind(Wire):
    """The division is of this kind from a day on, by this paper."""

    kind: Code
    valid_from: Day
    source: Text


class DivisionKindEnd(Wire):
    """The kind's last day, and the paper that ends it."""

    valid_to: Day
    source: Text


class DivisionKindPeriod(Wire):
    """`valid_to` is the last day, null while it is open."""

    kind: str
    label: str
    valid_from: Day
    valid_to: Day | None
    source: str
    end_source: str | None


class DivisionKinds(Wire):
    """Kinds of one division on a day, codes of the list division_kind."""

    kinds: list[str]


class DivisionFile(DivisionLine):
    """All that is recorded of a division as of a day: its name and kinds on it, and what had happened until then.

    `state` on that day: `not_yet` before its first known day, `closed` after its last.
    """

    as_of: Day
    state: Literal["not_yet", "in_force", "closed"]
    former_names: list[FormerName]
    kind_periods: list[DivisionKindPeriod]
    changes: list[DivisionChange]
    predecessors: list[RelatedDivision]
    successors: list[RelatedDivision]
