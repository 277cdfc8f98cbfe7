"""HTTP of works."""

from __future__ import annotations

from services.projects.api.library import ProjectCode
from services.projects.operations import works as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.projects_works import (
    NewAcceptance,
    NewCompletion,
    NewContract,
    NewHandover,
    NewProgressReport,
    NewStart,
    NewStop,
    NewTender,
    Works,
)

router = new_router("/api/v1/projects/works", "works")


@router.get("/{code}", operation_id="works_get", **needs("project.read"))
async def works_get(code: ProjectCode, session: Session, actor: CurrentActor) -> Works:
    return await operations.get(session, actor, code)


@router.post("/{code}/tender", operation_id="works_tender_record", status_code=201, **needs("works.record"))
async def works_tender_record(code: ProjectCode, body: NewTender, session: Session, actor: CurrentActor) -> Works:
    return await operations.tender(session, actor, code, body)


@router.post("/{code}/contract", operation_id="works_contract_record", status_code=201, **needs("works.record"))
async def works_contract_record(code: ProjectCode, body: NewContract, session: Session, actor: CurrentActor) -> Works:
    return await operations.contract(session, actor, code, body)


@router.post("/{code}/start", operation_id="works_start", status_code=201, **needs("works.record"))
async def works_start(code: ProjectCode, body: NewStart, session: Session, actor: CurrentActor) -> Works:
    return await operations.start(session, actor, code, body)


@router.post("/{code}/progress-reports", operation_id="works_progress_report", status_code=201, **needs("works.record"))
async def works_progress_report(
    code: ProjectCode, body: NewProgressReport, session: Session, actor: CurrentActor
) -> Works:
    return await operations.report_progress(session, actor, code, body)


@router.post("/{code}/completion", operation_id="works_complete", status_code=201, **needs("works.record"))
async def works_complete(code: ProjectCode, body: NewCompletion, session: Session, actor: CurrentActor) -> Works:
    return await operations.complete(session, actor, code, body)


@router.post("/{code}/acceptance", operation_id="works_accept", status_code=201, **needs("works.accept"))
async def works_accept(code: ProjectCode, body: NewAcceptance, session: Session, actor: CurrentActor) -> Works:
    return await operations.accept(session, actor, code, body)


@router.post("/{code}/stop", operation_id="works_stop", status_code=201, **needs("works.record"))
async def works_stop(code: ProjectCode, body: NewStop, session: Session, actor: CurrentActor) -> Works:
    return await operations.stop(session, actor, code, body)


@router.post("/{code}/handover", operation_id="works_hand_over", status_code=201, **needs("works.accept"))
async def works_hand_over(code: ProjectCode, body: NewHandover, session: Session, actor: CurrentActor) -> Works:
    return await operations.hand_over(session, actor, code, body)
