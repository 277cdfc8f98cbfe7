"""HTTP of complaints (12317) as anybody makes and follows them. A tracking code never stands in an address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, File, Form, Query, Request, UploadFile

from services.gateway.api.dependencies import GatewayParts
from services.gateway.domain.refusals.complaints import ComplaintFilesTooMany, ComplaintFileTooLarge
from services.gateway.operations import complaint_figures, complaint_following
from services.gateway.operations import complaints as operations
from services.gateway.operations.complaints import Neighbours, SentFile, Submission
from services.gateway.settings import Settings
from services.gateway.storage.data_files import HOTLINE, complaint_kinds
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import OfficeCode
from shared.schemas.gateway_complaints import (
    AboutLevel,
    ComplaintFollowed,
    ComplaintKind,
    ComplaintKinds,
    ComplaintMessage,
    ComplaintRating,
    ComplaintReceipt,
    ComplaintReopening,
    ComplaintStatus,
    PublicComplaintFigures,
    SubmissionToken,
    Telephone,
)
from shared.schemas.wire import Code, DivisionCode, LongText, PersonName

router = new_router("/api/v1/public/complaints", "complaints")


def _neighbours(request: Request, parts: GatewayParts) -> Neighbours:
    peers = request.app.state.peers
    return Neighbours(peers["registry"], peers["funds"], parts.calendar)


def _asks(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a POST that only looks: a code does not belong into an address."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-reads-only": True}}


Around = Annotated[Neighbours, Depends(_neighbours)]


@router.post("", operation_id="complaint_submit", status_code=201, **needs("complaint.submit"))
async def complaint_submit(
    session: Session,
    actor: CurrentActor,
    parts: GatewayParts,
    neighbours: Around,
    submission_token: Annotated[SubmissionToken, Form(description="22 to 64 random characters of your own making")],
    kind: Annotated[Code, Form()],
    area_code: Annotated[DivisionCode, Form(description="the place it is about")],
    text: Annotated[LongText, Form()],
    name: Annotated[PersonName | None, Form(description="with a telephone; without both it is anonymous")] = None,
    telephone: Annotated[Telephone | None, Form()] = None,
    about_level: Annotated[AboutLevel | None, Form(description="level of the body complained about")] = None,
    about_office: Annotated[OfficeCode | None, Form()] = None,
    about_person: Annotated[PersonName | None, Form(description="who is complained about")] = None,
    files: Annotated[list[UploadFile] | None, File(description="jpg, png, pdf, docx")] = None,
) -> ComplaintReceipt:
    """Hand in a complaint. Sending the same once more with the same token gives the same code and no second one."""
    sent = Submission(
        token=submission_token,
        kind=kind,
        area_code=area_code,
        text=text,
        name=name,
        telephone=telephone,
        about_level=about_level or "",
        about_office=about_office or "",
        about_person=about_person,
        files=await _read(parts.settings, files or []),
    )
    return await operations.submit(session, actor, parts.seals, neighbours, sent)


async def _read(settings: Settings, files: list[UploadFile]) -> tuple[SentFile, ...]:
    if len(files) > settings.complaint_files:
        raise ComplaintFilesTooMany(most=settings.complaint_files)
    found = []
    for file in files:
        content = await file.read(settings.complaint_file_bytes + 1)
        if len(content) > settings.complaint_file_bytes:
            raise ComplaintFileTooLarge(limit_bytes=settings.complaint_file_bytes)
        found.append(SentFile(file.filename or "", file.content_type or "", content))
    return tuple(found)


@router.get("/kinds", operation_id="complaint_kind_list", **needs("public.read"))
async def complaint_kind_list() -> ComplaintKinds:
    kinds: list[dict[str, Any]] = list(complaint_kinds().values())
    items = [ComplaintKind(code=row["code"], zh=row["zh"], en=row["en"]) for row in kinds]
    return ComplaintKinds(hotline=HOTLINE, items=items)


@router.get("/figures", operation_id="public_complaint_figures", **needs("public.read"))
async def public_complaint_figures(
    session: Session, year: Annotated[int, Query(ge=2000, le=2100)], division_code: DivisionCode = "00"
) -> PublicComplaintFigures:
    return await complaint_figures.public(session, division_code, year)


@router.post("/status", operation_id="complaint_follow", **_asks(needs("complaint.submit")))
async def complaint_follow(body: ComplaintFollowed, session: Session, parts: GatewayParts) -> ComplaintStatus:
    return await complaint_following.status(session, parts.seals, body)


@router.post("/messages", operation_id="complaint_add_message", **needs("complaint.submit"))
async def complaint_add_message(body: ComplaintMessage, session: Session, parts: GatewayParts) -> ComplaintStatus:
    return await complaint_following.add_message(session, parts.seals, body)


@router.post("/rating", operation_id="complaint_rate", **needs("complaint.submit"))
async def complaint_rate(body: ComplaintRating, session: Session, parts: GatewayParts) -> ComplaintStatus:
    return await complaint_following.rate(session, parts.seals, body)


@router.post("/reopening", operation_id="complaint_reopen", **needs("complaint.submit"))
async def complaint_reopen(
    body: ComplaintReopening, session: Session, parts: GatewayParts, neighbours: Around
) -> ComplaintStatus:
    return await complaint_following.reopen(session, parts.seals, neighbours, body)
