"""The walk as a graph: things money passed through, and how much passed between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


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


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    amount_fen: int


ORDER = ("document", "line", "receipt", "allocation", "claim", "payment", "batch", "grant")


@dataclass(slots=True)
class Walk:
    """Nodes and edges found so far; each stands once."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        self.nodes.setdefault(node.id, node)

    def join(self, source: str, target: str, amount_fen: int) -> None:
        self.edges.setdefault((source, target), Edge(source, target, amount_fen))

    def ordered_nodes(self) -> list[Node]:
        """Nodes from the top of the walk to the payee, by type and number."""
        return sorted(self.nodes.values(), key=lambda node: (ORDER.index(node.type), node.number))

    def ordered_edges(self) -> list[Edge]:
        """Edges both of whose ends are in the walk."""
        found = [edge for edge in self.edges.values() if edge.source in self.nodes and edge.target in self.nodes]
        return sorted(found, key=lambda edge: (edge.source, edge.target))
