"""What becomes of divisions: merge, split, rename, new code, abolition; planned from the paper, then checked.

The day of a change is the first day of the new state: what closes had its last day the day before. A closed code is
never opened again, so that whoever still bears it can always be told what followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from services.registry.domain import refusals
from services.registry.domain.divisions import level_of, parent_of

Kind = Literal["merge", "split", "rename", "recode", "abolish"]


@dataclass(frozen=True, slots=True)
class Successor:
    """A division after the change; `name` is None for one that exists."""

    code: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """A division below one that closes gets a new code; `name` is None where it keeps its name."""

    code: str
    new_code: str
    name: str | None = None


class Standing(Protocol):
    """A division as it is stored; `named_from` is since when it has its name."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def named_from(self) -> date: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change does. `links` are (predecessor, successor); `renamed` is the new name by code."""

    kind: Kind
    on: date
    closed: tuple[str, ...]
    successors: tuple[Successor, ...]
    moves: tuple[Move, ...]
    links: tuple[tuple[str, str], ...]
    renamed: Mapping[str, str] = field(default_factory=dict)

    def codes(self) -> set[str]:
        """Every code the change speaks of."""
        moved = {code for move in self.moves for code in (move.code, move.new_code)}
        return {*self.closed, *moved, *(one.code for one in self.successors), *self.renamed}

    def new_codes(self) -> set[str]:
        return {*(one.code for one in self.successors), *(move.new_code for move in self.moves)}

    def parents(self) -> set[str]:
        """The divisions above what the change may create."""
        return {parent_of(code) for code in self.new_codes()} - {""}


def plan_of(
    kind: Kind, on: date, predecessors: Sequence[str], successors: Sequence[Successor], moves: Sequence[Move]
) -> Plan:
    """The change a paper states, its shape checked; nothing is known yet of the divisions it names."""
    after = [one.code for one in successors]
    _require_shape(kind, predecessors, after)
    if len({level_of(code) for code in (*predecessors, *after)}) != 1:
        raise refusals.DivisionLevelDiffers(pointer="/successors")
    if kind == "rename":
        name = successors[0].name
        if name is None:
            raise refusals.DivisionNameNeeded(pointer="/successors/0/name")
        if moves:
            raise refusals.DivisionMoveWrong(pointer="/moves/0")
        return Plan(kind, on, (), (), (), (), {predecessors[0]: name})
    closed = tuple(code for code in predecessors if code not in after)
    _require_moves(closed, after, moves)
    links = [(old, new) for old in predecessors for new in after if old != new]
    links += [(move.code, move.new_code) for move in moves]
    return Plan(kind, on, closed, tuple(successors), tuple(moves), tuple(links))


def _require_shape(kind: Kind, before: Sequence[str], after: Sequence[str]) -> None:
    distinct = len(set(before)) == len(before) and len(set(after)) == len(after)
    fits = {
        "merge": len(after) == 1 and len(set(before) - set(after)) >= 1 and len(before) >= 1,
        "split": len(before) == 1 and len(after) >= 2,
        "rename": len(before) == 1 and list(before) == list(after),
        "recode": len(before) == 1 and len(after) == 1 and before[0] != after[0],
        "abolish": not after,
    }
    if not (distinct and before and fits[kind]):
        raise refusals.DivisionChangeShape(pointer="/successors")


def _require_moves(closed: Sequence[str], after: Sequence[str], moves: Sequence[Move]) -> None:
    """Each lies below what closes and goes below what follows, within its level; no code is both left and taken."""
    leaving = {*closed, *(move.code for move in moves)}
    seen: set[str] = set()
    for index, move in enumerate(moves):
        pointer = f"/moves/{index}"
        if level_of(move.code) != level_of(move.new_code):
            raise refusals.DivisionLevelDiffers(pointer=f"{pointer}/new_code")
        if move.new_code in leaving:
            raise refusals.DivisionCycle(pointer=f"{pointer}/new_code")
        if not (_below(move.code, closed) and _below(move.new_code, after)) or seen & {move.code, move.new_code}:
            raise refusals.DivisionMoveWrong(pointer=pointer)
        seen |= {move.code, move.new_code}


def _below(code: str, areas: Iterable[str]) -> bool:
    return any(code != area and code.startswith(area) for area in areas)


def require_possible(plan: Plan, present: Mapping[str, Standing], open_below: Iterable[str]) -> None:
    """Refuse a change that the divisions as they stand do not allow.

    `present` holds those of the plan's codes and parents that exist, `open_below` the open divisions below what closes.
    """
    for pointer, code in _leaving(plan):
        _require_open(present, code, pointer)
        if present[code].valid_from >= plan.on:
            raise refusals.DivisionDays()
    for code, name in plan.renamed.items():
        if present[code].name == name:
            raise refusals.DivisionNameSame()
        if present[code].named_from >= plan.on:
            raise refusals.DivisionDays()
    for index, successor in enumerate(plan.successors):
        _require_successor(plan, successor, present, f"/successors/{index}")
    for index, move in enumerate(plan.moves):
        if move.new_code in present:
            raise refusals.DivisionCodeTaken(pointer=f"/moves/{index}/new_code")
    _require_parents(plan, present)
    staying = set(open_below) - {move.code for move in plan.moves}
    if staying:
        raise refusals.DivisionHasChildren(open_children=len(staying))


def _leaving(plan: Plan) -> Iterable[tuple[str, str]]:
    """Where the request names them, and the codes of what exists before: what closes, splits, moves or is renamed."""
    moving = {move.code for move in plan.moves}
    before = {*plan.closed, *plan.renamed, *(old for old, _ in plan.links)} - moving
    yield from (("/predecessors", code) for code in sorted(before))
    yield from ((f"/moves/{index}/code", move.code) for index, move in enumerate(plan.moves))


def _require_open(present: Mapping[str, Standing], code: str, pointer: str) -> None:
    if code not in present:
        raise refusals.DivisionUnknown(pointer=pointer)
    if present[code].valid_to is not None:
        raise refusals.DivisionClosed(pointer=pointer)


def _require_successor(plan: Plan, successor: Successor, present: Mapping[str, Standing], pointer: str) -> None:
    there = present.get(successor.code)
    if there is None:
        if successor.name is None:
            raise refusals.DivisionNameNeeded(pointer=f"{pointer}/name")
        return
    _require_open(present, successor.code, f"{pointer}/code")
    if plan.kind == "recode":
        raise refusals.DivisionCodeTaken(pointer=f"{pointer}/code")
    if there.valid_from > plan.on:
        raise refusals.DivisionDays()
    if successor.name not in (None, there.name):
        raise refusals.DivisionNameDiffers(pointer=f"{pointer}/name")


def _require_parents(plan: Plan, present: Mapping[str, Standing]) -> None:
    """What is created lies below an open division, one that stays or is created by the same change."""
    made = {code for code in plan.new_codes() if code not in present}
    closing = {*plan.closed, *(move.code for move in plan.moves)}
    for code in sorted(made):
        parent = parent_of(code)
        if not parent or parent in made:
            continue
        if parent not in present:
            raise refusals.DivisionParentWrong(pointer="/successors", parent=parent)
        if present[parent].valid_to is not None or parent in closing:
            raise refusals.DivisionClosed(pointer="/successors")
        if present[parent].valid_from > plan.on:
            raise refusals.DivisionDays()
