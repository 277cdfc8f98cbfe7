"""What a complainant does with a tracking code: look, add, rate, ask once for another look by the level above."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import complaints as rules
from services.gateway.domain import sealed_places
from services.gateway.domain.offices import level_of
from services.gateway.domain.refusals.complaints import (
    ComplaintRated,
    ComplaintReopenedBefore,
    ComplaintStepNotNow,
    ComplaintTooManyMessages,
)
from services.gateway.operations import complaint_steps, complaints
from services.gateway.operations.complaints import Neighbours
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage import parameters
from services.gateway.storage.tables import Complaint, ComplaintEntry
from shared.chassis import clock
from shared.refusals import NotFound
from shared.schemas.gateway_complaints import (
    ComplaintFollowed,
    ComplaintMessage,
    ComplaintRating,
    ComplaintReopening,
    ComplaintStatus,
    FollowedEntry,
)

MESSAGES = 20
MESSAGE = "message"


async def status(session: AsyncSession, seals: Seals, asked: ComplaintFollowed) -> ComplaintStatus:
    return await _shown(session, seals, await _found(session, asked))


async def add_message(session: AsyncSession, seals: Seals, said: ComplaintMessage) -> ComplaintStatus:
    """Add words; the same words twice in a row are one message, because an answer may have been lost."""
    row = await _found(session, said, lock=True)
    if row.state not in rules.OPEN:
        raise ComplaintStepNotNow()
    before = [entry for entry in await storage.entries(session, row.id) if entry.kind == MESSAGE]
    if not before or _text(seals, before[-1]) != said.text:
        if len(before) >= MESSAGES:
            raise ComplaintTooManyMessages()
        await complaint_steps.take(session, seals, row, MESSAGE, None, text=said.text)
        if row.state == rules.WAITING:
            row.state = rules.ACCEPTED
    return await _shown(session, seals, row)


async def rate(session: AsyncSession, seals: Seals, said: ComplaintRating) -> ComplaintStatus:
    """Rate the reply, once for each reply."""
    row = await _found(session, said, lock=True)
    if row.state not in (rules.REPLIED, rules.CLOSED):
        raise ComplaintStepNotNow()
    if row.satisfaction is not None and row.satisfaction != said.satisfaction:
        raise ComplaintRated()
    if row.satisfaction is None:
        row.satisfaction = said.satisfaction
        await complaint_steps.take(session, seals, row, "rated", None, satisfaction=str(said.satisfaction))
    return await _shown(session, seals, row)


async def reopen(
    session: AsyncSession, seals: Seals, neighbours: Neighbours, said: ComplaintReopening
) -> ComplaintStatus:
    """Once: the level above the one that replied takes it on, where there is one; else the same office again."""
    today = clock.office_today()
    exceptions = await neighbours.calendar.around(neighbours.funds, today)
    row = await _found(session, said, lock=True)
    if row.reopened:
        raise ComplaintReopenedBefore()
    if not await _may_reopen(session, row):
        raise ComplaintStepNotNow()
    answered_by = row.handler_office
    row.due_on = await complaint_steps.due_after(session, "complaint_accept_workdays", today, exceptions)
    await complaint_steps.take(session, seals, row, "reopened", None, text=said.reason)
    row.reopened, row.satisfaction = True, None
    await complaints.route(session, row, above=level_of(row.handler_division) or "")
    if row.handler_office != answered_by:
        await complaint_steps.take(session, seals, row, "moved_up", None, to=row.handler_office)
    return await _shown(session, seals, row)


async def _found(session: AsyncSession, asked: ComplaintFollowed, *, lock: bool = False) -> Complaint:
    digest = rules.code_digest(asked.tracking_code)
    row = None if digest is None else await storage.by_code(session, digest, lock=lock)
    if row is None:
        raise NotFound()
    return row


async def _shown(session: AsyncSession, seals: Seals, row: Complaint) -> ComplaintStatus:
    found = await storage.entries(session, row.id)
    return ComplaintStatus.model_validate(
        {
            "kind": row.kind,
            "area_code": row.area_code,
            "state": rules.ACCEPTED if row.state == rules.DRAFTED else row.state,
            "received_on": row.received_on,
            "due_on": row.due_on,
            "handled_by": await storage.office_name(session, row.handler_office),
            "files": len(await storage.files(session, row.id)),
            "satisfaction": row.satisfaction,
            "may_reopen": await _may_reopen(session, row),
            "entries": [
                FollowedEntry(
                    on=clock.office_day(entry.at),
                    step=entry.kind,
                    text=_text(seals, entry) if entry.kind in rules.SPOKEN else None,
                )
                for entry in found
                if entry.kind in rules.SHOWN
            ],
        }
    )


async def _may_reopen(session: AsyncSession, row: Complaint) -> bool:
    """Whether it was answered, not reopened before, and the days for asking have not run out."""
    today = clock.office_today()
    if row.reopened or row.replied_on is None or not rules.may("reopened", row.state):
        return False
    days = (await parameters.valid_on(session, today))["complaint_close_days"]
    return today <= row.replied_on + timedelta(days=days)


def _text(seals: Seals, entry: ComplaintEntry) -> str | None:
    return None if entry.text_sealed is None else seals.open(entry.text_sealed, sealed_places.complaint_entry(entry.id))
