"""The trails on the wire: what was done and read, and the checkpoints of the chain it is sealed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from shared.schemas.wire import Wire

Sort = Literal["read", "unmask", "export", "sign_in", "administration", "change"]


class TrailPlace(Wire):
    """A place in the order of entries: newest first, then by service, trail and id."""

    at: datetime
    service: str
    trail: str
    id: int


class TrailAsked(Wire):
    """What the gateway asks each service for. Without subjects, only acts of offices in the asker's area."""

    actor: str | None = None
    office: str | None = None
    subjects: list[str] = Field(default=[], max_length=1_000)
    seen: bool = Field(default=False, description="all subjects lie in the asker's area: acts of every office count")
    action: str | None = None
    sort: Sort | None = None
    trace_id: str | None = None
    area: str | None = None
    since: datetime
    until: datetime
    after: TrailPlace | None = None
    limit: int = Field(default=50, ge=1, le=201)


class TrailEntry(Wire):
    """One act: who did or read what, to whom, when and why."""

    service: str
    trail: str = Field(description="read, change or sign_in: the table it stands in")
    id: int
    at: datetime
    sort: Sort
    actor: str = Field(description="account; public for the anonymous, service:<name> for a service by itself")
    office: str
    action: str
    subjects: list[str] = Field(description="ids of those it is about, at most 200 of them")
    subject_count: int
    fields: str = Field(description="masked, clear, or which fields")
    purpose: str
    facts: dict[str, Any] = Field(description="permission, operation, fields shown, or what was changed")
    trace_id: str
    sequence: int | None = Field(description="its place in the chain; null while it is not sealed")


class HouseholdSubjects(Wire):
    """Under which ids a household and everybody who was ever in it stand on the trails."""

    household_no: str
    subjects: list[str]
    areas: list[str] = Field(default=[], description="the divisions it lies in: an export names what it was made of")


class SubjectsAsked(Wire):
    """Ids of households and people as they stand on the trails."""

    subjects: list[str] = Field(max_length=1_000)


class TrailEntries(Wire):
    """One service's page."""

    items: list[TrailEntry]


class TrailCheckpoint(Wire):
    """The chain's end at a moment, signed by the service."""

    sequence: int
    at: datetime
    signed: str = Field(description="compact JWS; keys in /.well-known/trail-keys.json")
