"""Identification in the village: propose a list, record its meeting, post its notice, take and answer objections.

The decisions of township and county are in identification_decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import fields, refusals
from services.registry.domain import identifications as rules
from services.registry.domain.chains import IDENTIFICATION, require_step
from services.registry.domain.household_files import PROPOSABLE, PROPOSED, RETURNED
from services.registry.domain.parameters import fraction_of
from services.registry.domain.refusals.register_years import TodayInClosedYear
from services.registry.operations import identification_views as views
from services.registry.operations.closed_years import require_years_open
from services.registry.operations.households import event_columns, require_village
from services.registry.operations.trail import Trail
from services.registry.storage import household_versions, parameters
from services.registry.storage import identifications as storage
from services.registry.storage.ids import new_id
from services.registry.storage.tables import Identification, Objection, ObjectionAnswer, VillageMeeting, VillageNotice
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_decisions as wire
from shared.schemas.wire import Page


async def propose(session: AsyncSession, actor: Actor, request: wire.NewIdentification) -> wire.Identification:
    """Put drafts or returned files of one village on a list; they are frozen until it is decided."""
    await require_village(session, actor, request.village_code)
    step = IDENTIFICATION["propose"]
    require_step(step, step.state_before, actor.level, actor.person, {})
    ids = [UUID(household_id) for household_id in request.household_ids]
    found = await storage.lock_households(session, request.village_code, ids)
    for index, household_id in enumerate(ids):
        pointer = f"/household_ids/{index}"
        if household_id not in found:
            raise refusals.HouseholdUnknown(pointer=pointer)
        if household_id in ids[:index]:
            raise refusals.HouseholdRepeated(pointer=pointer)
        if found[household_id].status not in PROPOSABLE:
            raise refusals.HouseholdNotProposable(pointer=pointer, status=found[household_id].status)
    await _refuse_incomplete(session, ids)
    row = Identification(
        id=new_id(),
        village_code=request.village_code,
        year=request.year,
        state=step.state_after,
        proposed_on=clock.office_today(),
        proposed_at=clock.now(),
        proposed_by=actor.account,
        proposed_person=actor.person,
        proposed_office=actor.office,
    )
    session.add(row)
    await session.flush()
    await set_status(session, row, ids, PROPOSED, list_event(actor, row, "proposed"))
    await storage.put_on_list(session, row.id, {key: found[key].version + 1 for key in ids})
    audit.record(session, actor, "identification.propose", str(row.id), village=row.village_code, households=len(ids))
    return await views.whole(session, row)


async def _refuse_incomplete(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """A file taken over from another system may lack facts; they are stated before anybody votes on it."""
    contents = await household_versions.contents(session, ids)
    for index, household_id in enumerate(ids):
        gaps = fields.unstated(contents[household_id])
        if gaps:
            raise refusals.FileIncomplete(pointer=f"/household_ids/{index}", fields=" ".join(gaps[:20]))


def list_event(actor: Actor, row: Identification, kind: str, reason: str = "") -> dict[str, Any]:
    """The columns that the events of all households of a list share."""
    return event_columns(row.id, 0, kind, actor, reason) | {"identification_id": row.id}


async def set_status(
    session: AsyncSession,
    row: Identification,
    ids: Sequence[UUID],
    status: str,
    event: dict[str, Any],
    registered_on: date | None = None,
    reasons: dict[UUID, str] | None = None,
) -> None:
    """Give households of a list a new status, true from today: not on a day of a closed year."""
    if ids:
        await require_years_open(session, [row.village_code], event["on"], TodayInClosedYear)
        await storage.set_status(session, ids, status, event, registered_on, reasons)


async def locked(session: AsyncSession, actor: Actor, identification_id: UUID) -> Identification:
    row = await storage.lock(session, actor, identification_id)
    if row is None:
        raise NotFound()
    return row


async def doers(session: AsyncSession, row: Identification) -> dict[str, str]:
    """Who did each step so far, as persons."""
    done = {"propose": row.proposed_person}
    meeting, notice = await storage.meeting(session, row.id), await storage.notice(session, row.id)
    if meeting is not None:
        done["meeting"] = meeting.recorded_person
    if notice is not None:
        done["notice"] = notice.recorded_person
    for decision in await storage.decisions(session, row.id):
        done[decision.step] = decision.decided_person
    return done


async def record_meeting(
    session: AsyncSession, actor: Actor, identification_id: UUID, request: wire.MeetingHeld
) -> wire.Identification:
    """Record the village representatives' meeting; refuses one without its quorum or its majority."""
    row = await locked(session, actor, identification_id)
    step = IDENTIFICATION["meeting"]
    require_step(step, row.state, actor.level, actor.person, await doers(session, row))
    quorum = await parameters.value(session, "meeting_quorum", row.village_code, request.held_on)
    majority = await parameters.value(session, "meeting_majority", row.village_code, request.held_on)
    figures = request.model_dump(include={"held_on", "entitled", "present", "votes_for", "votes_against"})
    rules.require_meeting(
        rules.Meeting(**figures), fraction_of(quorum.value), fraction_of(majority.value), clock.office_today()
    )
    session.add(
        VillageMeeting(
            **request.model_dump(),
            identification_id=row.id,
            quorum=quorum.value,
            quorum_source=quorum.source,
            **_recorded(actor),
        )
    )
    row.state = step.state_after
    await session.flush()
    audit.record(session, actor, "identification.meeting", str(row.id), held_on=request.held_on.isoformat())
    return await views.whole(session, row)


def _recorded(actor: Actor) -> dict[str, Any]:
    return {
        "recorded_at": clock.now(),
        "recorded_by": actor.account,
        "recorded_person": actor.person,
        "recorded_office": actor.office,
    }


async def post_notice(
    session: AsyncSession, actor: Actor, identification_id: UUID, request: wire.NoticePosted
) -> wire.Identification:
    """Record the notice of a list. Its days are those in force where and when it was posted."""
    row = await locked(session, actor, identification_id)
    step = IDENTIFICATION["notice"]
    require_step(step, row.state, actor.level, actor.person, await doers(session, row))
    meeting, today = await storage.meeting(session, row.id), clock.office_today()
    assert meeting is not None
    rules.require_posting(request.posted_on, meeting.held_on, today)
    parameter = await parameters.value(session, step.days_parameter, row.village_code, request.posted_on)
    days = int(parameter.value)
    session.add(
        VillageNotice(
            **request.model_dump(),
            identification_id=row.id,
            village_code=row.village_code,
            days=days,
            ends_on=rules.notice_end(request.posted_on, days),
            days_source=parameter.source,
            recorded_late=request.posted_on < today,
            recorded_on=today,
            **_recorded(actor),
        )
    )
    row.state = step.state_after
    await session.flush()
    details = {"posted_on": request.posted_on.isoformat(), "recorded_late": request.posted_on < today}
    audit.record(session, actor, "identification.notice", str(row.id), **details)
    return await views.whole(session, row)


async def raise_objection(
    session: AsyncSession, actor: Actor, identification_id: UUID, request: wire.ObjectionRaised
) -> wire.Identification:
    """Note an objection to a household on a posted list; until it is answered nothing is decided."""
    row = await locked(session, actor, identification_id)
    notice = await _posted(session, row)
    rules.require_raising(request.raised_on, notice.posted_on, clock.office_today())
    if UUID(request.household_id) not in await storage.on_list(session, row.id):
        raise refusals.HouseholdUnknown(pointer="/household_id")
    objection = Objection(
        id=new_id(),
        identification_id=row.id,
        household_id=UUID(request.household_id),
        raised_on=request.raised_on,
        reason=request.reason,
        recorded_at=clock.now(),
        recorded_by=actor.account,
        recorded_person=actor.person,
    )
    session.add(objection)
    await session.flush()
    audit.record(session, actor, "identification.objection", str(row.id), objection=str(objection.id))
    return await views.whole(session, row)


async def _posted(session: AsyncSession, row: Identification) -> VillageNotice:
    notice = await storage.notice(session, row.id)
    if notice is None or row.state not in rules.OPEN_STATES:
        raise refusals.StepNotDue(state=row.state, step="objection")
    return notice


async def answer_objection(
    session: AsyncSession, actor: Actor, identification_id: UUID, objection_id: UUID, request: wire.ObjectionFinding
) -> wire.Identification:
    """Answer an objection; one that is upheld takes its household off the list."""
    row = await locked(session, actor, identification_id)
    await _posted(session, row)
    pairs = {objection.id: (objection, answer) for objection, answer in await storage.objections(session, row.id)}
    if objection_id not in pairs:
        raise NotFound()
    objection, answered = pairs[objection_id]
    if answered is not None:
        raise refusals.ObjectionAnswered()
    session.add(
        ObjectionAnswer(
            objection_id=objection_id,
            **request.model_dump(),
            answered_on=clock.office_today(),
            answered_at=clock.now(),
            answered_by=actor.account,
            answered_person=actor.person,
        )
    )
    await session.flush()
    if request.upheld and objection.household_id in await storage.on_list(session, row.id):
        await exclude(session, actor, row, {objection.household_id: request.finding}, "objection")
    audit.record(session, actor, "identification.objection_answer", str(row.id), upheld=request.upheld)
    return await views.whole(session, row)


async def exclude(
    session: AsyncSession, actor: Actor, row: Identification, reasons: dict[UUID, str], step: str
) -> None:
    """Take households off a list: their files go back to the village, each with its reason."""
    await storage.take_out(session, row.id, reasons, step)
    event = list_event(actor, row, "taken_out")
    await set_status(session, row, sorted(reasons), RETURNED, event, reasons=reasons)


async def list_lists(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    state: str | None,
    year: int | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.IdentificationLine]:
    """Lists of the actor's scope, newest first."""
    rows = await storage.list_lists(session, actor, area, state, year, paging.decode_id(cursor), limit + 1)
    items = [views.line(row, households, ends_on) for row, households, ends_on in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def get(session: AsyncSession, trail: Trail, identification_id: UUID) -> wire.Identification:
    """One list with every step; the names of its households make it a read of files."""
    row = await storage.visible(session, trail.actor, identification_id)
    if row is None:
        raise NotFound()
    answer = await views.whole(session, row)
    await trail.note(session, "identification.get", _subjects(answer.households))
    return answer


def _subjects(households: Sequence[wire.ListedHousehold]) -> list[str]:
    return [household.household_id for household in households]
