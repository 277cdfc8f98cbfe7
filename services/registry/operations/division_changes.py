"""Recording what becomes of divisions: merge, split, rename, new code, abolition."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import division_changes as rules
from services.registry.domain.refusals import DayInFuture, DivisionBelowOnly, DivisionCycle, DivisionDays
from services.registry.operations import division_carries
from services.registry.operations.division_files import change_view
from services.registry.storage import division_changes as storage
from services.registry.storage import division_kinds, divisions
from services.registry.storage.tables import DivisionChange
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import covers, require_in_scope
from shared.schemas import registry_divisions as wire


async def record(session: AsyncSession, actor: Actor, request: wire.NewDivisionChange) -> wire.DivisionChangeRecorded:
    """Record a change as its paper states it; everything it names lies below the actor's area."""
    if request.on > clock.office_today():
        raise DayInFuture(pointer="/on")
    plan = _plan(request)
    require_below(actor, sorted(plan.codes()))
    present = await divisions.lock(session, plan.codes() | plan.parents(), plan.closed)
    rules.require_possible(plan, present, await divisions.open_below(session, plan.closed))
    await _require_no_circle(session, plan)
    await division_carries.require_free(session, plan)
    change = DivisionChange(
        kind=plan.kind,
        on=plan.on,
        source=request.source,
        reason=request.reason,
        recorded_by=actor.account,
        recorded_person=actor.person,
        recorded_office=actor.office,
        recorded_at=clock.now(),
    )
    made = await storage.write(session, plan, change, present)
    closed = [*plan.closed, *(move.code for move in plan.moves)]
    await _hand_on_kinds(session, plan, change, closed)
    carry = await division_carries.begin(session, actor, plan, change)
    counts = {"closed": len(closed), "created": len(made), "files": 0 if carry is None else carry.files}
    audit.record(session, actor, f"division.{plan.kind}", str(change.id), on=str(plan.on), **counts)
    view = change_view(change, carry).model_dump()
    return wire.DivisionChangeRecorded(**view, closed=sorted(closed), created=made)


def _plan(request: wire.NewDivisionChange) -> rules.Plan:
    return rules.plan_of(
        request.kind,
        request.on,
        request.predecessors,
        [rules.Successor(one.code, one.name) for one in request.successors],
        [rules.Move(one.code, one.new_code, one.name) for one in request.moves],
    )


def require_below(actor: Actor, codes: Iterable[str]) -> None:
    """Refuse as absent what lies outside the scope, and what is the actor's own area: an office above decides on it."""
    for code in codes:
        require_in_scope(actor, code)
        if not covers((area for area in actor.scope if area != code), code):
            raise DivisionBelowOnly()


async def _require_no_circle(session: AsyncSession, plan: rules.Plan) -> None:
    """Refuse a change whose successor already led, on that day or later, to one of its predecessors."""
    before = {old for old, _ in plan.links}
    for successor in plan.successors:
        followed = await storage.successors(session, successor.code, clock.office_today(), plan.on)
        if before & {row.code for row in followed}:
            raise DivisionCycle(pointer="/successors")


async def _hand_on_kinds(session: AsyncSession, plan: rules.Plan, change: DivisionChange, closed: list[str]) -> None:
    """What closes is of no kind any more; where only the code changes, the kinds go on under the new one."""
    if not closed:
        return
    if await division_kinds.reach_into(session, closed, plan.on):
        raise DivisionDays()
    renumbered = [(move.code, move.new_code) for move in plan.moves]
    if plan.kind == "recode":
        renumbered += plan.links[:1]
    await division_kinds.hand_on(
        session,
        closed,
        renumbered,
        on=plan.on,
        last_day=plan.on - timedelta(days=1),
        source=change.source,
        by=change.recorded_by,
        at=change.recorded_at,
    )
