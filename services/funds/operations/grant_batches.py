"""What offices do with grant batches: prepare a list and decide on it. Release is in grant_orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.programmes import Programme
from services.funds.domain.refusals.grants import GrantLineRepeated, OtherFundYear, ProgrammeUnknown
from services.funds.domain.refusals.spending import AlreadyDecided, GrantsNotForWorks, StepNotDue
from services.funds.operations import alerts, grant_checks, uses
from services.funds.operations.allocations import account_for
from services.funds.operations.grant_checks import Checked, Wanted
from services.funds.operations.grants import answer
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import decisions, grant_holds, ledger, period_closes, programmes, project_grants, sessions
from services.funds.storage import grant_batches as storage
from services.funds.storage.tables import Allocation, GrantBatch
from services.funds.upstream import registry
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_grants as wire


@dataclass(frozen=True, slots=True)
class Head:
    """What a batch is of, whoever its lines are for."""

    programme: str
    allocation_id: int
    fund_year: int
    period: str
    mode: str
    prepared_on: date
    entitled_year: int | None = None
    """The year the grants count to, where that need not be the money's: of what was granted before."""

    @property
    def counts_to(self) -> int:
        return self.entitled_year or self.fund_year


Asking = Callable[[Programme], Awaitable[Sequence[Wanted]]]
"""Asks the register about the people of a list, by the facts a programme depends on."""


async def prepare(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewGrantBatch) -> wire.GrantBatch:
    """Check a list line by line against the register, and set the accepted lines' money aside.

    With mode refuse_batch one bad line refuses the whole; with accept_good bad lines are kept with their reason.
    """
    _require_refs_once(request)
    head = Head(
        request.programme, request.allocation_id, request.fund_year, request.period, request.mode,
        request.prepared_on or clock.office_today(),
    )  # fmt: skip

    async def ask(programme: Programme) -> Sequence[Wanted]:
        return await _asked(peer, actor, head.prepared_on, programme, request)

    return await enter(session, actor, head, ask)


async def enter(session: AsyncSession, actor: Actor, head: Head, ask: Asking) -> wire.GrantBatch:
    """Ask about the people, judge the lines, keep the batch; a line that waits gives way to the one in its place.

    A batch that only ends waiting has no money to set aside and is refused at once.
    """
    allocation = await _allocation(session, actor, head)
    programme = await programmes.in_force(session, head.programme, allocation.county_code, head.prepared_on)
    if programme is None:
        raise ProgrammeUnknown()
    rules.require_period(programme.period_kind, head.period, head.counts_to)
    project_code = allocation.project_code
    await sessions.let_go(session)
    wanted = await ask(programme)
    await project_grants.require_going_on(session, project_code)
    allocation = await _allocation(session, actor, head, lock=True)
    waited = await storage.give_way(
        session, [one.regrant_of for one in wanted if one.regrant_of and one.refused is None]
    )
    setting = await grant_checks.setting_of(
        session, programme, allocation.county_code, head.counts_to, head.period, head.prepared_on
    )
    checked = await grant_checks.check(session, setting, head.prepared_on, wanted)
    ends_waiting = await _end_waiting(session, wanted, checked, waited)
    grant_checks.require_enough_good(head.mode, checked, ends_waiting=ends_waiting)
    row = await _keep(session, actor, allocation, head, checked)
    audit.record(
        session, actor, "grant.prepare", f"grant_batch:{row.id}", programme=row.programme, total_fen=row.total_fen,
        lines=len(checked.lines), refused=len(checked.reasons),
    )  # fmt: skip
    return await answer(session, row)


async def _end_waiting(session: AsyncSession, wanted: Sequence[Wanted], checked: Checked, waited: set[int]) -> bool:
    """Of lines that waited and are refused anew: for their account they go on waiting, else they end with the reason.

    Whether any ended.
    """
    refused: dict[rules.Reason, list[int]] = {}
    for one in wanted:
        if one.regrant_of in waited and one.number in checked.reasons:
            refused.setdefault(checked.reasons[one.number], []).append(one.regrant_of)
    for reason, line_ids in refused.items():
        if reason.code in rules.ABOUT_ACCOUNT:
            await storage.wait_on(session, line_ids)
        else:
            await storage.end_waiting(session, line_ids, reason)
    return any(reason.code not in rules.ABOUT_ACCOUNT for reason in refused)


def _require_refs_once(request: wire.NewGrantBatch) -> None:
    seen: set[str] = set()
    for index, line in enumerate(request.lines):
        if line.ref in seen:
            raise GrantLineRepeated(pointer=f"/lines/{index}/ref")
        seen.add(line.ref)


async def _asked(
    peer: Peer, actor: Actor, on: date, programme: Programme, request: wire.NewGrantBatch
) -> Sequence[Wanted]:
    """The lines with what the register says of the people and of those named to receive."""
    numbers = {f"person:{index}": line.identity_number for index, line in enumerate(request.lines)}
    numbers |= {
        f"payee:{index}": line.payee_identity_number
        for index, line in enumerate(request.lines)
        if line.payee_identity_number is not None
    }
    found = await registry.eligibility(peer, actor, on, numbers, programme.asked())
    return [
        Wanted(index + 1, line.ref, line.amount_fen, found[f"person:{index}"], found.get(f"payee:{index}"))
        for index, line in enumerate(request.lines)
    ]


async def _allocation(session: AsyncSession, actor: Actor, head: Head, *, lock: bool = False) -> Allocation:
    """The allocation the money comes from, fit for grants of this year."""
    allocation = await allocation_storage.visible(session, actor, head.allocation_id, lock=lock)
    if allocation is None:
        raise NotFound()
    if allocation.purpose != "grants":
        raise GrantsNotForWorks()
    if allocation.fund_year != head.fund_year:
        raise OtherFundYear()
    if allocation.state != "approved":
        raise StepNotDue(state=allocation.state)
    today = clock.office_today()
    require_order(head.prepared_on, today=today, not_before=allocation.decided_on, pointer="/prepared_on")
    await uses.require_allowed(session, allocation.id, head.prepared_on)
    return allocation


async def _keep(
    session: AsyncSession, actor: Actor, allocation: Allocation, head: Head, checked: Checked
) -> GrantBatch:
    """Insert batch and lines and move the accepted lines' money, if there is any, out of the allocation."""
    total = checked.total_fen
    row = GrantBatch(
        programme=head.programme, allocation_id=allocation.id, county_code=allocation.county_code,
        division_code=allocation.division_code, fund_year=allocation.fund_year, period=head.period,
        entitled_year=head.counts_to,
        total_fen=total, state="prepared" if total else "refused", prepared_on=head.prepared_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row, checked.lines, checked.holds)
    if not total:
        return row
    accounts = [account_for(allocation, kind, row.id) for kind in ("batch", "batch_in_flight", "batch_paid")]
    await ledger.open_accounts(session, accounts)
    available = await ledger.account_of(session, "allocation", allocation.id)
    on = head.prepared_on
    move = ledger.Movement(available, accounts[0], total, "claim", on, "grant_batch", row.id, pointer="/lines")
    await ledger.post(session, actor, row.county_code, [move])
    return row


async def decide(
    session: AsyncSession, actor: Actor, batch_id: int, request: common_wire.NewDecision
) -> wire.GrantBatch:
    """Finance approves or refuses a batch: another person than the one who prepared it.

    One that was approved is refused until it is ordered: what may no longer be ordered gives its money and places back.
    Who waited for a changed account before the list waits on, unless another has by now what they held.
    """
    row = await storage.visible(session, actor, batch_id, lock=True)
    if row is None:
        raise NotFound()
    before = row.state
    if before not in ("prepared", "approved") or (before == "approved" and request.outcome == "approve"):
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    earliest = row.decided_on or row.prepared_on
    require_order(request.decided_on, today=clock.office_today(), not_before=earliest, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    if request.outcome == "approve":
        await alerts.require_clear(session, row)
    first = before == "prepared"
    decisions.record(
        session, actor, row if first else None, ("grant_batch", row.id), "decision" if first else "refusal",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    if request.outcome == "approve":
        row.state = "approved"
        await storage.set_lines(session, row.id, "prepared", "approved", live=True)
    else:
        row.state = "refused"
        left_fen = await storage.sum_of(session, row.id, before)
        waited = await storage.waited_before(session, row.id, before)
        dead = await grant_holds.lock_payees(session, waited.values())
        await storage.set_lines(session, row.id, before, "refused", live=False, reason="batch_refused")
        await _wait_again(session, row.id, {line: person for line, person in waited.items() if person not in dead})
        await give_back(session, actor, row, "batch", left_fen, request.decided_on)
    audit.record(session, actor, "grant.decide", f"grant_batch:{row.id}", outcome=request.outcome)
    return await answer(session, row)


async def _wait_again(session: AsyncSession, batch_id: int, waited: Mapping[int, str]) -> None:
    """Lines that gave way to those of a refused batch wait on; where another has their place by now, they end."""
    barred = await grant_holds.taken_meanwhile(session, list(waited))
    for line_id, hold in barred.items():
        await storage.end_waiting(session, [line_id], rules.reason_of_hold(hold))
    await storage.wait_again(session, batch_id, waited.keys() - barred)


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
