"""Wire vocabulary of the walk: things money passed through, what passed between them, whether it adds up."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.wire import Wire


class TraceDecision(Wire):
    """One step decided on a thing, with the words of who decided."""

    step: str
    outcome: str
    opinion: str
    decided_on: date
    decided_by: str
    decided_office: str


class TraceNode(Wire):
    """A thing money passed through, e.g. `receipt:7`."""

    id: str
    type: str
    label: str
    division_code: str
    amount_fen: int
    on: date | None
    state: str
    by: str = Field(description="account that entered it")
    decided_by: str | None
    decided_on: date | None
    decided_office: str | None
    stands: bool = Field(description="false for what was refused or undone: no money is in it")
    holds: dict[str, int] = Field(description="fen standing here now by kind of ledger account")
    hidden_fen: int = Field(description="handed on to things outside the reader's area")
    complete: bool = Field(description="whether everything that follows it is in the walk")
    book_import_id: int | None = Field(description="the opening books it came by")
    decisions: list[TraceDecision]


class TraceEdge(Wire):
    """Money that passed from one thing to another. `back`: it came back; `share`: a person's part of a batch."""

    source: str
    target: str
    amount_fen: int
    way: Literal["down", "back", "share"]


class TraceDifference(Wire):
    """A complete thing at which what came is not what left and stands there."""

    node: str
    due_fen: int
    found_fen: int


class Trace(Wire):
    """A walk, page by page: nodes in the order of the money, with the edges that end in them.

    `truncated`: the walk was cut short at its largest size; ask again from a thing further down.
    """

    start: str
    nodes: list[TraceNode]
    edges: list[TraceEdge]
    nodes_total: int
    differences: list[TraceDifference] = Field(description="of the whole walk; empty while the books are good")
    truncated: bool
    next_cursor: str | None = None
