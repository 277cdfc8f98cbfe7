"""HTTP of spending reports."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from services.funds.api.questions import MoneyQuestion, Year
from services.funds.api.request_parts import Area, RegistryPeer, WholeId, YearFilter
from services.funds.operations import progress_reports as operations
from services.funds.operations import report_corrections as corrections
from services.funds.operations import report_files as files
from services.funds.storage.progress_reports import Asked
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_progress_reports import (
    NewCorrectionConsent,
    NewProgressReport,
    NewReportCorrection,
    NewReportEdition,
    NewReportReceipt,
    NewReportSending,
    OverdueReports,
    ProgressReport,
    RankingBulletin,
    ReportCorrection,
    ReportCorrections,
    ReportDocument,
    ReportFormat,
    ReportHead,
    ReportKinds,
    ReportPeriod,
    ReportState,
)
from shared.schemas.wire import Code, Day, DivisionCode, Page

router = new_router("/api/v1/funds/progress-reports", "progress reports")
rankings_router = new_router("/api/v1/funds/rankings", "progress reports")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": dict.fromkeys(files.MEDIA_TYPES.values(), _BINARY)}},
}
PercentPlaces = Annotated[int, Query(ge=0, le=4, description="decimals of per cent in a bulletin")]


@router.post("", operation_id="progress_report_draft", status_code=201, **needs("progress_report.write", money=True))
async def progress_report_draft(
    body: NewProgressReport, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> ProgressReport:
    return await operations.draft(session, actor, registry, body)


@router.get("", operation_id="progress_report_list", **needs("progress.read"))
async def progress_report_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    kind: Code | None = None,
    fund_year: YearFilter = None,
    period: ReportPeriod | None = None,
    state: ReportState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReportHead]:
    asked = Asked(division_code, kind, fund_year, period, state)
    return await operations.list_reports(session, actor, asked, cursor, limit)


@router.get("/kinds", operation_id="progress_report_kinds", **needs("code_list.read"))
async def progress_report_kinds(session: Session) -> ReportKinds:
    return await operations.kinds(session)


@router.get("/overdue", operation_id="progress_report_overdue", **needs("progress.read"))
async def progress_report_overdue(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    kind: Code = "monthly",
    period: ReportPeriod | None = None,
    on: Annotated[Day | None, Query(description="today when not given")] = None,
) -> OverdueReports:
    """Places that had not sent a period's report by its due day; the newest due period when none is named."""
    day = on or clock.office_today()
    return await operations.overdue(session, actor, division_code, kind, fund_year, period, day)


@router.get("/{report_id}", operation_id="progress_report_get", **needs("progress.read"))
async def progress_report_get(
    report_id: WholeId,
    session: Session,
    actor: CurrentActor,
    differences: Annotated[
        operations.Against | None, Query(description="how figures of now, or this edition, differ from what was sent")
    ] = None,
) -> ProgressReport:
    return await operations.get(session, actor, report_id, differences)


@router.post("/{report_id}/sending", operation_id="progress_report_send", **needs("progress_report.send", money=True))
async def progress_report_send(
    report_id: WholeId, body: NewReportSending, session: Session, actor: CurrentActor
) -> ProgressReport:
    return await operations.send(session, actor, report_id, body)


@router.post(
    "/{report_id}/withdrawal", operation_id="progress_report_withdraw", **needs("progress_report.write", money=True)
)
async def progress_report_withdraw(report_id: WholeId, session: Session, actor: CurrentActor) -> ProgressReport:
    return await operations.withdraw(session, actor, report_id)


@router.post(
    "/{report_id}/receipt", operation_id="progress_report_receive", **needs("progress_report.receive", money=True)
)
async def progress_report_receive(
    report_id: WholeId, body: NewReportReceipt, session: Session, actor: CurrentActor
) -> ProgressReport:
    return await operations.receive(session, actor, report_id, body)


@router.post(
    "/{report_id}/corrections",
    operation_id="report_correction_ask",
    status_code=201,
    **needs("progress_report.write", money=True),
)
async def report_correction_ask(
    report_id: WholeId, body: NewReportCorrection, session: Session, actor: CurrentActor
) -> ReportCorrection:
    return await corrections.ask(session, actor, report_id, body)


@router.get("/{report_id}/corrections", operation_id="report_correction_list", **needs("progress.read"))
async def report_correction_list(report_id: WholeId, session: Session, actor: CurrentActor) -> ReportCorrections:
    return await corrections.list_corrections(session, actor, report_id)


@router.post(
    "/{report_id}/corrections/{correction_id}/decision",
    operation_id="report_correction_decide",
    **needs("progress_report.receive", money=True),
)
async def report_correction_decide(
    report_id: WholeId, correction_id: WholeId, body: NewCorrectionConsent, session: Session, actor: CurrentActor
) -> ReportCorrection:
    return await corrections.decide(session, actor, report_id, correction_id, body)


@router.post(
    "/{report_id}/editions",
    operation_id="progress_report_edition_draft",
    status_code=201,
    **needs("progress_report.write", money=True),
)
async def progress_report_edition_draft(
    report_id: WholeId, body: NewReportEdition, session: Session, actor: CurrentActor
) -> ProgressReport:
    """The next edition of a sent report, once the superior has consented to it or returned the report."""
    return await corrections.next_edition(session, actor, report_id, body)


@router.get("/{report_id}/bulletin", operation_id="progress_report_bulletin", **needs("progress.read"))
async def progress_report_bulletin(
    report_id: WholeId, session: Session, actor: CurrentActor, percent_places: PercentPlaces = 2
) -> RankingBulletin:
    return await files.bulletin(session, actor, report_id, percent_places)


@router.get("/{report_id}/file", operation_id="progress_report_file", **needs("progress.read"), **FILE)
async def progress_report_file(
    report_id: WholeId,
    session: Session,
    actor: CurrentActor,
    document: ReportDocument = "report",
    format: ReportFormat = "xlsx",
    percent_places: PercentPlaces = 2,
) -> Response:
    """The sent report or its ranking bulletin as a file: of the frozen content alone, the same bytes each time."""
    name, content = await files.file(session, actor, report_id, document, format, percent_places)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(len(content))}
    return StreamingResponse(files.pieces(content), media_type=files.MEDIA_TYPES[format], headers=headers)


@rankings_router.get("", operation_id="ranking_get", **needs("progress.read"))
async def ranking_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    percent_places: PercentPlaces = 2,
) -> RankingBulletin:
    """The ranking bulletin of a day as the books have it now; a bulletin to be issued is that of a sent report."""
    return await files.ranking(session, actor, registry, question, percent_places)
