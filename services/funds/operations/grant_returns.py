"""Paid grants that come back: sent back by the bank after it had paid, or given back by the household."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.grants import GrantClawedBack
from services.funds.domain.refusals.spending import BankReferenceTaken, StepNotDue
from services.funds.storage import bank_entries, decisions, grant_batches, grant_holds, ledger
from services.funds.storage import grant_returns as storage
from services.funds.storage.tables import GrantBatch, GrantLine, GrantReturn
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_grants as wire

REASONS = {"bank": "sent_back", "household": "given_back"}
"""By who returned it: why the line is no longer paid."""


async def take_back(
    session: AsyncSession, actor: Actor, line_id: int, request: wire.NewGrantReturn
) -> wire.GrantReturn:
    """Enter that a paid grant came back, as another person than ordered it.

    Its money is its allocation's again and spent no more; the line may be granted anew. Raises GrantClawedBack for
    what was paid after a death: that comes back by its case, and never goes out again.
    """
    if not await storage.is_visible(session, actor, line_id):
        raise NotFound()
    batch, line = await grant_batches.of_line(session, line_id)
    if line.state != "paid":
        raise StepNotDue(state=line.state)
    require_other_person(actor.person, batch.ordered_person)
    require_order(request.returned_on, today=clock.office_today(), not_before=line.settled_on, pointer="/returned_on")
    back = GrantReturn(
        line_id=line.id, county_code=batch.county_code, amount_fen=line.amount_fen, **request.model_dump()
    )
    await enter(session, actor, batch, line, back)
    own = {"return_id": back.id, "batch_id": batch.id}
    values = {name: getattr(back, name) for name in set(wire.GrantReturn.model_fields) - set(own)}
    return wire.GrantReturn.model_validate(values | own)


async def enter(session: AsyncSession, actor: Actor, batch: GrantBatch, line: GrantLine, back: GrantReturn) -> None:
    """Keep that a paid line came back, and move its money. The caller has locked the batch."""
    await grant_holds.lock_payees(session, [line.person_id] if line.person_id else [])
    case_id = await storage.claw_back_of(session, line.id)
    if case_id is not None:
        raise GrantClawedBack(case_id=case_id)
    if await storage.is_number_of_another(session, batch.county_code, line.id, back.bank_reference):
        raise BankReferenceTaken()
    back.entry = await bank_entries.next_entry(session, "grant_return", batch.county_code, back.bank_reference)
    decisions.sign(actor, back)
    await storage.add(session, back)
    await undo(session, actor, batch, line, REASONS[back.returned_by], back.returned_on, ("grant_return", back.id))
    audit.record(session, actor, "grant.return", f"grant_batch:{batch.id}", line=line.id, amount_fen=back.amount_fen)


async def undo(
    session: AsyncSession,
    actor: Actor,
    batch: GrantBatch,
    line: GrantLine,
    reason: str,
    on: date,
    cause: tuple[str, int],
) -> None:
    """A paid line is paid no more: its money goes back to the allocation, its place is free.

    A batch is paid in as many transfers as there were results; what is undone is of those of the line's day,
    and of others where money of that day was undone before by another line.
    """
    line.state, line.live, line.reason = "returned", False, reason
    await session.flush()
    await grant_holds.release(session, [line.id])
    paid = await ledger.account_of(session, "batch_paid", batch.id)
    available = await ledger.account_of(session, "allocation", batch.allocation_id)
    assert line.settled_on is not None
    moves, left = [], line.amount_fen
    for transfer, fen in await ledger.undoable(session, "pay", "grant_batch", batch.id, line.settled_on):
        part = min(fen, left)
        if part:
            moves.append(ledger.Movement(paid, available, part, "return", on, *cause, transfer))
        left -= part
    await ledger.post(session, actor, batch.county_code, moves)


async def is_given_again(session: AsyncSession, line: GrantLine) -> bool:
    """Whether a grant that came back was granted anew since, or another has by now what its person held."""
    return await grant_batches.regranted(session, [line.id]) or bool(
        await grant_holds.taken_meanwhile(session, [line.id])
    )


async def pay_again(session: AsyncSession, line: GrantLine) -> None:
    """A line whose return was undone is paid, and holds what it held."""
    line.state, line.live, line.reason = "paid", True, None
    await session.flush()
    await grant_holds.take_again(session, [line.id])
