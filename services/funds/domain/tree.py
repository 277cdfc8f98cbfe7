"""The tree of the money: at every node, year, kind and batch, received = kept + passed down + not yet allocated.

Received and passed down come from the papers (receipts, documents, recalls), kept and unallocated from the ledger's
accounts, so that the identity is a proof and not a subtraction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from services.funds.domain.divisions import LENGTHS


@dataclass(frozen=True, slots=True)
class Sums:
    """What a node did with its money, in fen."""

    received_fen: int = 0
    kept_fen: int = 0
    passed_down_fen: int = 0
    under_way_fen: int = 0
    proposed_fen: int = 0
    recalling_fen: int = 0
    free_fen: int = 0

    @property
    def unallocated_fen(self) -> int:
        """Neither with a project nor handed down: free, proposed, or about to be called back."""
        return self.free_fen + self.proposed_fen + self.recalling_fen

    @property
    def difference_fen(self) -> int:
        """0 where papers and ledger agree."""
        return self.received_fen - self.kept_fen - self.passed_down_fen - self.unallocated_fen

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(Sums)))


@dataclass(frozen=True, slots=True)
class Cell:
    """One receipt's sums, or those of one kind and batch of a node."""

    division_code: str
    fund_kind: str
    batch: str
    sums: Sums


@dataclass(slots=True)
class Node:
    """A division that holds money, with the nodes below it."""

    division_code: str
    cells: list[Cell]
    children: list[Node] = field(default_factory=list)

    @property
    def total(self) -> Sums:
        return sum((cell.sums for cell in self.cells), Sums())


def tree_of(cells: Iterable[Cell], area: str) -> Node:
    """The nodes of an area under its root, each under the nearest node above it. The root is there without money."""
    by_division: dict[str, dict[tuple[str, str], Sums]] = defaultdict(dict)
    for cell in cells:
        held = by_division[cell.division_code]
        held[cell.fund_kind, cell.batch] = held.get((cell.fund_kind, cell.batch), Sums()) + cell.sums
    nodes = {code: _node(code, held) for code, held in sorted(by_division.items(), key=lambda item: len(item[0]))}
    root = nodes.pop(area, None) or Node(area, [])
    known = {area: root}
    for code in sorted(nodes, key=lambda code: (len(code), code)):
        known[_above(code, area, known)].children.append(nodes[code])
        known[code] = nodes[code]
    return root


def _node(code: str, held: Mapping[tuple[str, str], Sums]) -> Node:
    return Node(code, [Cell(code, kind, batch, sums) for (kind, batch), sums in sorted(held.items())])


def _above(code: str, area: str, known: Mapping[str, Node]) -> str:
    """The nearest known division above."""
    for length in reversed(LENGTHS):
        if length < len(code) and code[:length] in known:
            return code[:length]
    return area


def walk(node: Node) -> Iterable[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def difference_of(root: Node) -> int:
    """Sum of what does not tie out anywhere, differences of either sign counted."""
    return sum(abs(cell.sums.difference_fen) for node in walk(root) for cell in node.cells)
