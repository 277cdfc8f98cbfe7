"""The protocol of two-service operations as a model small enough to search whole.

One receipt holds money for one operation, one plan line has room for one; up to two operations compete. A state is what
both databases hold, what is under way between them, what is left of the faults allowed, and what each client was told.
Every step any part may take next is tried, in every order: messages are lost, doubled and overtake each other, either
service crashes between any two of its steps, deadlines pass at any time. `breaches` says what a state must never show.

The three designs that fail stand beside the one that is shipped, so that the search can show it sees their faults.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Design = Literal["shipped", "commit_after_call", "expiry_by_clock", "unrecorded_refusal"]

NONE, RESERVED, POSTED, VOIDED, REFUSED = "-", "reserved", "posted", "voided", "refused"
FUNDED, NO, TOMBSTONE = "funded", "refused", "tombstone"
UNKNOWN, TOLD_OK, TOLD_NO = "unknown", "ok", "no"


class Limits(NamedTuple):
    """How many faults a run may hold."""

    operations: int = 2
    losses: int = 1
    repeats: int = 1
    crashes: int = 1
    changes: int = 2
    """How often the project may stop, or go on again, while operations are under way."""


class Op(NamedTuple):
    """One operation on both sides. `asking`: funds' process holds it in memory, waiting for the answer."""

    funds: str = NONE
    projects: str = NONE
    asking: bool = False
    late: bool = False
    told: str = UNKNOWN


class State(NamedTuple):
    ops: tuple[Op, ...]
    money: int
    """What the receipt still has; each operation wants 1."""
    funded: int
    """What projects gave of the plan line, which has room for 1."""
    stopped: bool
    wire: tuple[tuple[str, int, str], ...]
    """Messages on their way, sorted: they may arrive in any order. (kind, operation, decision)"""
    left: Limits = Limits()


def start(limits: Limits) -> State:
    return State((Op(),) * limits.operations, 1, 0, False, (), limits)


def steps(state: State, design: Design) -> Iterator[tuple[str, State]]:
    """Every state that may follow, with the name of the step."""
    for index, op in enumerate(state.ops):
        yield from _funds_steps(state, index, op, design)
    yield from _deliveries(state, design)
    yield from _faults(state, design)


def _funds_steps(state: State, index: int, op: Op, design: Design) -> Iterator[tuple[str, State]]:
    if op.funds == NONE and op.told == UNKNOWN and not op.asking:
        yield from _begin(state, index, op, design)
    if op.funds == RESERVED and not op.asking:
        # The sweeper: whoever finds the row may ask again, and after the deadline asks to give up.
        ask = "abort" if op.late and design != "expiry_by_clock" else "fund"
        if not _on_wire(state, index):
            yield f"resend {index}", _send(state, ask, index)
    if op.funds == RESERVED and not op.late:
        yield f"deadline {index}", _with(state, index, op._replace(late=True))
    if design == "expiry_by_clock" and op.funds == RESERVED and op.late:
        voided = op._replace(funds=VOIDED, asking=False, told=op.told if op.told != UNKNOWN else TOLD_NO)
        yield f"expire {index}", _with(state, index, voided)._replace(money=state.money + 1)


def _begin(state: State, index: int, op: Op, design: Design) -> Iterator[tuple[str, State]]:
    if design == "commit_after_call":
        # Nothing is stored before the call: only the process knows that it asked.
        yield f"call {index}", _send(_with(state, index, op._replace(asking=True)), "fund", index)
    elif state.money < 1:
        yield f"refuse {index}", _with(state, index, op._replace(funds=REFUSED, told=TOLD_NO))
    else:
        held = op._replace(funds=RESERVED, asking=True)
        yield f"reserve {index}", _send(_with(state, index, held)._replace(money=state.money - 1), "fund", index)


def _deliveries(state: State, design: Design) -> Iterator[tuple[str, State]]:
    for message in dict.fromkeys(state.wire):
        kind, index, decision = message
        rest = list(state.wire)
        rest.remove(message)
        after = state._replace(wire=tuple(rest))
        if kind == "answer":
            yield f"answer {index} {decision}", _settle(after, index, decision, design)
        else:
            yield f"{kind} {index}", _decide(after, kind, index, design)


def _decide(state: State, kind: str, index: int, design: Design) -> State:
    """Projects' one transaction: what is decided is repeated, what is not is decided now."""
    op = state.ops[index]
    decision = op.projects
    if decision == NONE:
        asked = NO if state.stopped or state.funded >= 1 else FUNDED
        decision = TOMBSTONE if kind == "abort" else asked
        if not (design == "unrecorded_refusal" and decision == NO):
            state = _with(state, index, op._replace(projects=decision))
        if decision == FUNDED:
            state = state._replace(funded=state.funded + 1)
    return _send(state, "answer", index, decision)


def _settle(state: State, index: int, decision: str, design: Design) -> State:
    """Funds' last transaction: post or void once, and the client reads the stored answer."""
    op = state.ops[index]
    if design == "commit_after_call":
        if not op.asking:
            return state
        if decision == FUNDED and state.money >= 1:
            return _with(state, index, op._replace(funds=POSTED, asking=False, told=TOLD_OK))._replace(
                money=state.money - 1
            )
        return _with(state, index, op._replace(funds=REFUSED, asking=False, told=TOLD_NO))
    if op.funds != RESERVED:
        return state
    if decision == FUNDED:
        return _with(state, index, op._replace(funds=POSTED, asking=False, told=TOLD_OK))
    end = REFUSED if decision == NO else VOIDED
    return _with(state, index, op._replace(funds=end, asking=False, told=TOLD_NO))._replace(money=state.money + 1)


def _faults(state: State, design: Design) -> Iterator[tuple[str, State]]:
    left = state.left
    for message in dict.fromkeys(state.wire):
        if left.losses:
            rest = list(state.wire)
            rest.remove(message)
            yield "lose", state._replace(wire=tuple(rest), left=left._replace(losses=left.losses - 1))
        if left.repeats:
            doubled = tuple(sorted((*state.wire, message)))
            yield "double", state._replace(wire=doubled, left=left._replace(repeats=left.repeats - 1))
    if left.crashes:
        # A crash of funds forgets what only its memory held; what projects hold is stored or not decided.
        after = state._replace(left=left._replace(crashes=left.crashes - 1))
        yield "crash", after._replace(ops=tuple(_forget(op) for op in after.ops))
    if left.changes:
        yield "change", state._replace(stopped=not state.stopped, left=left._replace(changes=left.changes - 1))
    for index, op in enumerate(state.ops):
        if op.asking and op.funds == RESERVED and not _on_wire(state, index):
            # The request waited long enough and answered 202: the sweeper goes on.
            yield f"answer 202 {index}", _with(state, index, op._replace(asking=False))


def _forget(op: Op) -> Op:
    return op._replace(asking=False)


def _on_wire(state: State, index: int) -> bool:
    return sum(1 for _, about, _ in state.wire if about == index) >= 2


def _send(state: State, kind: str, index: int, decision: str = "") -> State:
    return state._replace(wire=tuple(sorted((*state.wire, (kind, index, decision)))))


def _with(state: State, index: int, op: Op) -> State:
    return state._replace(ops=(*state.ops[:index], op, *state.ops[index + 1 :]))


def breaches(state: State) -> list[str]:
    """What must hold in every state that can be reached."""
    found = []
    posted = sum(op.funds == POSTED for op in state.ops)
    held = sum(op.funds in (RESERVED, POSTED) for op in state.ops)
    if state.money + held != 1 or state.money < 0:
        found.append("money came into being or was lost")
    if state.funded > 1:
        found.append("the plan line was exceeded")
    if posted > 1:
        found.append("the same money was given twice")
    for op in state.ops:
        if op.funds in (VOIDED, REFUSED) and op.projects == FUNDED:
            found.append("the money went back while the project was funded")
        if op.funds == POSTED and op.projects != FUNDED:
            found.append("money was given to a project that was not funded")
        if op.told == TOLD_OK and op.funds != POSTED:
            found.append("what was acknowledged is not there")
        if op.told == TOLD_NO and (op.funds == POSTED or op.projects == FUNDED):
            found.append("what was refused happened")
    return found


def unfinished(state: State) -> list[str]:
    """What must not be left when no message is on its way and nothing but faults could still happen."""
    return [
        f"operation {index} stays half done"
        for index, op in enumerate(state.ops)
        if op.funds == RESERVED or (op.projects == FUNDED and op.funds != POSTED)
    ]


@dataclass(slots=True)
class Found:
    """What a search saw."""

    states: int = 0
    breaches: dict[str, list[str]] = field(default_factory=dict)
    """Each breach with the shortest way to it."""


def search(design: Design, limits: Limits, most: int = 2_000_000, until: str | None = None) -> Found:
    """Breadth first through every state that can be reached; the ways to breaches are the shortest there are.

    With `until` it stops once that breach is found.
    """
    first = start(limits)
    came: dict[State, tuple[State, str] | None] = {first: None}
    queue = deque([first])
    found = Found()
    while queue:
        state = queue.popleft()
        found.states += 1
        if found.states > most:
            raise RuntimeError("the model is too large to be searched whole")
        faults = breaches(state)
        following = [] if faults else list(steps(state, design))
        if not faults and not _can_go_on(following):
            faults = unfinished(state)
        for fault in faults:
            found.breaches.setdefault(fault, _way(came, state))
        if until in found.breaches:
            return found
        for name, after in following:
            if after not in came:
                came[after] = (state, name)
                queue.append(after)
    return found


def _can_go_on(following: list[tuple[str, State]]) -> bool:
    """Whether anything but a fault can happen next."""
    return any(not name.startswith(("lose", "double", "crash", "change")) for name, _ in following)


def _way(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    names = []
    step = came[state]
    while step is not None:
        names.append(step[1])
        step = came[step[0]]
    return names[::-1]
