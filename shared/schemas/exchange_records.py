"""Wire vocabulary between the gateway and the services: records given to departments, and what changed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shared.schemas.wire import Wire


class SharedRecord(Wire):
    """One record as a grant lets it be seen. Of a deleted one only the id, the version and the flag are told."""

    id: str
    version: int = Field(description="grows with every change of this record")
    deleted: bool = Field(description="no longer of what is shared: forget it")
    division_code: str | None
    fields: dict[str, Any]


class SharedRecords(Wire):
    """One page in the order of change; `next_cursor` goes on from here, now or another day, and is never null."""

    records: list[SharedRecord]
    next_cursor: str
    more: bool = Field(description="whether there is more to read already")


class Change(Wire):
    """That a record changed, and where it lies or lay: nothing of what it says."""

    id: str
    version: int
    division_code: str
    former_division_code: str | None = None


class Changes(Wire):
    changes: list[Change]
    next_cursor: str
    more: bool


class RecordPlace(Wire):
    """Where a record lies that the actor may see."""

    division_code: str
