"""HTTP of corrections to closed years."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import corrections as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry_years import Correction, CorrectionFinding, CorrectionLine, CorrectionState, NewCorrection
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/registry/corrections", "corrections")

CorrectionId = Annotated[UUID, Path()]


@router.post("", operation_id="correction_ask", status_code=201, **needs("correction.ask"))
async def correction_ask(body: NewCorrection, session: Session, actor: CurrentActor, seals: CurrentSeals) -> Correction:
    return await operations.ask(session, actor, seals, body)


@router.get("", operation_id="correction_list", **needs("correction.read"))
async def correction_list(
    session: Session,
    actor: CurrentActor,
    within: Annotated[DivisionCode | None, Query(description="an area of any level")] = None,
    state: CorrectionState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CorrectionLine]:
    return await operations.list_corrections(session, actor, within, state, cursor, limit)


@router.get("/{correction_id}", operation_id="correction_get", **needs("correction.read"))
async def correction_get(
    correction_id: CorrectionId, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> Correction:
    return await operations.get(session, trail, seals, correction_id)


@router.post("/{correction_id}/decision", operation_id="correction_decide", **needs("correction.consent"))
async def correction_decide(
    correction_id: CorrectionId,
    body: CorrectionFinding,
    session: Session,
    actor: CurrentActor,
    seals: CurrentSeals,
) -> Correction:
    return await operations.decide(session, actor, seals, correction_id, body)
