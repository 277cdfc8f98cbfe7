"""What offices do when a sent report was wrong: ask, consent from above, the next edition."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import progress_reports as rules
from services.funds.domain.days import require_order
from services.funds.domain.divisions import level_of
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.progress_reports import (
    CorrectionAsked,
    CorrectionNotConsented,
    ReportNotLatest,
    ReportNotSent,
    ReportOfficeWrong,
    ReportTwice,
)
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import progress_reports as reports
from services.funds.operations.shapes import shaped
from services.funds.storage import decisions, sessions
from services.funds.storage import progress_reports as storage
from services.funds.storage.tables import ProgressReport, ReportCorrection
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_progress_reports as wire


async def ask(
    session: AsyncSession, actor: Actor, report_id: int, request: wire.NewReportCorrection
) -> wire.ReportCorrection:
    """Ask the superior to consent to another edition of the newest sent one."""
    report = await _newest_sent(session, actor, report_id)
    if any(row.state != "refused" for row in await storage.corrections(session, report.id)):
        raise CorrectionAsked()
    row = ReportCorrection(
        report_id=report.id, division_code=report.division_code, reason=request.reason, state="asked"
    )
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "report_correction.ask", f"report_correction:{row.id}", report_id=report.id)
    return _answer(row)


async def _newest_sent(session: AsyncSession, actor: Actor, report_id: int) -> ProgressReport:
    """The report, locked, by an office of its level. Raises ReportNotSent, ReportNotLatest, ReportTwice."""
    report = await reports.locked(session, actor, report_id)
    if actor.level != level_of(report.division_code):
        raise ReportOfficeWrong()
    if report.sent_at is None:
        raise ReportNotSent()
    newest = await storage.newest_edition(session, report)
    if newest is not None and newest.id != report.id:
        raise ReportNotLatest() if newest.sent_at else ReportTwice()
    return report


async def decide(
    session: AsyncSession, actor: Actor, report_id: int, row_id: int, request: wire.NewCorrectionConsent
) -> wire.ReportCorrection:
    """The superior consents or refuses: an office of a level above, and nobody who drafted, sent or asked."""
    row = await storage.correction(session, actor, report_id, row_id, lock=True)
    report = await storage.visible(session, actor, report_id)
    if row is None or report is None:
        raise NotFound()
    reports.require_superior(actor, row.division_code)
    if row.state != "asked":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person, report.entered_person, report.sent_person)
    asked_on = clock.office_day(row.entered_at)
    require_order(request.decided_on, today=clock.office_today(), not_before=asked_on, pointer="/decided_on")
    row.state = "consented" if request.outcome == "consent" else "refused"
    decisions.record(
        session, actor, row, ("report_correction", row.id), "consent", outcome=request.outcome,
        opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "report_correction.decide", f"report_correction:{row.id}", outcome=request.outcome)
    return _answer(row)


async def next_edition(
    session: AsyncSession, actor: Actor, report_id: int, request: wire.NewReportEdition
) -> wire.ProgressReport:
    """A draft of the next edition. The one it corrects stays as it was sent. Raises CorrectionNotConsented."""
    await sessions.one_moment(session)
    report = await _newest_sent(session, actor, report_id)
    if report.state != "returned" and not await storage.consented(session, report.id):
        raise CorrectionNotConsented()
    kind = await reports.kind_of(session, report.kind)
    period = rules.Period(report.period, report.first_on, report.last_on)
    as_of = request.as_of or report.as_of
    rules.require_reportable(period, as_of, clock.office_today())
    same = (
        "division_code", "division_name", "kind", "period", "first_on", "last_on", "due_on", "fund_year", "batch",
        "fund_kind", "special", "money",
    )  # fmt: skip
    stated = request.reduction.model_dump(mode="json") if request.reduction else report.reduction
    row = ProgressReport(
        **{name: getattr(report, name) for name in same}, as_of=as_of, edition=report.edition + 1,
        corrects_id=report.id, reduction=stated, state="drafted",
    )  # fmt: skip
    return await reports.keep(session, actor, row, kind)


async def list_corrections(session: AsyncSession, actor: Actor, report_id: int) -> wire.ReportCorrections:
    report = await reports.seen(session, actor, report_id)
    return wire.ReportCorrections(items=[_answer(row) for row in await storage.corrections(session, report.id)])


def _answer(row: ReportCorrection) -> wire.ReportCorrection:
    return shaped(
        wire.ReportCorrection, row, report_correction_id=row.id, asked_at=row.entered_at, asked_by=row.entered_by
    )
