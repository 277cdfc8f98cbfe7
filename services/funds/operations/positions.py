"""Puts together where an area's money stood on a day, from the ledger and the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import positions as domain
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.storage import lists, project_grants, recalled_money
from services.funds.storage import positions as storage
from services.funds.storage.positions import AccountState
from services.funds.storage.tables import Allocation, Claim, GrantBatch, ProjectGrantRow
from shared.schemas.projects import ProjectGrant


@dataclass(frozen=True, slots=True)
class _Books:
    """Account states by what they belong to."""

    receipts: dict[int, AccountState]
    recalling: dict[int, list[AccountState]]
    by_allocation: dict[int, list[AccountState]]


async def load(session: AsyncSession, question: Question, values: Parameters) -> domain.Facts:
    """The facts of an area's money on a day."""
    books = _by_owner(await storage.accounts(session, question))
    allocations = await storage.allocations(session, question)
    projects = await projects_of(session, [row for row, _ in allocations], question.as_of)
    claimed = _claimed(
        await storage.claims(session, question), await storage.batches(session, question), books, question.as_of
    )
    found = tuple(
        _allocation(row, level, projects[row.project_code], books, claimed.get(row.id, []), values)
        for row, level in allocations
    )
    receipts = await _receipts(session, question, books)
    lines = await _lines(session, question)
    codes = [row.division_code for row in receipts] + [row.division_code for row in lines]
    codes += [row.county_code for row in found]
    return domain.Facts(
        receipts=receipts,
        lines=lines,
        allocations=found,
        names=dict(await lists.division_names(session, codes)),
        lacking_counties=await _lacking(session, question),
    )


def _by_owner(states: Iterable[AccountState]) -> _Books:
    receipts: dict[int, AccountState] = {}
    recalling: dict[int, list[AccountState]] = defaultdict(list)
    by_allocation: dict[int, list[AccountState]] = defaultdict(list)
    for state in states:
        if state.kind == "receipt":
            receipts[state.owner_id] = state
        elif state.kind == "recalling" and state.receipt_id is not None and state.balance_fen:
            recalling[state.receipt_id].append(state)
        elif state.allocation_id is not None:
            by_allocation[state.allocation_id].append(state)
    return _Books(receipts, recalling, by_allocation)


async def _receipts(session: AsyncSession, question: Question, books: _Books) -> tuple[domain.Receipt, ...]:
    passed = await storage.passed_down(session, question)
    recalled = await recalled_money.from_receipts(session, question)
    return tuple(
        domain.Receipt(
            receipt_id=row.id,
            division_code=row.division_code,
            fund_kind=row.fund_kind,
            source_level=level,
            received_on=row.received_on,
            amount_fen=row.amount_fen - recalled.get(row.id, 0),
            passed_fen=passed.get(row.id, 0),
            left_fen=books.receipts[row.id].balance_fen,
            recalling_fen=sum(state.balance_fen for state in books.recalling[row.id]),
            recalling_since=min((s.last_credit_on for s in books.recalling[row.id] if s.last_credit_on), default=None),
            batch=row.batch,
        )
        for row, level in await storage.receipts(session, question)
    )


async def _lines(session: AsyncSession, question: Question) -> tuple[domain.Line, ...]:
    recalled = await recalled_money.on_the_way(session, question)
    return tuple(
        domain.Line(
            line_id=line.id,
            division_code=line.division_code,
            amount_fen=line.amount_fen - recalled.get(line.id, 0),
            issued_on=document.issued_on,
            fund_kind=document.fund_kind,
            drawn_on_receipt_id=document.drawn_on_receipt_id,
            batch=document.batch,
        )
        for line, document in await storage.lines_under_way(session, question)
    )


async def projects_of(
    session: AsyncSession, allocations: Sequence[Allocation], as_of: date
) -> dict[str, domain.Project]:
    """What was known of each project on the day: the newest version in effect, else its first."""
    rows = await project_grants.versions_by(session, [row.project_code for row in allocations], as_of)
    newest: dict[str, ProjectGrantRow] = {}
    for row in rows:
        if row.project_code not in newest or row.effective_on <= as_of:
            newest[row.project_code] = row
    return {code: _project(ProjectGrant.model_validate(row.facts), as_of) for code, row in newest.items()}


def _project(grant: ProjectGrant, as_of: date) -> domain.Project:
    accepted = grant.accepted_on if grant.accepted_on is not None and grant.accepted_on <= as_of else None
    return domain.Project(
        code=grant.project_code,
        name=grant.name,
        county_code=grant.county_code,
        office=grant.office,
        office_name=grant.office_name,
        purpose=grant.purpose,
        state=grant.state,
        state_since=grant.state_since,
        accepted_on=accepted,
    )


def _claimed(
    claims: Sequence[Claim], batches: Sequence[GrantBatch], books: _Books, as_of: date
) -> dict[int, list[domain.Claimed]]:
    """By allocation: what is claimed and not yet with the payee."""
    found: dict[int, list[domain.Claimed]] = defaultdict(list)
    for claim in claims:
        states = [state for state in books.by_allocation[claim.allocation_id] if state.claim_id == claim.id]
        found[claim.allocation_id].append(_claim(claim, states, as_of))
    for batch in batches:
        states = [
            state
            for state in books.by_allocation[batch.allocation_id]
            if state.kind in ("batch", "batch_in_flight") and state.owner_id == batch.id
        ]
        found[batch.allocation_id].append(_batch(batch, states, as_of))
    return found


def _claim(claim: Claim, states: list[AccountState], as_of: date) -> domain.Claimed:
    waiting = [state for state in states if state.kind == "claim"]
    flying = [state for state in states if state.kind == "in_flight" and state.balance_fen]
    reviewed = claim.decided_on is not None and claim.decided_on <= as_of
    filed = claim.decided_on if reviewed and claim.decided_on else claim.claimed_on
    return domain.Claimed(
        reference=f"claim:{claim.id}",
        waiting_fen=sum(state.balance_fen for state in waiting),
        reviewed=reviewed,
        since=max([filed, *(state.last_credit_on for state in waiting if state.last_credit_on)]),
        in_flight_fen=sum(state.balance_fen for state in flying),
        ordered_on=max((state.last_credit_on for state in flying if state.last_credit_on), default=None),
        withheld_fen=sum(state.balance_fen for state in states if state.kind == "withheld"),
    )


def _batch(batch: GrantBatch, states: list[AccountState], as_of: date) -> domain.Claimed:
    reviewed = batch.decided_on is not None and batch.decided_on <= as_of
    return domain.Claimed(
        reference=f"batch:{batch.id}",
        waiting_fen=sum(state.balance_fen for state in states if state.kind == "batch"),
        reviewed=reviewed,
        since=batch.decided_on if reviewed and batch.decided_on else batch.prepared_on,
        in_flight_fen=sum(state.balance_fen for state in states if state.kind == "batch_in_flight"),
        ordered_on=batch.ordered_on,
    )


def _allocation(
    row: Allocation,
    source_level: str,
    project: domain.Project,
    books: _Books,
    claimed: list[domain.Claimed],
    values: Parameters,
) -> domain.Allocation:
    states = books.by_allocation[row.id]
    spent = [state for state in states if state.kind in ("paid", "batch_paid")]
    return domain.Allocation(
        allocation_id=row.id,
        receipt_id=row.receipt_id,
        division_code=row.division_code,
        county_code=row.county_code,
        fund_kind=row.fund_kind,
        source_level=source_level,
        project=project,
        proposed_on=row.proposed_on,
        decided_on=row.decided_on,
        reserved_fen=sum(state.balance_fen for state in states if state.kind == "reserved"),
        allocated_fen=sum(state.balance_fen for state in states if state.kind != "reserved"),
        available_fen=sum(state.balance_fen for state in states if state.kind == "allocation"),
        paid_fen=sum(state.credited_fen for state in spent),
        returned_fen=sum(state.debited_fen for state in spent),
        claims=tuple(_with_due_day(claim, row.county_code, project.accepted_on, values) for claim in claimed),
        batch=row.batch,
    )


def _with_due_day(
    claim: domain.Claimed, county_code: str, accepted_on: date | None, values: Parameters
) -> domain.Claimed:
    """The first day the withheld money may be released: the acceptance and the county's days."""
    if accepted_on is None or claim.withheld_fen == 0:
        return claim
    return replace(
        claim, due_on=accepted_on + timedelta(days=int(values.get("retention_days", county_code, accepted_on).value))
    )


async def _lacking(session: AsyncSession, question: Question) -> frozenset[str]:
    """Counties where a project of the year's plan has less money than its plan line."""
    given = await storage.allocated_by_project(session, question)
    reduced = await recalled_money.from_projects(session, question)
    planned = await project_grants.planned(session, question.books, question.fund_year, question.as_of)
    held = {code: amount - reduced[code] for code, amount in given.items()}
    return frozenset(
        row.county_code
        for row in planned
        if row.facts["in_library"] and row.facts["plan_line_fen"] > held.get(row.project_code, 0)
    )
