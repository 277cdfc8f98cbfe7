"""What offices do with exit plans: set one for their area, look it up beside the register."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.exit_plans import require_plan
from services.registry.domain.household_files import COUNTED
from services.registry.domain.refusals import DivisionUnknown
from services.registry.storage import divisions, statistics
from services.registry.storage import exit_plans as storage
from services.registry.storage.tables import ExitPlan as Row
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound, PreconditionFailed, PreconditionRequired
from shared.schemas.registry import ExitPlan, ExitPlanSet, PlannedYear


async def set_plan(
    session: AsyncSession, actor: Actor, division_code: str, expected: int | None, request: ExitPlanSet
) -> ExitPlan:
    """Set an area's plan, or a new version of it from version `expected`; never for more people than it has."""
    require_in_scope(actor, division_code)
    if not await divisions.known(session, {division_code}):
        raise DivisionUnknown()
    present = await storage.latest(session, division_code)
    if present is not None and expected is None:
        raise PreconditionRequired()
    if expected is not None and (present is None or present.version != expected):
        raise PreconditionFailed()
    people = await statistics.people_on_files(session, division_code, COUNTED)
    require_plan([(entry.year, entry.people) for entry in request.years], people)
    row = Row(
        division_code=division_code,
        version=1 if present is None else present.version + 1,
        years={str(entry.year): entry.people for entry in request.years},
        source=request.source,
        set_by=actor.account,
        set_at=clock.now(),
    )
    session.add(row)
    await session.flush()
    audit.record(session, actor, "exit_plan.set", division_code, version=row.version)
    return _view(row, people)


async def get(session: AsyncSession, actor: Actor, division_code: str) -> ExitPlan:
    """An area's plan and the people it has on file now."""
    require_in_scope(actor, division_code)
    row = await storage.latest(session, division_code)
    if row is None:
        raise NotFound()
    return _view(row, await statistics.people_on_files(session, division_code, COUNTED))


def _view(row: Row, people: int) -> ExitPlan:
    years = [PlannedYear(year=int(year), people=planned) for year, planned in sorted(row.years.items())]
    return ExitPlan(
        division_code=row.division_code,
        version=row.version,
        years=years,
        planned_total=sum(entry.people for entry in years),
        people_on_register=people,
        source=row.source,
        set_on=clock.office_day(row.set_at),
    )
