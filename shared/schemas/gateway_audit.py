"""Searching what was done and read, over all services."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from shared.schemas.trail import TrailEntry
from shared.schemas.wire import Wire


class AuditEntry(TrailEntry):
    """An act, with the names of who did it as they are now."""

    actor_name: str | None = Field(description="of the person behind the account")
    office_name: str | None
    text: str = Field(description="what happened, as a sentence to read")


class AuditEntries(Wire):
    """A page of entries, newest first. Not complete while a service is away: ask again for what is missing."""

    items: list[AuditEntry]
    next_cursor: str | None = None
    complete: bool
    missing: list[str] = Field(description="services that did not answer")


class Reader(Wire):
    """One look at a household's file, or one thing done to it."""

    at: datetime
    actor_name: str | None
    office_name: str | None
    what: str
    fields: str = Field(description="how much was to be seen, and of what")
    purpose: str
    text: str
    service: str
    trace_id: str


class HouseholdReaders(Wire):
    """Who looked at the file of a household and its people, newest first."""

    household_id: str
    household_no: str
    items: list[Reader]
    next_cursor: str | None = None
    complete: bool
    missing: list[str]
