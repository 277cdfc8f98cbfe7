"""What offices do with periods of their books: close one, ask to reopen it, consent from above."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import periods as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.storage import decisions
from services.funds.storage import period_closes as storage
from services.funds.storage.tables import PeriodClose
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_periods as wire
from shared.schemas.wire import Page


async def close(session: AsyncSession, actor: Actor, request: wire.NewPeriodClose) -> wire.PeriodClose:
    """Close a month or year that is over: no money moves on a day of it any more; corrections fall into later days."""
    require_in_scope(actor, request.division_code)
    rules.require_books(request.division_code)
    first_on, last_on = rules.days_of(request.period)
    rules.require_over(last_on, clock.office_today())
    await storage.hold_back_postings(session, request.division_code)
    row = PeriodClose(
        division_code=request.division_code, period=request.period, first_on=first_on, last_on=last_on, state="closed"
    )
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "period.close", f"period_close:{row.id}", book=row.division_code, period=row.period
    )  # fmt: skip
    return _answer(row)


async def ask_reopening(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewReopening
) -> wire.PeriodClose:
    """Ask the superior to consent to a reopening. The period stays closed meanwhile."""
    row = await _locked(session, actor, row_id)
    if row.state != "closed":
        raise StepNotDue(state=row.state)
    row.state, row.reason = "reopening_asked", request.reason
    row.asked_at, row.asked_by, row.asked_person = clock.now(), actor.account, actor.person
    row.decided_on = row.decided_at = row.decided_by = row.decided_person = row.decided_office = row.opinion = None
    await session.flush()
    audit.record(session, actor, "period.ask_reopening", f"period_close:{row.id}")
    return _answer(row)


async def decide_reopening(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewReopeningDecision
) -> wire.PeriodClose:
    """The superior consents or refuses: an office above, and neither who closed the period nor who asked."""
    row = await _locked(session, actor, row_id)
    if row.state != "reopening_asked" or row.asked_at is None:
        raise StepNotDue(state=row.state)
    rules.require_superior(actor.scope, row.division_code)
    require_other_person(actor.person, row.asked_person, row.entered_person)
    asked_on = clock.office_day(row.asked_at)
    require_order(request.decided_on, today=clock.office_today(), not_before=asked_on, pointer="/decided_on")
    row.state = "reopened" if request.outcome == "consent" else "closed"
    decisions.record(
        session, actor, row, ("period_close", row.id), f"reopening {row.asked_at.isoformat()}",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "period.decide_reopening", f"period_close:{row.id}", outcome=request.outcome)
    return _answer(row)


async def _locked(session: AsyncSession, actor: Actor, row_id: int) -> PeriodClose:
    row = await storage.visible(session, actor, row_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def get(session: AsyncSession, actor: Actor, row_id: int) -> wire.PeriodClose:
    row = await storage.visible(session, actor, row_id)
    if row is None:
        raise NotFound()
    return _answer(row)


async def list_closes(
    session: AsyncSession, actor: Actor, area: str, cursor: str | None, limit: int
) -> Page[wire.PeriodClose]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].period_close_id) if len(found) > limit else None)


def _answer(row: PeriodClose) -> wire.PeriodClose:
    own = {"period_close_id", "closed_at", "closed_by"}
    values = {name: getattr(row, name) for name in set(wire.PeriodClose.model_fields) - own}
    return wire.PeriodClose(**values, period_close_id=row.id, closed_at=row.entered_at, closed_by=row.entered_by)
