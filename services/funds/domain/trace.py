"""The walk as a graph: things money passed through, how much passed between them, and whether that adds up.

At every thing whose next things are all in the walk (`complete`), what came to it equals what left it and what still
stands there. What left is taken from the files, what stands there from the ledger, so that a link lost in either shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

MAX_NODES = 20_000
"""A walk that grows larger stops there and says so; the rest is asked for from a thing further down."""

Way = Literal["down", "back", "share"]
"""down: money handed on; back: money that came back to where it was taken from; share: a person's part of a batch."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing money passed through; `id` is its type and number, e.g. `receipt:7`."""

    type: str
    number: int
    label: str
    division_code: str
    amount_fen: int
    on: date | None
    state: str
    by: str
    decided_by: str | None = None
    decided_on: date | None = None
    decided_office: str | None = None

    @property
    def id(self) -> str:
        return f"{self.type}:{self.number}"

    @property
    def stands(self) -> bool:
        """Whether its money is in it: not refused, not taken back with the books it came by."""
        return self.state not in NOT_STANDING


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    amount_fen: int
    way: Way = "down"


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing at which what came (`due_fen`) is not what left and stands there (`found_fen`)."""

    node: str
    due_fen: int
    found_fen: int


ORDER = ("document", "line", "receipt", "recall", "allocation", "claim", "payment", "return", "batch", "grant")
NOT_STANDING = frozenset({"refused", "undone"})
HELD_IN = {
    "transit": "line", "receipt": "receipt", "recalling": "recall", "reserved": "allocation",
    "allocation": "allocation", "claim": "claim", "withheld": "claim", "in_flight": "payment", "paid": "payment",
    "batch": "batch", "batch_in_flight": "batch", "batch_paid": "batch",
}  # fmt: skip
"""Kind of ledger account -> type of the thing whose number owns it."""


@dataclass(slots=True)
class Walk:
    """Nodes and edges found so far; each stands once."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    """Things whose next things are all in the walk, or are counted in `hidden`."""
    hidden: dict[str, int] = field(default_factory=dict)
    """By thing: fen that went to things outside the reader's area."""
    holds: dict[str, dict[str, int]] = field(default_factory=dict)
    """By thing: fen that stand there now, by kind of account."""
    truncated: bool = False

    def add(self, node: Node) -> None:
        self.nodes.setdefault(node.id, node)

    def join(self, source: str, target: str, amount_fen: int, way: Way = "down") -> None:
        self.edges.setdefault((source, target), Edge(source, target, amount_fen, way))

    def take_out(self, gone: Iterable[str]) -> None:
        """These came by books that were undone: they are shown, and nothing is in them."""
        for name in gone:
            self.nodes[name] = replace(self.nodes[name], state="undone")

    def hide(self, node: str, amount_fen: int) -> None:
        self.hidden[node] = self.hidden.get(node, 0) + amount_fen

    def close(self, nodes: Iterable[str]) -> None:
        """Everything that follows these things was looked for; in a walk that was cut short nobody can say so."""
        if not self.truncated:
            self.complete.update(nodes)

    @property
    def room(self) -> int:
        """How many things more the walk may take in."""
        return max(MAX_NODES - len(self.nodes), 0)

    def ordered_nodes(self) -> list[Node]:
        """Nodes from the top of the walk to the payee, by type and number."""
        return sorted(self.nodes.values(), key=sort_key)

    def ordered_edges(self) -> list[Edge]:
        """Edges both of whose ends are in the walk."""
        found = [edge for edge in self.edges.values() if edge.source in self.nodes and edge.target in self.nodes]
        return sorted(found, key=lambda edge: (edge.source, edge.target))

    def differences(self) -> list[Difference]:
        """Complete things at which the sums do not agree; empty in good books."""
        came, left, shared = self._sums()
        found = []
        for name in sorted(self.complete & self.nodes.keys()):
            node = self.nodes[name]
            if not node.stands:
                continue
            due = node.amount_fen + came.get(name, 0)
            stands = left.get(name, 0) + sum(self.holds.get(name, {}).values()) + self.hidden.get(name, 0)
            if node.type == "grant":
                continue
            if due != stands:
                found.append(Difference(name, due, stands))
            elif name in shared and shared[name] + self.hidden.get(name, 0) != node.amount_fen:
                found.append(Difference(name, node.amount_fen, shared[name]))
        return found

    def _sums(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """By thing: what came back to it, what left it, what people's parts of it add up to."""
        came: dict[str, int] = defaultdict(int)
        left: dict[str, int] = defaultdict(int)
        shared: dict[str, int] = defaultdict(int)
        for edge in self.ordered_edges():
            if not (self.nodes[edge.target].stands and self.nodes[edge.source].stands):
                continue
            if edge.way == "share":
                shared[edge.source] += edge.amount_fen
                continue
            left[edge.source] += edge.amount_fen
            if edge.way == "back":
                came[edge.target] += edge.amount_fen
        return came, left, shared


def sort_key(node: Node) -> tuple[int, int]:
    """Where a thing stands in the order of a walk."""
    return ORDER.index(node.type), node.number
