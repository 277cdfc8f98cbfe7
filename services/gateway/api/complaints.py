"""HTTP of complaints as the office that handles them works on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from services.gateway.api.dependencies import GatewayParts, OwnDatabase
from services.gateway.api.public_complaints import Around
from services.gateway.operations import complaint_figures, complaint_views
from services.gateway.operations import complaint_handling as operations
from services.gateway.operations import complaints as intake
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway_complaints import (
    Complainant,
    Complaint,
    ComplaintClosing,
    ComplaintHead,
    ComplaintReceipt,
    ComplaintRelease,
    ComplaintState,
    ComplaintStatistics,
    ComplaintTaken,
    ComplaintTransfer,
    ComplaintWords,
)
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/complaints", "complaints")

ComplaintId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("", operation_id="complaint_list", **needs("complaint.handle"))
async def complaint_list(
    session: Session,
    actor: CurrentActor,
    state: ComplaintState | None = None,
    overdue: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ComplaintHead]:
    return await operations.list_at_desk(session, actor, state, overdue, cursor, limit)


@router.post("", operation_id="complaint_take", status_code=201, **needs("complaint.handle"))
async def complaint_take(
    body: ComplaintTaken, session: Session, actor: CurrentActor, parts: GatewayParts, neighbours: Around
) -> ComplaintReceipt:
    """Take down what somebody says on the hotline or at the desk. The code is told to them, and shown nowhere else."""
    return await intake.take_down(session, actor, parts.seals, neighbours, body)


@router.get("/statistics", operation_id="complaint_statistics", **needs("complaint.statistics"))
async def complaint_statistics(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    year: Annotated[int, Query(ge=2000, le=2100)],
) -> ComplaintStatistics:
    return await complaint_figures.statistics(session, actor, division_code, year)


@router.get("/{complaint_id}", operation_id="complaint_get", **needs("complaint.handle"))
async def complaint_get(
    complaint_id: ComplaintId, session: Session, database: OwnDatabase, actor: CurrentActor, parts: GatewayParts
) -> Complaint:
    row = await operations.at_desk(session, parts.seals, actor, complaint_id)
    return await complaint_views.whole(session, database, parts.seals, actor, row)


@router.get("/{complaint_id}/complainant", operation_id="complaint_unmask", **needs("complaint.unmask"))
async def complaint_unmask(
    complaint_id: ComplaintId, session: Session, database: OwnDatabase, actor: CurrentActor, parts: GatewayParts
) -> Complainant:
    """Who wrote it: with the reason in X-Access-Reason, to the handling office, noted for ever."""
    row = await operations.at_desk(session, parts.seals, actor, complaint_id)
    return await complaint_views.complainant(session, database, parts.seals, actor, row)


@router.get("/{complaint_id}/files/{file_id}", operation_id="complaint_file_get", **needs("complaint.handle"))
async def complaint_file_get(
    complaint_id: ComplaintId,
    file_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    session: Session,
    database: OwnDatabase,
    actor: CurrentActor,
    parts: GatewayParts,
) -> Response:
    row = await operations.at_desk(session, parts.seals, actor, complaint_id)
    name, media_type, content = await complaint_views.file(session, database, parts.seals, actor, row, file_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@router.post("/{complaint_id}/acceptance", operation_id="complaint_accept", **needs("complaint.handle"))
async def complaint_accept(
    complaint_id: ComplaintId, session: Session, actor: CurrentActor, parts: GatewayParts, neighbours: Around
) -> ComplaintHead:
    return await operations.accept(session, parts.seals, actor, neighbours, complaint_id)


@router.post("/{complaint_id}/transfer", operation_id="complaint_transfer", **needs("complaint.handle"))
async def complaint_transfer(
    complaint_id: ComplaintId, body: ComplaintTransfer, session: Session, actor: CurrentActor, parts: GatewayParts
) -> ComplaintHead:
    return await operations.transfer(session, parts.seals, actor, complaint_id, body)


@router.post("/{complaint_id}/questions", operation_id="complaint_ask_more", **needs("complaint.handle"))
async def complaint_ask_more(
    complaint_id: ComplaintId, body: ComplaintWords, session: Session, actor: CurrentActor, parts: GatewayParts
) -> ComplaintHead:
    return await operations.ask_more(session, parts.seals, actor, complaint_id, body.text)


@router.post("/{complaint_id}/drafts", operation_id="complaint_draft_reply", **needs("complaint.handle"))
async def complaint_draft_reply(
    complaint_id: ComplaintId, body: ComplaintWords, session: Session, actor: CurrentActor, parts: GatewayParts
) -> ComplaintHead:
    return await operations.draft(session, parts.seals, actor, complaint_id, body.text)


@router.post("/{complaint_id}/release", operation_id="complaint_release_reply", **needs("complaint.release"))
async def complaint_release_reply(
    complaint_id: ComplaintId, body: ComplaintRelease, session: Session, actor: CurrentActor, parts: GatewayParts
) -> ComplaintHead:
    """Let the draft out, or send it back: a second person's word."""
    return await operations.release(session, parts.seals, actor, complaint_id, body)


@router.post("/{complaint_id}/closing", operation_id="complaint_close", **needs("complaint.handle"))
async def complaint_close(
    complaint_id: ComplaintId, body: ComplaintClosing, session: Session, actor: CurrentActor, parts: GatewayParts
) -> ComplaintHead:
    return await operations.close(session, parts.seals, actor, complaint_id, body.reason)
