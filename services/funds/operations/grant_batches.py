"""What offices do with grant batches: prepare a list, decide on it, order its payment."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.grants import (
    GrantLineRepeated,
    GrantLinesRefused,
    NoGrantLineGood,
    OtherFundYear,
    ProgrammeUnknown,
)
from services.funds.domain.refusals.spending import AlreadyDecided, GrantsNotForWorks, StepNotDue
from services.funds.operations.allocations import account_for
from services.funds.operations.grants import answer
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import decisions, ledger, lists, sessions
from services.funds.storage import grant_batches as storage
from services.funds.storage.tables import Allocation, GrantBatch, GrantLine
from services.funds.upstream import registry
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_grants as wire
from shared.schemas.registry import EligibilityAnswer

SHOWN_ERRORS = 200
"""How many refused lines an answer names; the fact `refused` counts all."""


async def prepare(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewGrantBatch) -> wire.GrantBatch:
    """Check a list line by line against the register, and set the accepted lines' money aside.

    With mode refuse_batch one bad line refuses the whole; with accept_good bad lines are kept with their reason.
    """
    _require_refs_once(request)
    prepared_on = request.prepared_on or clock.office_today()
    numbers = {line.ref: line.identity_number for line in request.lines}
    payees = await registry.eligibility(peer, actor, prepared_on, numbers)
    allocation = await allocation_storage.visible(session, actor, request.allocation_id, lock=True)
    if allocation is None:
        raise NotFound()
    _check_money(allocation, request, prepared_on)
    reasons = await _reasons(session, allocation, request, prepared_on, payees)
    _require_enough_good(request, reasons)
    row = await _enter(session, actor, allocation, request, prepared_on, payees, reasons)
    audit.record(
        session, actor, "grant.prepare", f"grant_batch:{row.id}", programme=row.programme, total_fen=row.total_fen,
        lines=len(request.lines), refused=len(reasons),
    )  # fmt: skip
    return await answer(session, row)


def _require_refs_once(request: wire.NewGrantBatch) -> None:
    seen: set[str] = set()
    for index, line in enumerate(request.lines):
        if line.ref in seen:
            raise GrantLineRepeated(pointer=f"/lines/{index}/ref")
        seen.add(line.ref)


def _check_money(allocation: Allocation, request: wire.NewGrantBatch, prepared_on: date) -> None:
    if allocation.purpose != "grants":
        raise GrantsNotForWorks()
    if allocation.fund_year != request.fund_year:
        raise OtherFundYear()
    if allocation.state != "approved":
        raise StepNotDue(state=allocation.state)
    require_order(prepared_on, today=clock.office_today(), not_before=allocation.decided_on, pointer="/prepared_on")


async def _reasons(
    session: AsyncSession,
    allocation: Allocation,
    request: wire.NewGrantBatch,
    prepared_on: date,
    payees: dict[str, EligibilityAnswer],
) -> dict[str, str]:
    """Why lines may not be paid, by reference."""
    programme = await lists.programme(session, request.programme, allocation.county_code, prepared_on)
    if programme is None:
        raise ProgrammeUnknown()
    rules.require_period(programme.period_kind, request.period, request.fund_year)
    known = [payee.person_id for payee in payees.values() if payee.person_id is not None]
    given = await storage.already_given(session, request.programme, request.period, known)
    return rules.judge(
        [rules.Line(line.ref, line.amount_fen) for line in request.lines],
        {ref: _payee(row) for ref, row in payees.items()},
        rules.Range(programme.min_fen, programme.max_fen),
        allocation.county_code,
        given,
    )


def _payee(row: EligibilityAnswer) -> rules.Payee:
    return rules.Payee(row.status, row.person_id, row.division_code)


def _require_enough_good(request: wire.NewGrantBatch, reasons: dict[str, str]) -> None:
    """Refuse the whole list with a reason for each bad line, if the mode says so or nothing good is left."""
    if not reasons or (request.mode == "accept_good" and len(reasons) < len(request.lines)):
        return
    kind = GrantLinesRefused if request.mode == "refuse_batch" else NoGrantLineGood
    refusal = kind(refused=len(reasons))
    refusal.errors = tuple(
        (f"/lines/{index}", reasons[line.ref], *rules.REASONS[reasons[line.ref]])
        for index, line in enumerate(request.lines)
        if line.ref in reasons
    )[:SHOWN_ERRORS]
    raise refusal


async def _enter(
    session: AsyncSession,
    actor: Actor,
    allocation: Allocation,
    request: wire.NewGrantBatch,
    prepared_on: date,
    payees: dict[str, EligibilityAnswer],
    reasons: dict[str, str],
) -> GrantBatch:
    """Insert batch and lines and move the accepted lines' money out of the allocation."""
    total = sum(line.amount_fen for line in request.lines if line.ref not in reasons)
    row = GrantBatch(
        programme=request.programme, allocation_id=allocation.id, county_code=allocation.county_code,
        division_code=allocation.division_code, fund_year=allocation.fund_year, period=request.period,
        total_fen=total, state="prepared", prepared_on=prepared_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    lines = [
        _line(request, number, line, payees[line.ref], reasons.get(line.ref))
        for number, line in enumerate(request.lines, start=1)
    ]
    await storage.add(session, row, lines)
    accounts = [account_for(allocation, kind, row.id) for kind in ("batch", "batch_in_flight", "batch_paid")]
    await ledger.open_accounts(session, accounts)
    available = await ledger.account_of(session, "allocation", allocation.id)
    move = ledger.Movement(available, accounts[0], total, "claim", prepared_on, "grant_batch", row.id, pointer="/lines")
    await ledger.post(session, actor, row.county_code, [move])
    return row


def _line(
    request: wire.NewGrantBatch, number: int, line: wire.NewGrantLine, payee: EligibilityAnswer, reason: str | None
) -> GrantLine:
    """A line as it is kept: the register's ids and the masked name, never the identity number."""
    return GrantLine(
        number=number, ref=line.ref, programme=request.programme, period=request.period, person_id=payee.person_id,
        household_id=payee.household_id, household_version=payee.household_version,
        division_code=payee.division_code, name_masked=payee.name_masked, amount_fen=line.amount_fen,
        state="prepared" if reason is None else "refused", reason=reason, live=reason is None,
    )  # fmt: skip


async def decide(
    session: AsyncSession, actor: Actor, batch_id: int, request: common_wire.NewDecision
) -> wire.GrantBatch:
    """Finance approves or refuses a batch: another person than the one who prepared it."""
    row = await storage.visible(session, actor, batch_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "prepared":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.prepared_on, pointer="/decided_on")
    decisions.record(
        session, actor, row, ("grant_batch", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    if request.outcome == "approve":
        row.state = "approved"
        await storage.set_lines(session, row.id, "prepared", "approved", live=True)
    else:
        row.state = "refused"
        await storage.set_lines(session, row.id, "prepared", "refused", live=False, reason="batch_refused")
        await give_back(session, actor, row, "batch", row.total_fen, request.decided_on)
    audit.record(session, actor, "grant.decide", f"grant_batch:{row.id}", outcome=request.outcome)
    return await answer(session, row)


async def give_back(
    session: AsyncSession, actor: Actor, row: GrantBatch, from_kind: str, amount_fen: int, on: date
) -> None:
    """Money of a batch that will not be paid goes back to its allocation, linked to the transfer it undoes."""
    if amount_fen == 0:
        return
    held = await ledger.account_of(session, from_kind, row.id)
    available = await ledger.account_of(session, "allocation", row.allocation_id)
    undone = "claim" if from_kind == "batch" else "order"
    first = await ledger.last_transfer(session, undone, "grant_batch", row.id)
    move = ledger.Movement(held, available, amount_fen, f"void_{undone}", on, "grant_batch", row.id, first.id)
    await ledger.post(session, actor, row.county_code, [move])


async def order(
    session: AsyncSession, actor: Actor, peer: Peer, batch_id: int, request: wire.NewGrantOrder
) -> wire.GrantBatch:
    """Order a batch's payment: a third person, after asking the register once more about everybody in it.

    Who may no longer be paid today is stopped and their money goes back; without an answer nothing is ordered.
    """
    seen = await storage.visible(session, actor, batch_id)
    if seen is None:
        raise NotFound()
    county = seen.county_code
    persons = {str(line.id): line.person_id or "" for line in await storage.lines_of(session, batch_id, "approved")}
    await sessions.let_go(session)
    payees = await registry.eligibility_of_persons(peer, actor, clock.office_today(), persons) if persons else {}
    row = await storage.visible(session, actor, batch_id, lock=True)
    if row is None:
        raise NotFound()
    ordered_on = request.ordered_on or clock.office_today()
    _check_order(actor, row, ordered_on)
    reasons = {ref: rules.reason_against(_payee(payee), county) for ref, payee in payees.items()}
    await _release(session, actor, row, request.order_no, ordered_on, reasons)
    return await answer(session, row)


def _check_order(actor: Actor, row: GrantBatch, ordered_on: date) -> None:
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person, row.decided_person)
    require_order(ordered_on, today=clock.office_today(), not_before=row.decided_on, pointer="/ordered_on")


async def _release(
    session: AsyncSession,
    actor: Actor,
    row: GrantBatch,
    order_no: str,
    ordered_on: date,
    reasons: dict[str, str | None],
) -> None:
    """Stop the lines with a reason, send the others to the bank."""
    lines = await storage.lines_of(session, row.id, "approved")
    stopped = [line for line in lines if reasons.get(str(line.id), "not_registered") is not None]
    for line in lines:
        line.state = "ordered"
    for line in stopped:
        line.state, line.live, line.reason = "stopped", False, reasons.get(str(line.id)) or "not_registered"
    stopped_fen = sum(line.amount_fen for line in stopped)
    row.order_no, row.ordered_on, row.ordered_at = order_no, ordered_on, clock.now()
    row.ordered_by, row.ordered_person = actor.account, actor.person
    sent_fen = sum(line.amount_fen for line in lines) - stopped_fen
    row.state = "ordered" if sent_fen else "settled"
    decisions.record(
        session, actor, None, ("grant_batch", row.id), "order", outcome="order", opinion="", decided_on=ordered_on
    )
    await session.flush()
    await give_back(session, actor, row, "batch", stopped_fen, ordered_on)
    if sent_fen:
        held = await ledger.account_of(session, "batch", row.id)
        flying = await ledger.account_of(session, "batch_in_flight", row.id)
        move = ledger.Movement(held, flying, sent_fen, "order", ordered_on, "grant_batch", row.id)
        await ledger.post(session, actor, row.county_code, [move])
    audit.record(session, actor, "grant.order", f"grant_batch:{row.id}", amount_fen=sent_fen, stopped=len(stopped))
