"""Complaints as officers see them. A read is noted in the trail first, that of the name with its reason."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import complaint_files, sealed_places
from services.gateway.domain import complaints as rules
from services.gateway.domain.refusals.complaints import ComplaintAnonymous, UnmaskReasonMissing
from services.gateway.operations.complaint_steps import NAME, PERSON, TELEPHONE, TEXT
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage.tables import Complaint, ComplaintEntry
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound, Unavailable
from shared.schemas import gateway_complaints as wire

REASON_LENGTH = 4


def head(row: Complaint) -> wire.ComplaintHead:
    return wire.ComplaintHead.model_validate(_head(row))


async def whole(
    session: AsyncSession, database: Database, seals: Seals, actor: Actor, row: Complaint
) -> wire.Complaint:
    """What was written, every step, and which files there are; not who wrote it."""
    entries = await storage.entries(session, row.id)
    files = await storage.files(session, row.id)
    await _note(session, database, actor, "complaint.read", row.id, "text")
    about = row.about_person_sealed
    return wire.Complaint.model_validate(
        _head(row)
        | {
            "text": seals.open(row.text_sealed, sealed_places.complaint(TEXT, row.id)),
            "about_level": row.about_level,
            "about_office": row.about_office,
            "about_person": None if about is None else seals.open(about, sealed_places.complaint(PERSON, row.id)),
            "entries": [_entry(seals, entry) for entry in entries],
            "files": [wire.ComplaintFile(id=id, number=no, media_type=kind, size=size) for id, no, kind, size in files],
        }
    )


async def complainant(
    session: AsyncSession, database: Database, seals: Seals, actor: Actor, row: Complaint
) -> wire.Complainant:
    """Name and telephone, to those who handle it and say why; noted before they leave."""
    if len(actor.purpose.strip()) < REASON_LENGTH or not any(letter.isalpha() for letter in actor.purpose):
        raise UnmaskReasonMissing()
    if row.name_sealed is None or row.telephone_sealed is None:
        raise ComplaintAnonymous()
    await _note(session, database, actor, "complaint.unmask", row.id, "name,telephone")
    return wire.Complainant(
        name=seals.open(row.name_sealed, sealed_places.complaint(NAME, row.id)),
        telephone=seals.open(row.telephone_sealed, sealed_places.complaint(TELEPHONE, row.id)),
    )


async def file(
    session: AsyncSession, database: Database, seals: Seals, actor: Actor, row: Complaint, file_id: str
) -> tuple[str, str, bytes]:
    """Name, media type and content of one file. The name tells its number, nothing the sender called it."""
    found = await storage.file(session, row.id, file_id)
    if found is None:
        raise NotFound()
    await _note(session, database, actor, "complaint.file", row.id, f"file {found.number}")
    name = f"{row.id[:8]}-{found.number}.{complaint_files.EXTENSIONS[found.media_type]}"
    return name, found.media_type, seals.open_bytes(found.content_sealed, sealed_places.complaint_file(found.id))


async def _note(
    session: AsyncSession, database: Database, actor: Actor, action: str, complaint_id: str, fields: str
) -> None:
    """Note the read. If that fails nothing leaves; the session's connection is given back first."""
    await session.close()
    try:
        await audit.record_read(database, actor, action, [f"complaint:{complaint_id}"], fields, actor.purpose)
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable() from error


def _head(row: Complaint) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "area_code": row.area_code,
        "state": row.state,
        "named": row.name_sealed is not None,
        "received_on": row.received_on,
        "due_on": row.due_on,
        "overdue": row.state in rules.OPEN and row.due_on is not None and row.due_on < clock.office_today(),
        "handler_office": row.handler_office,
        "replied_on": row.replied_on,
        "reopened": row.reopened,
        "satisfaction": row.satisfaction,
    }


def _entry(seals: Seals, entry: ComplaintEntry) -> wire.ComplaintEntry:
    sealed = entry.text_sealed
    return wire.ComplaintEntry(
        id=entry.id,
        at=entry.at,
        step=entry.kind,
        office=entry.office,
        account=entry.account,
        text=None if sealed is None else seals.open(sealed, sealed_places.complaint_entry(entry.id)),
        draft_id=entry.draft_id,
        facts=entry.facts,
    )
