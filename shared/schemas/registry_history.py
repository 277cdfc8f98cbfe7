"""Wire vocabulary of the history of household files: who changed what, when and why, and since when it is true."""

from __future__ import annotations

from pydantic import Field

from shared.schemas.wire import Day, Wire

FactValue = bool | int | str | list[str] | dict[str, int]


class FactShown(Wire):
    """A value before or after a change: money in fen, codes with their labels, a protected value masked."""

    value: FactValue
    label: str | None = Field(default=None, description="the labels of codes; 是 or 否")


class FieldChange(Wire):
    """One field that changed. `before` or `after` is null where nothing was stated, and for health."""

    pointer: str
    name: str
    label: str
    member_id: str | None
    member_name: str | None
    protected: bool = Field(description="the values are masked, or not shown at all")
    before: FactShown | None
    after: FactShown | None


class HouseholdEvent(Wire):
    """Something done to a file: which version came of it, who did it, when and why, and what it changed."""

    version: int
    kind: str
    at: str
    on: Day
    true_from: Day | None = Field(description="since when it is true; null for an event without a version of its own")
    by: str = Field(description="account of who did it; `account_name_list` tells whose it is")
    office: str
    office_name: str | None
    reason: str
    identification_id: str | None
    correction_id: str | None
    natural_change_id: str | None = None
    division_change_id: int | None = Field(default=None, description="the change of divisions the file followed")
    changed: list[str] = Field(description="JSON pointers of the fields that changed; never their values")
    fields: list[FieldChange] = Field(description="the fields that changed, readable; empty for the first version")


class HouseholdHistory(Wire):
    """Events of a file, oldest first."""

    id: str
    household_no: str
    events: list[HouseholdEvent]
    next_cursor: str | None = None


class FactSince(Wire):
    """Since when a field of a file is as it is, and since when the office knows it. Never its value."""

    pointer: str
    name: str
    label: str
    member_id: str | None
    true_from: Day
    known_since: Day
    version: int


class HouseholdFacts(Wire):
    """Every field a file states on the day `true_on`, as known at the end of `known_on`."""

    id: str
    household_no: str
    known_on: Day
    true_on: Day
    items: list[FactSince]
