"""Complaints as they come in: checked, sealed, given to the office that may handle them, and a code for the sender."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import complaint_files, complaint_routing, sealed_places
from services.gateway.domain import complaints as rules
from services.gateway.domain.refusals.complaints import (
    ComplaintFileKind,
    ComplaintKindUnknown,
    ComplaintNameIncomplete,
    ComplaintPersonWithoutOffice,
    SubmissionReused,
)
from services.gateway.domain.refusals.offices import DivisionUnknown
from services.gateway.operations import complaint_steps
from services.gateway.operations.complaint_steps import NAME, PERSON, TELEPHONE, TEXT
from services.gateway.operations.sealing import Seals
from services.gateway.storage import complaints as storage
from services.gateway.storage.data_files import complaint_kinds
from services.gateway.storage.tables import Complaint, ComplaintFile
from services.gateway.upstream.registry import require_division
from services.gateway.upstream.working_days import WorkingDays
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import Unavailable
from shared.schemas.gateway_complaints import ComplaintReceipt, ComplaintTaken

NONCE = 12


class SentFile(NamedTuple):
    """A file as it was sent."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Submission:
    """A complaint as it was sent; its texts are clean, its files not looked at yet."""

    token: str
    kind: str
    area_code: str
    text: str
    name: str | None = None
    telephone: str | None = None
    about_level: str = ""
    about_office: str = ""
    about_person: str | None = None
    channel: str = ""
    """How it reached the officer who took it down; empty when the complainant sent it."""
    files: tuple[SentFile, ...] = field(default=())

    def digest(self) -> str:
        """What tells a repetition from another complaint. The token in it keeps it from being guessed at."""
        said = asdict(self) | {"files": [hashlib.sha256(file.content).hexdigest() for file in self.files]}
        if not self.channel:
            del said["channel"]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Neighbours:
    """Who else is asked while a complaint is taken in or handled."""

    registry: Peer
    funds: Peer
    calendar: WorkingDays


async def submit(
    session: AsyncSession, actor: Actor, seals: Seals, neighbours: Neighbours, sent: Submission
) -> ComplaintReceipt:
    """Take a complaint in. The same token and content once more gets the same code; another content is refused."""
    _require_consistent(sent)
    files = [_checked(file) for file in sent.files]
    await _require_place(neighbours.registry, actor, sent.area_code)
    today = clock.office_today()
    exceptions = await neighbours.calendar.around(neighbours.funds, today)
    known = await storage.by_submission(session, rules.submission_digest(sent.token))
    if known is not None:
        return await _again(session, known, sent)
    code = rules.new_code()
    row = _row(seals, sent, code)
    row.due_on = await complaint_steps.due_after(session, "complaint_accept_workdays", today, exceptions)
    if sent.about_person is not None:
        row.excluded_persons = await storage.persons_named(session, sent.about_person, sent.area_code)
    await route(session, row)
    await storage.add(session, row)
    await storage.add(session, *(_file_row(seals, row.id, number, file) for number, file in enumerate(files, 1)))
    await _note_receipt(session, seals, actor, row, sent.channel)
    return await _receipt(session, row, code)


async def take_down(
    session: AsyncSession, actor: Actor, seals: Seals, neighbours: Neighbours, told: ComplaintTaken
) -> ComplaintReceipt:
    """Take a complaint in as an officer of its area was told it; which officer, and how it came, stands in it."""
    require_in_scope(actor, told.area_code)
    sent = Submission(
        token=told.submission_token,
        kind=told.kind,
        area_code=told.area_code,
        text=told.text,
        name=told.name,
        telephone=told.telephone,
        about_level=told.about_level or "",
        about_office=told.about_office or "",
        about_person=told.about_person,
        channel=told.channel,
    )
    return await submit(session, actor, seals, neighbours, sent)


async def _note_receipt(session: AsyncSession, seals: Seals, actor: Actor, row: Complaint, channel: str) -> None:
    if channel:
        await complaint_steps.take(session, seals, row, "received", actor, to=row.handler_office, channel=channel)
        return
    await complaint_steps.take(session, seals, row, "received", None, to=row.handler_office)
    audit.record(session, actor, "complaint.received", row.id)


async def route(session: AsyncSession, row: Complaint, above: str = "") -> bool:
    """Give the complaint to the office that may handle it, with `above` one of a higher level. Whether there is one."""
    matter = complaint_steps.matter_of(row)
    desk = complaint_routing.competent(matter, await storage.desks(session, row.area_code, clock.office_today()), above)
    if desk is None:
        if not above:
            row.handler_office, row.handler_division = "", complaint_routing.first_division(matter)
        return False
    row.handler_office, row.handler_division = desk.code, desk.division_code
    return True


def _require_consistent(sent: Submission) -> None:
    if sent.kind not in complaint_kinds():
        raise ComplaintKindUnknown()
    if (sent.name is None) != (sent.telephone is None):
        raise ComplaintNameIncomplete()
    if sent.about_person is not None and not (sent.about_level or sent.about_office):
        raise ComplaintPersonWithoutOffice()


async def _require_place(registry: Peer, actor: Actor, area_code: str) -> None:
    """Refuse a place the registry does not know; while it cannot be asked, nobody is turned away."""
    try:
        await require_division(registry, actor, area_code)
    except DivisionUnknown as refusal:
        raise DivisionUnknown(pointer="/area_code") from refusal
    except Unavailable:
        return


def _checked(file: SentFile) -> tuple[str, bytes]:
    """Media type by content, and the content without its camera's notes."""
    found = complaint_files.kind_of(file.content)
    if found is None or not complaint_files.agrees(file.name, file.media_type, found):
        raise ComplaintFileKind()
    return found, complaint_files.without_traces(file.content, found)


def _row(seals: Seals, sent: Submission, code: str) -> Complaint:
    row_id = uuid.uuid4().hex

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else seals.seal(text, sealed_places.complaint(column, row_id))

    return Complaint(
        id=row_id,
        code_digest=rules.code_digest(code),
        submission_digest=rules.submission_digest(sent.token),
        content_digest=sent.digest(),
        code_wrapped=_wrapped(sent.token, row_id, code),
        kind=sent.kind,
        area_code=sent.area_code,
        text_sealed=seals.seal(sent.text, sealed_places.complaint(TEXT, row_id)),
        name_sealed=sealed(NAME, sent.name),
        telephone_sealed=sealed(TELEPHONE, sent.telephone),
        about_level=sent.about_level,
        about_office=sent.about_office,
        about_person_sealed=sealed(PERSON, sent.about_person),
        excluded_persons=[],
        state=rules.RECEIVED,
        received_on=clock.office_today(),
        late=False,
        reopened=False,
        created_at=clock.now(),
    )


def _file_row(seals: Seals, complaint_id: str, number: int, file: tuple[str, bytes]) -> ComplaintFile:
    row_id = uuid.uuid4().hex
    return ComplaintFile(
        id=row_id,
        complaint_id=complaint_id,
        number=number,
        media_type=file[0],
        size=len(file[1]),
        content_sealed=seals.seal_bytes(file[1], sealed_places.complaint_file(row_id)),
        at=clock.now(),
    )


async def _again(session: AsyncSession, row: Complaint, sent: Submission) -> ComplaintReceipt:
    if row.content_digest != sent.digest():
        raise SubmissionReused()
    return await _receipt(session, row, _unwrapped(sent.token, row.id, row.code_wrapped))


async def _receipt(session: AsyncSession, row: Complaint, code: str) -> ComplaintReceipt:
    return ComplaintReceipt(
        tracking_code=code,
        received_on=row.received_on,
        due_on=row.due_on,
        handled_by=await storage.office_name(session, row.handler_office),
    )


def _key(token: str, complaint_id: str) -> AESGCM:
    info = f"lika gateway complaint code {complaint_id}".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(token.encode()))


def _wrapped(token: str, complaint_id: str, code: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _key(token, complaint_id).encrypt(nonce, code.encode(), None)


def _unwrapped(token: str, complaint_id: str, wrapped: bytes) -> str:
    return _key(token, complaint_id).decrypt(wrapped[:NONCE], wrapped[NONCE:], None).decode()
