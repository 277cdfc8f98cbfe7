"""Where the money stood on a day that no payee had: what stands on each account, and the step it waits at.

Every fen on an account waits at one step, but for retention that is not due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.funds.domain.delays import RESPONSIBLE, Responsible, Waiting, allocation_side, step_of_stage
from services.funds.domain.divisions import aid_office, finance_office, level_of, lies_in


@dataclass(frozen=True, slots=True)
class Line:
    """A document's line not registered on the day."""

    line_id: int
    division_code: str
    amount_fen: int
    issued_on: date
    fund_kind: str
    drawn_on_receipt_id: int | None
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt on the day: what is left of it, and what of it is proposed to be called back."""

    receipt_id: int
    division_code: str
    fund_kind: str
    received_on: date
    left_fen: int
    recalling_fen: int = 0
    recalling_since: date | None = None
    batch: str = ""


class Project(NamedTuple):
    """What was known of a project on the day."""

    code: str
    name: str
    county_code: str
    office: str
    office_name: str
    purpose: str
    state: str
    state_since: date
    accepted_on: date | None


class Claimed(NamedTuple):
    """A claim's or batch's money on the day: not ordered, at the bank, withheld."""

    reference: str
    waiting_fen: int
    reviewed: bool
    since: date
    in_flight_fen: int = 0
    ordered_on: date | None = None
    withheld_fen: int = 0
    due_on: date | None = None
    """The first day the withheld money may be released; None while the project is not accepted."""


class Allocation(NamedTuple):
    """An allocation's money on the day: proposed, or approved and not claimed, and its claims."""

    allocation_id: int
    receipt_id: int
    division_code: str
    county_code: str
    fund_kind: str
    project: Project
    proposed_on: date
    decided_on: date | None
    reserved_fen: int
    available_fen: int
    claims: tuple[Claimed, ...] = ()
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of an area's money of one fund year on one day."""

    receipts: tuple[Receipt, ...] = ()
    lines: tuple[Line, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    lacking_counties: frozenset[str] = frozenset()
    """Counties with a planned project whose plan line is not fully allocated."""


def finance_name(names: dict[str, str], code: str) -> str:
    """Name of a division's finance office."""
    return f"{names.get(code, code)}财政部门"


def aid_name(names: dict[str, str], code: str) -> str:
    """Name of the office that runs a division's projects."""
    return f"{names.get(code, code)}项目主管部门"


def waiting_of(facts: Facts, area: str, as_of: date) -> list[Waiting]:
    """Where every unspent fen of the area waits, and money on its way to the area (`received` false)."""
    inside = {receipt.receipt_id for receipt in facts.receipts if lies_in(receipt.division_code, area)}
    found = [_line_waits(line, facts.names, line.drawn_on_receipt_id in inside) for line in facts.lines]
    for receipt in facts.receipts:
        if receipt.receipt_id in inside:
            found.extend((_receipt_waits(receipt, facts), _recall_waits(receipt, facts.names)))
    for item in facts.allocations:
        if item.reserved_fen and item.receipt_id in inside:
            found.append(_proposal_waits(item, facts.names))
        if lies_in(item.division_code, area):
            found.extend(_allocation_waits(item, facts.names, as_of))
    return [item for item in found if item.amount_fen]


def _line_waits(line: Line, names: dict[str, str], received: bool) -> Waiting:
    code = line.division_code
    return Waiting(
        "receipt_registration",
        "finance",
        finance_office(code),
        finance_name(names, code),
        code,
        line.amount_fen,
        line.issued_on,
        received=received,
        fund_kind=line.fund_kind,
        reference=f"line:{line.line_id}",
        batch=line.batch,
        project_office=aid_office(code),
        project_office_name=aid_name(names, code),
    )


def _receipt_waits(receipt: Receipt, facts: Facts) -> Waiting:
    code = receipt.division_code
    lacking = level_of(code) != "county" or code in facts.lacking_counties
    side: Responsible = allocation_side(lacking)
    finance = side == "finance"
    return Waiting(
        "allocation",
        side,
        finance_office(code) if finance else aid_office(code),
        finance_name(facts.names, code) if finance else aid_name(facts.names, code),
        code,
        receipt.left_fen,
        receipt.received_on,
        fund_kind=receipt.fund_kind,
        reference=f"receipt:{receipt.receipt_id}",
        batch=receipt.batch,
        project_office=aid_office(code),
        project_office_name=aid_name(facts.names, code),
    )


def _recall_waits(receipt: Receipt, names: dict[str, str]) -> Waiting:
    code = receipt.division_code
    return Waiting(
        "recall_decision",
        "finance",
        finance_office(code),
        finance_name(names, code),
        code,
        receipt.recalling_fen,
        receipt.recalling_since or receipt.received_on,
        fund_kind=receipt.fund_kind,
        reference=f"receipt:{receipt.receipt_id}",
        batch=receipt.batch,
        project_office=aid_office(code),
        project_office_name=aid_name(names, code),
    )


def _proposal_waits(item: Allocation, names: dict[str, str]) -> Waiting:
    return _of_project(
        item, names, "allocation_decision", item.reserved_fen, item.proposed_on, f"allocation:{item.allocation_id}"
    )


def _allocation_waits(item: Allocation, names: dict[str, str], as_of: date) -> Iterable[Waiting]:
    """Only what holds money is built: of a claim that is usually one of four."""
    if item.available_fen:
        project = item.project
        step = step_of_stage(project.purpose, project.state)
        since = max(item.decided_on or item.proposed_on, min(project.state_since, as_of))
        yield _of_project(item, names, step, item.available_fen, since, f"allocation:{item.allocation_id}")
    for claim in item.claims:
        if claim.waiting_fen:
            step = "payment" if claim.reviewed else "claim_review"
            yield _of_project(item, names, step, claim.waiting_fen, claim.since, claim.reference)
        if claim.in_flight_fen:
            since = claim.ordered_on or claim.since
            yield _of_project(item, names, "bank", claim.in_flight_fen, since, claim.reference)
        if claim.withheld_fen and claim.due_on is not None and claim.due_on <= as_of:
            yield _of_project(item, names, "retention_release", claim.withheld_fen, claim.due_on, claim.reference)


def _of_project(
    item: Allocation, names: dict[str, str], step: str, amount_fen: int, since: date, reference: str
) -> Waiting:
    project, side = item.project, RESPONSIBLE[step]
    finance = side == "finance"
    own = project.office or aid_office(item.county_code)
    own_name = project.office_name or aid_name(names, item.county_code)
    return Waiting(
        step,
        side,
        finance_office(item.county_code) if finance else own,
        finance_name(names, item.county_code) if finance else own_name,
        item.division_code,
        amount_fen,
        since,
        project_code=project.code,
        project_name=project.name,
        fund_kind=item.fund_kind,
        reference=reference,
        batch=item.batch,
        project_office=own,
        project_office_name=own_name,
    )
