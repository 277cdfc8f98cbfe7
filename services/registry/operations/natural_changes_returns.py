"""Coming back (回归): from an absence, or to a household somebody had left. The same row of the person is used again.

A return from a recorded death is decided by the county, by another person than asked for it. Whoever was recorded as
dead on a file that merged into another since comes back to that one, by a new row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import natural_changes as rules
from services.registry.domain import refusals
from services.registry.domain.household_files import CLOSED
from services.registry.domain.members import Member
from services.registry.domain.natural_changes import Person
from services.registry.operations import death_events, household_rows
from services.registry.operations import household_versions as versions
from services.registry.operations import natural_changes_files as files
from services.registry.operations import natural_changes_views as views
from services.registry.operations.households import member_of
from services.registry.operations.natural_changes_decisions import decided, take_up
from services.registry.operations.natural_changes_files import Event, Step, Touched, event_of
from services.registry.storage import households as household_storage
from services.registry.storage import natural_changes as storage
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdMember
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.schemas import registry_changes as wire

COUNTY = "county"
OUTCOMES = {"accept": rules.ACCEPTED, "refuse": rules.REFUSED}


async def come_back(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Return
) -> wire.NaturalChange:
    """Somebody comes back. Whoever was recorded as dead only asks for it."""
    event = event_of(rules.RETURN, request)
    first = (request.household_id, version)
    (touched,) = await files.lock(session, actor, seals, event, first, reopened=(CLOSED,))
    row = await _row(session, touched, UUID(request.member_id))
    rules.require_day(event.on, event.today, row)
    if row.active:
        step = _end_of_absence(touched, row, request)
    else:
        await _require_free(session, touched, row, event)
        member = _member(row, request, seals)
        at = "" if request.member is None else "/member"
        step = _return(touched, row, member, request.relations, at)
        if row.departure == rules.DEATH:
            return await _ask(session, actor, event, request, step, row)
    written = await files.carry_out(session, actor, seals, event, [step])
    change = await files.record(session, actor, event, request, touched.row, written, [row.id])
    await files.note_absences(session, event, [step])
    return views.whole(change, None)


async def _row(session: AsyncSession, touched: Touched, member_id: UUID) -> HouseholdMember:
    """The row of who comes back, on this file or as dead on one that merged into it."""
    row = touched.rows.get(member_id) or await storage.dead_of_merged(session, touched.row.id, member_id)
    if row is None:
        raise refusals.MemberUnknown(pointer="/member_id")
    return row


def _end_of_absence(touched: Touched, row: HouseholdMember, request: wire.Return) -> Step:
    if row.absence is None:
        raise refusals.NotAway()
    if request.member is not None or request.relation is not None or request.relations:
        raise refusals.ReturnStates()
    person = touched.people.find(row.id, "/member_id")
    military = False if row.absence == rules.MILITARY else person.member.military
    after = touched.people.replaced(replace(person, member=replace(person.member, military=military)))
    return Step(touched, after, rules.RETURN, away={row.id: None})


async def _require_free(session: AsyncSession, touched: Touched, row: HouseholdMember, event: Event) -> None:
    """Refuse a return to a file that merged into another, before the departure, of somebody on another file, or of
    somebody recorded as dead on another."""
    if touched.row.closing == rules.MERGED:
        raise refusals.ReturnElsewhere()
    if row.departed_on is not None and event.on < row.departed_on:
        raise refusals.DayBeforeDeparture()
    if await household_storage.holders(session, [row.identity_index]):
        raise refusals.PersonOnAnotherFile(pointer="/member_id")
    former = await storage.former_rows(session, row.identity_index)
    if any(one.departure == rules.DEATH and one.id != row.id for one in former):
        raise refusals.PersonRecordedDead(pointer="/member_id")
    rules.require_departed([(one.departure, one.departed_on) for one in former if one.id != row.id], event.on)


def _member(row: HouseholdMember, request: wire.Return, seals: Seals) -> Member:
    """The person as they come back: as the row has them with another relation, or as stated again."""
    sent = request.member
    if sent is not None:
        if row.departure == rules.DEATH or request.relation is not None:
            raise refusals.ReturnStates()
        if sent.id is not None:
            raise refusals.ReturnStates(pointer="/member/id")
        known = household_rows.protected_of(row, seals)
        member = member_of(sent, 0, known)
        if member.identity_number != known["identity_number"]:
            raise refusals.ReturnStates(pointer="/member/identity_number")
        return member
    if request.relation is None:
        raise refusals.FieldNeeded(pointer="/relation")
    return replace(household_rows.person_stated(row, seals), relation=request.relation)


def _return(
    touched: Touched, row: HouseholdMember, member: Member, relations: list[wire.MemberRelation], at: str = ""
) -> Step:
    """What the return does to the file; `at` is where the request states the person."""
    here = row.household_id == touched.row.id
    person = Person(row.id, member, at) if here else Person(new_id(), member, at, row.id)
    after = files.restated(touched.people, relations).joined(person)
    return Step(touched, after, rules.RETURN, relations=relations)


async def _ask(
    session: AsyncSession, actor: Actor, event: Event, request: wire.Return, step: Step, row: HouseholdMember
) -> wire.NaturalChange:
    """Ask the county to take back a recorded death; what it would make of the file must be sound already."""
    touched = step.touched
    if await storage.is_open(session, touched.row.id, event.kind):
        raise refusals.ChangeOpen()
    await files.require_sound(session, step, event.today)
    payload = {"relation": request.relation, "relations": [one.model_dump() for one in request.relations]}
    members = [UUID(request.member_id)]
    ended = None if row.household_id == touched.row.id else await storage.lock_file(session, row.household_id)
    change = await files.record(
        session, actor, event, request, touched.row, {}, members, other=ended, payload=payload, requested=True
    )
    return views.whole(change, None)


async def decide(
    session: AsyncSession, actor: Actor, seals: Seals, change_id: UUID, request: wire.CountyDecision
) -> wire.NaturalChange:
    """The county's decision on a return from a recorded death; accepted, the person is of the household again."""
    change, household = await take_up(session, actor, change_id, rules.RETURN)
    if actor.level != COUNTY:
        raise refusals.WrongLevel(levels=COUNTY)
    if actor.person == change.recorded_person:
        raise refusals.SamePerson()
    written: dict[str, Any] = {}
    if request.outcome == "accept":
        files.require_editable(household, None, reopened=(CLOSED,))
        touched = await files.read(session, household, seals)
        row = await _row(session, touched, change.member_ids[0])
        event = Event(change.id, change.kind, change.on, clock.office_today(), change.reason)
        await _require_free(session, touched, row, event)
        member = replace(household_rows.person_stated(row, seals), relation=change.payload["relation"])
        relations = [wire.MemberRelation(**one) for one in change.payload["relations"]]
        died_on = row.departed_on or change.on
        step = _return(touched, row, member, relations)
        written = await files.carry_out(session, actor, seals, event, [step])
        if row.household_id != household.id:
            written |= await _gone_with_the_merge(session, actor, seals, event, row)
        await death_events.tell(session, row.identity_index, died_on, death_events.WITHDRAWN)
    return await decided(session, actor, change, OUTCOMES[request.outcome], request.opinion, written)


async def _gone_with_the_merge(
    session: AsyncSession, actor: Actor, seals: Seals, event: Event, row: HouseholdMember
) -> dict[str, int]:
    """On the file that ended the person is dead no longer: they went where the others went, on the day of the return.
    Gives the version of that file."""
    household = await storage.lock_file(session, row.household_id)
    async with widened(session):  # the two may lie in different villages by now
        ended = await files.read(session, household, seals)
        row.departure, row.departed_on = rules.DEPARTURE[rules.MERGE], event.on
        await session.flush()
        made = await versions.write(session, actor, ended.row, ended.content, event.why(event.kind))
    return {str(ended.row.id): made.version}
