"""The unspent money of an area piece by piece, each with the days it can reach its payee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.funds.domain.delays import RESPONSIBLE, Waiting
from services.funds.domain.forecast import Piece
from services.funds.domain.lead_times import BUILDING, Timing, steps_from
from services.funds.domain.payment_stages import Contract, parts_by_stage
from services.funds.domain.progress import Counted

UNALLOCATED = {
    "receipt_registration": "on_the_way",
    "allocation": "unallocated",
    "allocation_decision": "proposed",
    "recall_decision": "recalled",
}
RETENTION = frozenset({"retention_due", "retention_not_due"})
FILED = {"claim_review": "in_review", "payment": "approved"}


@dataclass(frozen=True, slots=True)
class Funded:
    """What a forecast knows of a project. `claimed_fen`: claimed on its contract so far, less what came back."""

    name: str
    office: str
    office_name: str
    purpose: str
    contract: Contract
    claimed_fen: int
    planned_end_on: date | None


@dataclass(frozen=True, slots=True)
class Held:
    """Retention of one claim; `due_on` None while its project is not accepted."""

    claim_id: int
    project_code: str
    division_code: str
    fund_kind: str
    amount_fen: int
    due_on: date | None


def pieces_of(
    waiting: Iterable[Waiting],
    held: Iterable[Held],
    to_be_withheld: Mapping[int, int],
    projects: Mapping[str, Funded],
    timing: Timing,
) -> list[Piece]:
    """All unspent received money: what waits, and retention. `to_be_withheld` is by claim not reviewed yet."""
    found: list[Piece] = []
    claimed = {code: project.claimed_fen for code, project in projects.items()}
    for item in sorted(waiting, key=lambda one: (one.project_code, one.reference, one.step)):
        if item.received and item.step != "retention_release":
            found += _pieces(item, to_be_withheld, projects, claimed, timing)
    found += [_retention(item, projects[item.project_code], timing) for item in held]
    return [piece for piece in found if piece.amount_fen]


def counted_of(pieces: Sequence[Piece], counted: Counted) -> list[Piece]:
    """Those pieces a definition counts as unspent: not retention it counts as spent, nor money it leaves out."""
    left_out = RETENTION if counted.withheld else frozenset()
    if counted.over == "allocated":
        left_out = left_out | frozenset(UNALLOCATED.values())
    return [piece for piece in pieces if piece.component not in left_out]


def _pieces(
    item: Waiting,
    to_be_withheld: Mapping[int, int],
    projects: Mapping[str, Funded],
    claimed: dict[str, int],
    timing: Timing,
) -> list[Piece]:
    kind, _, number = item.reference.partition(":")
    if item.step in UNALLOCATED:
        return [_unallocated(item, timing)]
    if kind == "allocation" and steps_from(item.step) and item.project_code in projects:
        return _of_project(item, projects[item.project_code], claimed, timing)
    if item.step == "bank":
        return [_on_way(item, "ordered", timing)]
    if item.step in FILED:
        sort = "batches" if kind == "batch" else "claims"
        piece = _on_way(item, f"{sort}_{FILED[item.step]}", timing)
        kept = min(to_be_withheld.get(int(number), 0), item.amount_fen) if piece.component == "claims_in_review" else 0
        return [replace(piece, amount_fen=piece.amount_fen - kept), _stuck(item, "retention_to_come", kept)]
    return [_stuck(item, "stopped", item.amount_fen)]


def _unallocated(item: Waiting, timing: Timing) -> Piece:
    """Money no project has: usually all steps are still to come, at the fewest those of a project that is built."""
    steps, fewest = steps_from(item.step), steps_from(item.step, without=BUILDING)
    usual, first = timing.usual_day(steps, item.since), timing.first_day(fewest, item.since)
    return _piece(item, UNALLOCATED[item.step], item.amount_fen, usual, first)


def _of_project(item: Waiting, project: Funded, claimed: dict[str, int], timing: Timing) -> list[Piece]:
    """Money a project may claim, by the stages of its contract; grants to people wait for their list."""
    if project.purpose == "grants":
        return [_on_way(item, "grants_not_listed", timing)]
    before = claimed[item.project_code]
    parts = parts_by_stage(item.amount_fen, before, item.step, project.contract)
    claimed[item.project_code] = before + item.amount_fen
    found = []
    for part in parts:
        usual = timing.usual_day(part.steps, item.since, project.planned_end_on)
        first = timing.first_day(part.fewest_steps, item.since, project.planned_end_on)
        found.append(_piece(item, f"contract_{part.stage}", part.payable_fen, usual, first))
    found.append(_stuck(item, "retention_to_come", sum(part.withheld_fen for part in parts)))
    return found


def _on_way(item: Waiting, component: str, timing: Timing) -> Piece:
    steps = steps_from(item.step)
    usual, first = timing.usual_day(steps, item.since), timing.first_day(steps, item.since)
    return _piece(item, component, item.amount_fen, usual, first)


def _stuck(item: Waiting, component: str, amount_fen: int) -> Piece:
    return _piece(item, component, amount_fen, None, None)


def _retention(item: Held, project: Funded, timing: Timing) -> Piece:
    """Withheld money: it may be released from its due day on, and then goes the way of a claim."""
    usual = first = None
    if item.due_on is not None:
        steps, start = steps_from("retention_release"), max(item.due_on, timing.as_of)
        later = replace(timing, as_of=start)
        usual, first = later.usual_day(steps, item.due_on), later.first_day(steps, item.due_on)
    return Piece(
        component="retention_not_due" if item.due_on is None else "retention_due",
        reference=f"retention:{item.claim_id}",
        step="retention_release",
        responsible=RESPONSIBLE["retention_release"],
        office=project.office,
        office_name=project.office_name,
        division_code=item.division_code,
        project_code=item.project_code,
        project_name=project.name,
        fund_kind=item.fund_kind,
        amount_fen=item.amount_fen,
        usual_on=usual,
        first_on=first,
    )


def _piece(item: Waiting, component: str, amount_fen: int, usual: date | None, first: date | None) -> Piece:
    return Piece(
        component=component,
        reference=item.reference,
        step=item.step,
        responsible=item.responsible,
        office=item.office,
        office_name=item.office_name,
        division_code=item.division_code,
        project_code=item.project_code,
        project_name=item.project_name,
        fund_kind=item.fund_kind,
        amount_fen=amount_fen,
        usual_on=usual,
        first_on=first,
    )
