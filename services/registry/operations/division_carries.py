"""Household files follow their village: carried over to the one that took it over, in the act that closes it.

A merge of villages is done with the request. Where a township or a county gets another code the rest follows in the
background, portion by portion; until then a file stands under the closed code, seen by whoever saw it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.division_changes import Plan
from services.registry.domain.refusals import YearClosed, division_files
from services.registry.domain.register_years import county_of
from services.registry.operations.villages import VILLAGE_CODE_DIGITS
from services.registry.storage import division_carries as storage
from services.registry.storage import register_years
from services.registry.storage.tables import DivisionCarry, DivisionChange
from shared.chassis import audit, clock, jobs
from shared.chassis.database import Database
from shared.chassis.identity import Actor, service_actor
from shared.chassis.scope import NATION

AT_ONCE = 1_000
"""Files carried over within the request: whoever asks through the gateway waits eight seconds for an answer."""
PORTION = 1_000
PAUSE_S = 2.0


async def require_free(session: AsyncSession, plan: Plan) -> None:
    """Refuse while files are still on their way by a change before, or work of a village that closes is under way."""
    if await storage.is_under_way(session, plan.codes()):
        raise division_files.DivisionFilesUnderWay()
    lists, requests = await storage.work_open(session, _closing_villages(plan))
    if lists or requests:
        raise division_files.DivisionWorkOpen(lists=lists, requests=requests)


async def begin(session: AsyncSession, actor: Actor, plan: Plan, change: DivisionChange) -> DivisionCarry | None:
    """Carry over the files that follow a change just written, or the first of them; None where none do.

    Refuses where files of a village that closes are left over.
    """
    left = await storage.left(session, change.id, _closing_villages(plan))
    if left:
        raise (division_files.DivisionFilesUnassigned if plan.successors else division_files.DivisionFilesStand)(
            files=left
        )
    found = await storage.following(session, change.id)
    if not found:
        return None
    counties = sorted({county_of(village) for one in found for village in one[:2]})
    since = _first_open_day(change.on, await register_years.closed_of(session, counties))
    carry = DivisionCarry(
        change_id=change.id, files=sum(one[2] for one in found), carried=0, office_name=actor.office_name, done_at=None
    )
    session.add(carry)
    await _carry(session, carry, change, since, AT_ONCE)
    return carry


async def run_forever(database: Database) -> None:
    """Carry over what waits until cancelled."""
    await jobs.forever(lambda: run_one(database), PAUSE_S, "division_carry_waits")


async def run_one(database: Database) -> bool:
    """Carry over one portion, if any waits. False when there is nothing to do."""
    async with database.session(areas=(NATION,)) as session:
        waiting = await storage.next_waiting(session)
        if waiting is None:
            return False
        carry, change = waiting
        found = await storage.following(session, change.id)
        counties = sorted({county_of(village) for one in found for village in one[:2]})
        since = _first_open_day(change.on, await register_years.await_closed_of(session, counties))
        await _carry(session, carry, change, since, PORTION)
        if carry.done_at is not None:
            itself = service_actor("registry")
            audit.record(session, itself, "division.files_carried", str(change.id), files=carry.files)
    return True


async def _carry(session: AsyncSession, carry: DivisionCarry, change: DivisionChange, since: date, most: int) -> None:
    """One portion; the last one ends it. What came to stand under the closed code meanwhile is carried too."""
    today, now = clock.office_today(), clock.now()
    took, more = await storage.carry(session, change, carry.office_name, since, today=today, now=now, most=most)
    carry.carried += took
    carry.files = max(carry.files, carry.carried)
    if not more:
        carry.done_at, carry.files = now, carry.carried
        await storage.forget_checks(session, change.id)
    await session.flush()


def _closing_villages(plan: Plan) -> list[str]:
    closing = (*plan.closed, *(move.code for move in plan.moves))
    return [code for code in closing if len(code) == VILLAGE_CODE_DIGITS]


def _first_open_day(on: date, closed: Mapping[str, Mapping[int, date]]) -> date:
    """The day of the change, or the first one after a closed year it falls into: what was frozen stays as it was.

    YearClosed where that day is still to come.
    """
    through = [last for years in closed.values() for last in years.values() if on <= last]
    if not through:
        return on
    day = max(through) + timedelta(days=1)
    if day > clock.office_today():
        last = max(through)
        raise YearClosed(pointer="/on", year=last.year, closed_through=last.isoformat())
    return day
