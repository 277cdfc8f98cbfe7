"""Puts together where an area's money stood on a day, from the ledger and the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import positions as domain
from services.funds.domain.divisions import level_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.storage import lacking_projects, lists, project_grants, recalled_money
from services.funds.storage import positions as storage
from services.funds.storage.positions import AccountState
from services.funds.storage.tables import GrantBatch
from services.funds.storage.trace import rows


@dataclass(frozen=True, slots=True)
class _Books:
    """Account states by what they belong to."""

    receipts: dict[int, AccountState]
    recalling: dict[int, list[AccountState]]
    by_allocation: dict[int, list[AccountState]]


async def load(session: AsyncSession, question: Question, values: Parameters) -> domain.Facts:
    """Where an area's money stood on a day that no payee had."""
    states, withheld = await storage.on_the_way(session, question)
    if question.allocations is not None:
        return await _of_projects(session, question, values, states, withheld)
    books = _by_owner(states)
    found = await _allocations(session, question, values, books, withheld)
    receipts = await _receipts(session, question, books)
    lines = await _lines(session, question)
    left = _undivided(receipts)
    codes = [row.division_code for row in receipts] + [row.division_code for row in lines]
    codes += [row.county_code for row in found]
    return domain.Facts(
        receipts=receipts,
        lines=lines,
        allocations=found,
        names=dict(await lists.division_names(session, codes)),
        lacking_counties=await lacking_projects.counties(session, question, left) if left else frozenset(),
    )


def _undivided(receipts: Iterable[domain.Receipt]) -> set[str]:
    """Counties with money left that no project has: only then does it matter if one lacks money."""
    return {row.division_code for row in receipts if row.left_fen and level_of(row.division_code) == "county"}


async def _of_projects(
    session: AsyncSession, question: Question, values: Parameters, states: list[AccountState], withheld: dict[int, int]
) -> domain.Facts:
    """Only what stands with the question's allocations."""
    asked = question.allocations or frozenset()
    own = _by_owner(state for state in states if state.allocation_id in asked)
    kept = {number: fen for number, fen in withheld.items() if number in asked}
    found = await _allocations(session, question, values, own, kept)
    names = await lists.division_names(session, [row.county_code for row in found])
    return domain.Facts(allocations=found, names=dict(names))


async def _allocations(
    session: AsyncSession, question: Question, values: Parameters, books: _Books, withheld: dict[int, int]
) -> tuple[domain.Allocation, ...]:
    """Allocations with money that waits. Retention that is not due waits nowhere, and its claims are not read."""
    given = await storage.allocations(session, {*books.by_allocation, *withheld})
    projects = await projects_of(session, {row.project_code for row in given}, question.as_of)
    due_on = _due_days(given, projects, values)
    due = [number for number in withheld if (day := due_on[number]) is not None and day <= question.as_of]
    for state in await storage.accounts(session, question, ("withheld",), due) if due else ():
        books.by_allocation[state.allocation_id or 0].append(state)
    claimed = await _claimed(session, books, question.as_of)
    return tuple(
        _allocation(
            row, projects[row.project_code], books.by_allocation[row.id], claimed.get(row.id, ()), due_on[row.id]
        )
        for row in given
        if row.id in books.by_allocation
    )


def _due_days(
    allocations: Iterable[storage.Given], projects: Mapping[str, domain.Project], values: Parameters
) -> dict[int, date | None]:
    """By allocation: the first day its retention may be released, None while its project is not accepted."""
    days: dict[tuple[str, date], date] = {}
    found: dict[int, date | None] = {}
    for row in allocations:
        accepted_on = projects[row.project_code].accepted_on
        if accepted_on is None:
            found[row.id] = None
            continue
        key = (row.county_code, accepted_on)
        if key not in days:
            days[key] = accepted_on + timedelta(days=int(values.get("retention_days", *key).value))
        found[row.id] = days[key]
    return found


async def of_offices(session: AsyncSession, question: Question) -> domain.Facts:
    """Only what offices hold themselves: lines on their way and what is left on receipts; nothing of projects."""
    receipts = await _receipts(session, question, _by_owner(await storage.accounts(session, question, OF_OFFICES)))
    lines = await _lines(session, question)
    codes = [row.division_code for row in receipts] + [row.division_code for row in lines]
    return domain.Facts(receipts=receipts, lines=lines, names=dict(await lists.division_names(session, codes)))


OF_OFFICES = ("receipt", "recalling")


def _by_owner(states: Iterable[AccountState]) -> _Books:
    receipts: dict[int, AccountState] = {}
    recalling: dict[int, list[AccountState]] = defaultdict(list)
    by_allocation: dict[int, list[AccountState]] = defaultdict(list)
    for state in states:
        if state.kind == "receipt":
            receipts[state.owner_id] = state
        elif state.kind == "recalling" and state.receipt_id is not None:
            recalling[state.receipt_id].append(state)
        elif state.allocation_id is not None:
            by_allocation[state.allocation_id].append(state)
    return _Books(receipts, recalling, by_allocation)


async def _receipts(session: AsyncSession, question: Question, books: _Books) -> tuple[domain.Receipt, ...]:
    return tuple(
        domain.Receipt(
            receipt_id=row.id,
            division_code=row.division_code,
            fund_kind=row.fund_kind,
            received_on=row.received_on,
            left_fen=books.receipts[row.id].balance_fen if row.id in books.receipts else 0,
            recalling_fen=sum(state.balance_fen for state in books.recalling[row.id]),
            recalling_since=min((s.last_credit_on for s in books.recalling[row.id] if s.last_credit_on), default=None),
            batch=row.batch,
        )
        for row in await storage.receipts(session, question)
    )


async def _lines(session: AsyncSession, question: Question) -> tuple[domain.Line, ...]:
    lines = await storage.lines_under_way(session, question)
    recalled = await recalled_money.on_the_way(session, question) if lines else {}
    return tuple(
        domain.Line(
            line_id=line.id,
            division_code=line.division_code,
            amount_fen=line.amount_fen - recalled.get(line.id, 0),
            issued_on=line.issued_on,
            fund_kind=line.fund_kind,
            drawn_on_receipt_id=line.drawn_on_receipt_id,
            batch=line.batch,
        )
        for line in lines
    )


async def projects_of(session: AsyncSession, codes: Iterable[str], as_of: date) -> dict[str, domain.Project]:
    """What was known of each project on the day: the newest version in effect, else the first that is known."""
    known = await project_grants.known_on(session, codes, as_of)
    return {project.code: _as_known(project, as_of) for project in known}


def _as_known(project: domain.Project, as_of: date) -> domain.Project:
    """Nobody knew on the day of an acceptance after it."""
    later = project.accepted_on is not None and project.accepted_on > as_of
    return project._replace(accepted_on=None) if later else project


async def _claimed(session: AsyncSession, books: _Books, as_of: date) -> dict[int, list[domain.Claimed]]:
    """By allocation: what is claimed and not yet with the payee."""
    open_claims: dict[int, list[AccountState]] = defaultdict(list)
    open_batches: dict[int, list[AccountState]] = defaultdict(list)
    for state in chain.from_iterable(books.by_allocation.values()):
        if state.claim_id is not None:
            open_claims[state.claim_id].append(state)
        elif state.kind in ("batch", "batch_in_flight"):
            open_batches[state.owner_id].append(state)
    found: dict[int, list[domain.Claimed]] = defaultdict(list)
    for claim in await storage.claims(session, open_claims):
        found[claim.allocation_id].append(_claim(claim, open_claims[claim.id], as_of))
    for batch in await rows(session, GrantBatch, GrantBatch.id, open_batches):
        found[batch.allocation_id].append(_batch(batch, open_batches[batch.id], as_of))
    return found


def _is_kept(claim: domain.Claimed) -> bool:
    """Whether retention of the claim is all that is left of it: before it is paid nothing of it is released."""
    return claim.withheld_fen > 0 and not claim.waiting_fen and not claim.in_flight_fen


def _claim(claim: storage.Filed, states: list[AccountState], as_of: date) -> domain.Claimed:
    waiting = [state for state in states if state.kind == "claim"]
    flying = [state for state in states if state.kind == "in_flight"]
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
    row: storage.Given,
    project: domain.Project,
    states: Iterable[AccountState],
    claimed: Iterable[domain.Claimed],
    due_on: date | None,
) -> domain.Allocation:
    reserved = available = 0
    for state in states:
        if state.kind == "reserved":
            reserved += state.balance_fen
        elif state.kind == "allocation":
            available += state.balance_fen
    return domain.Allocation(
        row.id,
        row.receipt_id,
        row.division_code,
        row.county_code,
        row.fund_kind,
        project,
        row.proposed_on,
        row.decided_on,
        reserved,
        available,
        tuple(claim._replace(due_on=due_on) if _is_kept(claim) else claim for claim in claimed),
        row.batch,
    )
