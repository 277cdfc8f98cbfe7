"""Money paid for or to people after the day they died: a case each, open until the money is back (死亡后发放的追回)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import BankReferenceTaken, StepNotDue
from services.funds.operations import grant_returns
from services.funds.storage import claw_backs as storage
from services.funds.storage import grant_batches, grant_holds, sessions
from services.funds.storage import grant_returns as return_storage
from services.funds.storage.tables import ClawBack, GrantBatch, GrantLine, GrantReturn
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_claw_backs as wire
from shared.schemas.wire import Page


async def of_results(session: AsyncSession, paid: Sequence[GrantLine], paid_on: date) -> None:
    """Lines the bank paid: whose person or payee is known to have died before the day of payment gets a case."""
    people = [one for line in paid for one in (line.person_id, line.payee_person_id) if one is not None]
    await grant_holds.lock_payees(session, people)
    dead = await grant_holds.died_on(session, people)
    await of_lines(session, [(line, paid_on) for line in paid], dead)


async def of_lines(session: AsyncSession, paid: Iterable[tuple[GrantLine, date]], died_on: Mapping[str, date]) -> None:
    """A case for each paid line whose person, or whoever received it for them, had died before the day of payment."""
    cases = []
    for line, paid_on in paid:
        for person_id in (line.person_id, line.payee_person_id):
            day = died_on.get(person_id or "")
            if day is not None and day < paid_on:
                cases.append(_case(line, person_id, day, paid_on))
                break
    await storage.open_cases(session, cases)


def _case(line: GrantLine, person_id: str | None, died_on: date, paid_on: date) -> ClawBack:
    return ClawBack(
        line_id=line.id, batch_id=line.batch_id, person_id=person_id, division_code=line.division_code or "",
        amount_fen=line.amount_fen, died_on=died_on, paid_on=paid_on, opened_at=clock.now(), state="open",
    )  # fmt: skip


async def recover(session: AsyncSession, actor: Actor, case_id: int, request: wire.NewRecovery) -> wire.ClawBack:
    """Enter that the money came back: it belongs to its allocation again, and the grant is no longer spent."""
    seen = await storage.visible(session, actor, case_id)
    if seen is None:
        raise NotFound()
    batch, line = await grant_batches.of_line(session, seen.line_id)  # before the case, as whoever enters an answer
    case = await storage.visible(session, actor, case_id, lock=True)
    if case is None:
        raise NotFound()
    if case.state != "open":
        raise StepNotDue(state=case.state)
    today = clock.office_today()
    require_order(request.recovered_on, today=today, not_before=case.paid_on, pointer="/recovered_on")
    require_other_person(actor.person, batch.ordered_person)
    case.recovered_on, case.bank_reference, case.note = request.recovered_on, request.bank_reference, request.note
    await _settle(session, actor, batch, line, case)
    return wire.ClawBack.model_validate(_values(case))


async def sent_back(session: AsyncSession, actor: Actor, batch: GrantBatch, line: GrantLine, back: GrantReturn) -> None:
    """The bank sent a paid line back: by its case if somebody had died, as any other if not. The caller has locked the
    batch, and is another person than ordered it."""
    await grant_holds.lock_payees(session, [one for one in (line.person_id, line.payee_person_id) if one])
    case = await storage.open_of(session, line.id)
    if case is None:
        await grant_returns.enter(session, actor, batch, line, back)
        return
    if await return_storage.is_number_of_another(session, batch.county_code, line.id, back.bank_reference):
        raise BankReferenceTaken()
    case.recovered_on, case.bank_reference, case.note = back.returned_on, back.bank_reference, back.reason
    await _settle(session, actor, batch, line, case)


async def _settle(session: AsyncSession, actor: Actor, batch: GrantBatch, line: GrantLine, case: ClawBack) -> None:
    """The case is recovered on its day: the line is paid no more, and its money goes back to the allocation."""
    assert case.recovered_on is not None
    case.state, case.settled_by, case.settled_person = "recovered", actor.account, actor.person
    reason = "dead" if case.person_id == line.person_id else "payee_dead"
    await grant_returns.undo(session, actor, batch, line, reason, case.recovered_on, ("claw_back", case.id))
    audit.record(session, actor, "claw_back.recover", f"claw_back:{case.id}", amount_fen=case.amount_fen)


async def list_cases(
    session: AsyncSession, actor: Actor, trail: Database, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.ClawBack]:
    """Cases of an area; the reading is noted."""
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, state, int(after[0]) if after else None, limit + 1)
    items = [wire.ClawBack.model_validate(_values(row)) for row in found[:limit]]
    more = len(found) > limit
    subjects = sorted({item.person_id for item in items})
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "claw_backs.read", subjects, "died_on,amount_fen")
    return Page(items=items, next_cursor=paging.encode(items[-1].case_id) if more else None)


def _values(row: ClawBack) -> dict[str, object]:
    return {name: getattr(row, name) for name in set(wire.ClawBack.model_fields) - {"case_id"}} | {"case_id": row.id}
