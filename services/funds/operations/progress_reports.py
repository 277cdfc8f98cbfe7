"""What offices do with spending reports: draft, send, receive or return, read, compare, list what is overdue."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import progress_reports as rules
from services.funds.domain import report_contents as contents
from services.funds.domain.days import require_order
from services.funds.domain.divisions import level_of, rank_of
from services.funds.domain.persons import require_other_person
from services.funds.domain.questions import Question
from services.funds.domain.refusals.grants import AsOfTooEarly
from services.funds.domain.refusals.progress_reports import (
    EarlierEditionMissing,
    ReportKindUnknown,
    ReportNotSent,
    ReportOfficeWrong,
    ReportTwice,
)
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import area_names, fund_kinds, report_contents
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import calendars, decisions, sessions
from services.funds.storage import progress_reports as storage
from services.funds.storage.tables import ProgressReport, ProgressReportContent, ReportKind
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_progress_reports as wire
from shared.schemas.wire import Page

Against = Literal["today", "edition"]
LEVEL_RANKS = {"nation": 0, "province": 1, "city": 2, "county": 3, "township": 4, "village": 5}


async def draft(
    session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewProgressReport
) -> wire.ProgressReport:
    """A first edition of a period that has ended, by an office of the place's level."""
    require_in_scope(actor, request.division_code)
    _require_office(actor, request.division_code)
    rules.require_reporting_level(request.division_code)
    name = await area_names.name_of(session, actor, peer, request.division_code)
    await sessions.one_moment(session)
    kind = await kind_of(session, request.kind)
    await fund_kinds.named(session, request.fund_kind)
    period = rules.period_of(kind.span, request.period)
    as_of = request.as_of or period.last_on
    rules.require_reportable(period, as_of, clock.office_today())
    if as_of < date(request.fund_year - 1, 1, 1):
        raise AsOfTooEarly(not_before=date(request.fund_year - 1, 1, 1).isoformat())
    offices = await calendars.load(session, request.division_code)
    row = ProgressReport(
        division_code=request.division_code, division_name=name, kind=kind.code, period=period.name,
        first_on=period.first_on, last_on=period.last_on, as_of=as_of, due_on=period.due_on(kind.due_days, offices),
        fund_year=request.fund_year, batch=request.batch, fund_kind=request.fund_kind, special=request.special,
        money=rules.money_of(request.batch, request.fund_kind, request.special), edition=1,
        reduction=_stated(request.reduction), state="drafted",
    )  # fmt: skip
    if await storage.newest_edition(session, row) is not None:
        raise ReportTwice()
    return await keep(session, actor, row, kind)


async def keep(session: AsyncSession, actor: Actor, row: ProgressReport, kind: ReportKind) -> wire.ProgressReport:
    """Enter a drafted row and answer with its figures of now."""
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "progress_report.draft", f"progress_report:{row.id}", division_code=row.division_code,
        kind=row.kind, period=row.period, fund_year=row.fund_year, edition=row.edition,
    )  # fmt: skip
    return answer(row, await computed(session, actor, row, kind))


def _stated(reduction: wire.StatedReduction | None) -> dict[str, Any] | None:
    return None if reduction is None else reduction.model_dump(mode="json")


def _require_office(actor: Actor, division_code: str) -> None:
    if actor.level != level_of(division_code):
        raise ReportOfficeWrong()


async def kind_of(session: AsyncSession, code: str) -> ReportKind:
    """Raises ReportKindUnknown."""
    found = await storage.kind(session, code)
    if found is None:
        raise ReportKindUnknown()
    return found


async def computed(
    session: AsyncSession, actor: Actor, row: ProgressReport, kind: ReportKind | None = None
) -> wire.ReportContent:
    """The content of a report as the books have it now."""
    kind = kind or await kind_of(session, row.kind)
    question = Question(row.division_code, row.fund_year, row.as_of, row.batch, row.fund_kind, row.special)
    found = await report_contents.figures(session, actor, question, row.division_name)
    head = (
        "division_code", "division_name", "kind", "period", "first_on", "last_on", "as_of", "fund_year", "edition",
        "batch", "fund_kind", "special", "sent_by", "sent_office", "sent_at", "sent_on", "reduction",
    )  # fmt: skip
    return wire.ReportContent.model_validate(
        {name: getattr(row, name) for name in head}
        | {"kind_label": kind.label_zh, "drafted_by": row.entered_by, "drafted_office": row.entered_office}
        | found
    )


async def content_of(session: AsyncSession, actor: Actor, row: ProgressReport) -> wire.ReportContent:
    """What was sent; of a report that was not, the figures of now."""
    if row.sent_at is None:
        return await computed(session, actor, row)
    return wire.ReportContent.model_validate_json(await frozen_text(session, row))


async def frozen_text(session: AsyncSession, row: ProgressReport) -> str:
    """The text that was sent and hashed. Raises ReportNotSent."""
    text = await storage.content(session, row.id)
    if text is None:
        raise ReportNotSent()
    return text


async def locked(session: AsyncSession, actor: Actor, row_id: int) -> ProgressReport:
    """Raises NotFound."""
    row = await storage.visible(session, actor, row_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def seen(session: AsyncSession, actor: Actor, row_id: int) -> ProgressReport:
    """Raises NotFound."""
    row = await storage.visible(session, actor, row_id)
    if row is None:
        raise NotFound()
    return row


async def send(session: AsyncSession, actor: Actor, row_id: int, request: wire.NewReportSending) -> wire.ProgressReport:
    """Send a draft upwards: by another person of the same level. Its content is frozen as it is now."""
    await sessions.one_moment(session)
    row = await locked(session, actor, row_id)
    _require_office(actor, row.division_code)
    if row.state != "drafted":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person)
    now = clock.now()
    row.sent_at, row.sent_on = now, clock.office_day(now)
    row.sent_by, row.sent_person, row.sent_office = actor.account, actor.person, actor.office
    row.state = "sent"
    content = await computed(session, actor, row)
    text = contents.canonical(content.model_dump(mode="json"))
    row.sha256 = contents.sha256_of(text)
    await storage.add(session, ProgressReportContent(report_id=row.id, content=text))
    decisions.record(
        session, actor, None, ("progress_report", row.id), "sending", outcome="sent", opinion=request.opinion,
        decided_on=row.sent_on,
    )  # fmt: skip
    audit.record(
        session, actor, "progress_report.send", f"progress_report:{row.id}", edition=row.edition, sha256=row.sha256
    )
    return answer(row, content)


async def withdraw(session: AsyncSession, actor: Actor, row_id: int) -> wire.ProgressReport:
    """Take a draft back, so that the period can be drafted anew. What was sent stays."""
    await sessions.one_moment(session)
    row = await locked(session, actor, row_id)
    _require_office(actor, row.division_code)
    if row.state != "drafted":
        raise StepNotDue(state=row.state)
    row.state = "withdrawn"
    await session.flush()
    audit.record(session, actor, "progress_report.withdraw", f"progress_report:{row.id}")
    return answer(row, await computed(session, actor, row))


async def receive(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewReportReceipt
) -> wire.ProgressReport:
    """The superior confirms a sent report, or returns it with the reason; a returned one may have a next edition."""
    row = await locked(session, actor, row_id)
    require_superior(actor, row.division_code)
    if row.state != "sent":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person, row.sent_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.sent_on, pointer="/decided_on")
    row.state = "confirmed" if request.outcome == "confirm" else "returned"
    decisions.record(
        session, actor, row, ("progress_report", row.id), "receipt", outcome=request.outcome,
        opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "progress_report.receive", f"progress_report:{row.id}", outcome=request.outcome)
    return answer(row, await content_of(session, actor, row))


def require_superior(actor: Actor, division_code: str) -> None:
    """Raises ReportSuperiorOnly."""
    rules.require_superior(actor.scope, LEVEL_RANKS.get(actor.level, rank_of(division_code)), division_code)


async def get(session: AsyncSession, actor: Actor, row_id: int, against: Against | None) -> wire.ProgressReport:
    await sessions.one_moment(session)
    row = await seen(session, actor, row_id)
    content = await content_of(session, actor, row)
    if against is None:
        return answer(row, content)
    return answer(row, content, await _compared(session, actor, row, content, against))


async def _compared(
    session: AsyncSession, actor: Actor, row: ProgressReport, content: wire.ReportContent, against: Against
) -> wire.ReportDifferences:
    """From what was sent to the figures of now for the same day, or from the edition before to this one."""
    if against == "today":
        earlier, before, after = None, content, await computed(session, actor, row)
    else:
        if row.corrects_id is None:
            raise EarlierEditionMissing()
        earlier = await seen(session, actor, row.corrects_id)
        before, after = await content_of(session, actor, earlier), content
    found = contents.differences(before.model_dump(mode="json"), after.model_dump(mode="json"))
    return wire.ReportDifferences(
        against=against,
        compared_report_id=earlier.id if earlier else None,
        as_of_before=before.as_of,
        as_of_after=after.as_of,
        progress_percent_before=before.total.progress_percent,
        progress_percent_after=after.total.progress_percent,
        reduction_before=before.reduction,
        reduction_after=after.reduction,
        items=[wire.ReportDifference.model_validate(item) for item in found],
    )


async def list_reports(
    session: AsyncSession, actor: Actor, asked: storage.Asked, cursor: str | None, limit: int
) -> Page[wire.ReportHead]:
    rows = await storage.list_visible(session, actor, asked, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [head(row) for row in rows[:limit]])


async def kinds(session: AsyncSession) -> wire.ReportKinds:
    return wire.ReportKinds(items=[wire.ReportKind.model_validate(row) for row in await storage.kinds(session)])


async def overdue(
    session: AsyncSession, actor: Actor, area: str, kind_code: str, fund_year: int, period: str | None, on: date
) -> wire.OverdueReports:
    """Places with money of the year that had not sent the period's report when it was due, sent since or not.

    Without a period it is the newest that was due by the day.
    """
    require_in_scope(actor, area)
    kind = await kind_of(session, kind_code)
    offices = await calendars.load(session, area)
    asked = rules.period_of(kind.span, period) if period else None
    found = asked or rules.newest_due(kind.span, kind.due_days, offices, on)
    if found is None:
        return wire.OverdueReports(kind=kind.code, period=None, due_on=None, on=on, places=0, items=[])
    due_on = found.due_on(kind.due_days, offices)
    places = await storage.places_with_money(session, actor, area, fund_year, found.last_on)
    sent = await storage.first_sent(session, area, fund_year, kind.code, found.name, on)
    told = {code: sent.get(code, (None, due_on)) for code in places}
    late = [(code, rules.days_late(due, sent_on, on)) for code, (sent_on, due) in told.items()]
    items = [
        wire.OverdueReport(
            division_code=code, division_name=places[code] or code, kind=kind.code, period=found.name,
            fund_year=fund_year, due_on=told[code][1], sent_on=told[code][0], days_late=days,
        )
        for code, days in sorted(late, key=lambda one: (-one[1], one[0])) if days
    ]  # fmt: skip
    return wire.OverdueReports(kind=kind.code, period=found.name, due_on=due_on, on=on, places=len(places), items=items)


def head(row: ProgressReport) -> wire.ReportHead:
    return shaped(wire.ReportHead, row, **_own(row))


def _own(row: ProgressReport) -> dict[str, Any]:
    late = rules.days_late(row.due_on, row.sent_on, row.sent_on or row.due_on)
    return {"report_id": row.id, "drafted_by": row.entered_by, "days_late": late}


def answer(
    row: ProgressReport, content: wire.ReportContent, differences: wire.ReportDifferences | None = None
) -> wire.ProgressReport:
    return shaped(wire.ProgressReport, row, **_own(row), content=content, differences=differences)
