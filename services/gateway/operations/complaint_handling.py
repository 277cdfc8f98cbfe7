"""What an office does with the complaints that lie at its desk. Everybody else, and who they are about, sees none."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import complaint_routing, sealed_places
from services.gateway.domain import complaints as rules
from services.gateway.domain.refusals.complaints import (
    ComplaintStepNotNow,
    DraftChanged,
    DraftSamePerson,
    TransferNotPossible,
)
from services.gateway.operations import complaint_steps, complaint_views
from services.gateway.operations.complaint_steps import PERSON
from services.gateway.operations.complaints import Neighbours
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage.tables import Complaint, ComplaintEntry
from shared.chassis import clock, paging
from shared.chassis.identity import Actor
from shared.refusals import Malformed, NotFound
from shared.schemas.gateway_complaints import ComplaintHead, ComplaintRelease, ComplaintTransfer
from shared.schemas.wire import Page


async def at_desk(
    session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, *, lock: bool = False
) -> Complaint:
    """The complaint at the actor's office; absent for everybody else, and for whoever bears the name it is about."""
    row = await storage.at_desk(session, actor, complaint_id, lock=lock)
    if row is None:
        raise NotFound()
    if row.about_person_sealed is not None:
        about = seals.open(row.about_person_sealed, sealed_places.complaint(PERSON, row.id))
        if about == await storage.person_name(session, actor.person):
            raise NotFound()
    return row


async def list_at_desk(
    session: AsyncSession, actor: Actor, state: str | None, overdue: bool, cursor: str | None, limit: int
) -> Page[ComplaintHead]:
    key = paging.decode(cursor, str, str)
    try:
        after = None if key is None else (date.fromisoformat(str(key[0])), str(key[1]))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
    today = clock.office_today()
    rows = await storage.list_at_desk(session, actor, state, today if overdue else None, after, limit + 1)
    items = [complaint_views.head(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items, next_cursor=paging.encode(items[-1].received_on.isoformat(), items[-1].id) if more else None
    )


async def accept(
    session: AsyncSession, seals: Seals, actor: Actor, neighbours: Neighbours, complaint_id: str
) -> ComplaintHead:
    """Take it on; from now the days of the reply count."""
    today = clock.office_today()
    exceptions = await neighbours.calendar.around(neighbours.funds, today)
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    _note_lateness(row, today)
    await complaint_steps.take(session, seals, row, "accepted", actor)
    row.due_on = await complaint_steps.due_after(session, "complaint_reply_workdays", today, exceptions)
    return complaint_views.head(row)


async def transfer(
    session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, to: ComplaintTransfer
) -> ComplaintHead:
    """Hand it to another office that may handle it. The deadline stays where it was."""
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    desks = {desk.code: desk for desk in await storage.desks(session, row.area_code, clock.office_today())}
    desk = desks.get(to.office)
    if desk is None or desk.code == actor.office:
        raise TransferNotPossible()
    if not complaint_routing.may_handle(complaint_steps.matter_of(row), desk, any_sector=True):
        raise TransferNotPossible()
    await complaint_steps.take(session, seals, row, "transferred", actor, text=to.reason, to=desk.code)
    row.handler_office, row.handler_division = desk.code, desk.division_code
    return complaint_views.head(row)


async def ask_more(
    session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, question: str
) -> ComplaintHead:
    """Ask the complainant; the deadline goes on, so that asking is no way to gain time."""
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    await complaint_steps.take(session, seals, row, "more_asked", actor, text=question)
    return complaint_views.head(row)


async def draft(session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, reply: str) -> ComplaintHead:
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    await complaint_steps.take(session, seals, row, "drafted", actor, text=reply)
    return complaint_views.head(row)


async def release(
    session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, word: ComplaintRelease
) -> ComplaintHead:
    """Let the draft out as the reply, or send it back. Never by the human who drafted it."""
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    waiting = await _draft_of(session, row)
    if waiting.id != word.draft_id:
        raise DraftChanged()
    if waiting.person == actor.person:
        raise DraftSamePerson()
    if word.outcome == "refuse":
        await complaint_steps.take(session, seals, row, "draft_refused", actor, text=word.opinion, draft_id=waiting.id)
        return complaint_views.head(row)
    today = clock.office_today()
    _note_lateness(row, today)
    reply = seals.open(waiting.text_sealed or b"", sealed_places.complaint_entry(waiting.id))
    row.due_on, row.replied_on = None, today
    await complaint_steps.take(session, seals, row, "replied", actor, text=reply, draft_id=waiting.id)
    return complaint_views.head(row)


async def close(session: AsyncSession, seals: Seals, actor: Actor, complaint_id: str, reason: str) -> ComplaintHead:
    """Close what was answered; the complainant may still have it looked at again once."""
    row = await at_desk(session, seals, actor, complaint_id, lock=True)
    await complaint_steps.take(session, seals, row, "closed", actor, text=reason)
    return complaint_views.head(row)


async def _draft_of(session: AsyncSession, row: Complaint) -> ComplaintEntry:
    if row.state != rules.DRAFTED:
        raise ComplaintStepNotNow()
    return [entry for entry in await storage.entries(session, row.id) if entry.kind == "drafted"][-1]


def _note_lateness(row: Complaint, today: date) -> None:
    row.late = row.late or (row.due_on is not None and row.due_on < today)
