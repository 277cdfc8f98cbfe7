"""Wire vocabulary between services: work a person began that nobody has finished."""

from __future__ import annotations

from pydantic import Field

from shared.schemas.wire import Wire


class WaitingItem(Wire):
    noun: str
    id: str
    state: str
    division_code: str


class WaitingWork(Wire):
    """The first of it, and how much there is."""

    items: list[WaitingItem]
    total: int = Field(description="all of it, listed or not")
