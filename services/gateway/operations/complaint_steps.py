"""One step of a complaint: checked against its state, noted for ever, its words sealed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import complaints as rules
from services.gateway.domain import sealed_places, working_days
from services.gateway.domain.complaint_routing import Matter
from services.gateway.domain.refusals.complaints import ComplaintStepNotNow
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage import parameters
from services.gateway.storage.data_files import complaint_kinds
from services.gateway.storage.tables import Complaint, ComplaintEntry
from shared.chassis import audit, clock
from shared.chassis.identity import Actor

TEXT, NAME, TELEPHONE, PERSON = "text_sealed", "name_sealed", "telephone_sealed", "about_person_sealed"


def matter_of(row: Complaint) -> Matter:
    """What decides who may handle it."""
    return Matter(row.area_code, complaint_kinds()[row.kind]["sector"], row.about_level, row.about_office)


async def due_after(session: AsyncSession, key: str, today: date, exceptions: Mapping[date, bool]) -> date:
    """The last day of a period of working days that a parameter gives."""
    found = await parameters.valid_on(session, today)
    return working_days.after(today, found[key], exceptions)


async def take(
    session: AsyncSession,
    seals: Seals,
    row: Complaint,
    step: str,
    actor: Actor | None,
    *,
    text: str | None = None,
    draft_id: str | None = None,
    escalated_to: str | None = None,
    **facts: str,
) -> ComplaintEntry:
    """Move the locked complaint on and note it. Refuses a step its state does not allow.

    `actor` is the officer; None for the complainant and for what happens by itself.
    """
    if step in rules.STEPS:
        if not rules.may(step, row.state):
            raise ComplaintStepNotNow()
        row.state = rules.STEPS[step][1]
    entry = ComplaintEntry(
        id=uuid.uuid4().hex,
        complaint_id=row.id,
        at=clock.now(),
        kind=step,
        account="" if actor is None else actor.account,
        person="" if actor is None else actor.person,
        office="" if actor is None else actor.office,
        draft_id=draft_id,
        escalated_to=escalated_to,
        facts=facts,
    )
    entry.text_sealed = None if text is None else seals.seal(text, sealed_places.complaint_entry(entry.id))
    await storage.add(session, entry)
    if actor is not None:
        audit.record(session, actor, f"complaint.{step}", row.id)
    return entry
