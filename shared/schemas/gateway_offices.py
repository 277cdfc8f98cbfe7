"""Wire vocabulary of the gateway: what becomes of offices. Renamed, closed, taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.gateway import AccountId, OfficeCode, Roles
from shared.schemas.wire import Day, Text, Wire


class OfficeRenaming(Wire):
    """A new name for the same body; needs If-Match."""

    name: Text
    reason: Text


class OfficeClosing(Wire):
    """The end of an office nobody takes over from; needs If-Match."""

    last_day: Day
    reason: Text


class OfficeVersion(Wire):
    version: int
    kind: str = Field(description="created, renamed, closed or succeeded")
    name: str
    valid_from: Day
    valid_to: Day | None
    reason: str
    at: datetime
    by: str


class OfficeHistory(Wire):
    """An office from its first day, and its neighbours in time."""

    code: str
    versions: list[OfficeVersion]
    predecessors: list[str]
    successors: list[str]


class AccountPlace(Wire):
    """Where an account of a predecessor goes, and with which roles when not with its own."""

    account: AccountId
    office: OfficeCode
    roles: Roles | None = None


class NewSuccession(Wire):
    """Offices that others take over from. Every open account goes to a successor, with its versions kept."""

    kind: Literal["merge", "split", "replace"]
    predecessors: Annotated[list[OfficeCode], Field(min_length=1, max_length=20)]
    successors: Annotated[list[OfficeCode], Field(min_length=1, max_length=20)]
    effective_on: Day = Field(description="the successors' first day; today or a day gone by")
    document_no: Text | None = None
    reason: Text
    accounts: Annotated[list[AccountPlace], Field(max_length=2000)] = Field(
        default=[], description="needed for every open account when there are several successors"
    )


class MovedAccount(Wire):
    account: str
    from_office: str
    to_office: str
    version: int


class Succession(Wire):
    id: str
    kind: str
    effective_on: Day
    document_no: str
    reason: str
    predecessors: list[str]
    successors: list[str]
    moved: list[MovedAccount]
    at: datetime
    by: str
