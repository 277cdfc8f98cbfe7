"""Deadlines of the steps money waits at: what holds for an area, reading them, setting one for one's own area."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.deadlines import Deadlines, require_deadline
from services.funds.domain.delays import Waiting
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.domain.refusals.grants import ParameterInThePast
from services.funds.domain.working_days import Calendar
from services.funds.storage import calendars, decisions
from services.funds.storage import deadlines as storage
from services.funds.storage.tables import StageDeadline
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_deadlines as wire


async def load(
    session: AsyncSession, question: Question, values: Parameters, waiting: Iterable[Waiting] = ()
) -> Deadlines:
    """The deadlines for a question's money, as known on its day; with the days of the documents if any counts them.

    Where nobody set a deadline of this kind it is one query; else up to five.
    """
    rows = await storage.known(session, question.as_of)
    if not rows:
        return Deadlines(rows, values, Calendar({}), question.fund_year, {})
    calendar = await calendars.load(session, question.area, question.as_of)
    steps = {row.step for row in rows if row.starts == "document"}
    issued = await storage.issued_on(session, [item.reference for item in waiting if item.step in steps])
    return Deadlines(rows, values, calendar, question.fund_year, issued)


async def list_deadlines(session: AsyncSession, division_code: str | None, step: str | None) -> wire.StageDeadlines:
    """Deadlines are public policy: anyone signed in sees those of every area."""
    rows = await storage.list_all(session, division_code, step)
    return wire.StageDeadlines(items=[wire.StageDeadline.model_validate(row) for row in rows])


async def set_deadline(session: AsyncSession, actor: Actor, request: wire.NewStageDeadline) -> wire.StageDeadline:
    """Set a step's deadline for an area of one's own from a day on, today at the earliest."""
    require_in_scope(actor, request.division_code)
    require_deadline(request.step, request.counting, request.next_working, request.fixed_day)
    if request.valid_from < clock.office_today():
        raise ParameterInThePast()
    row = StageDeadline(**request.model_dump())
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "stage_deadline.set", f"stage_deadline:{row.id}", step=row.step, division_code=row.division_code
    )
    return wire.StageDeadline.model_validate(row)
