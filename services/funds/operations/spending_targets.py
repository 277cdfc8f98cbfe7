"""What offices do with yearly targets: plan, decide, and hold them against the books on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import plans as rules
from services.funds.domain import progress
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.questions import Question
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.domain.working_days import Calendar
from services.funds.operations import fund_kinds, report_contents, spending
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import calendars, decisions
from services.funds.storage import progress_reports as report_storage
from services.funds.storage import spending_targets as storage
from services.funds.storage.tables import ProgressReport, SpendingTarget
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_plans as wire
from shared.schemas.wire import Page

FIGURES = ("households", "people", "villages")


async def propose(session: AsyncSession, actor: Actor, request: wire.NewSpendingTarget) -> wire.SpendingTarget:
    """Plan a place's year; what was approved before holds until the new version is."""
    require_in_scope(actor, request.division_code)
    figures = (request.households, request.people, request.villages)
    rules.require_target(request.fund_kind or "", request.planned_fen, *figures)
    await fund_kinds.named(session, request.fund_kind)
    kind = request.fund_kind or ""
    version = await storage.next_version(session, request.division_code, request.fund_year, kind)
    row = SpendingTarget(**request.model_dump() | {"fund_kind": kind}, version=version, state="proposed")
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "spending_target.propose", f"spending_target:{row.id}", division_code=row.division_code,
        fund_year=row.fund_year, version=row.version,
    )  # fmt: skip
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewTargetDecision
) -> wire.SpendingTarget:
    """Another person approves or refuses a version."""
    row = await storage.visible(session, actor, row_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    entered_on = clock.office_day(row.entered_at)
    require_order(request.decided_on, today=clock.office_today(), not_before=entered_on, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("spending_target", row.id), "decision", outcome=request.outcome,
        opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "spending_target.decide", f"spending_target:{row.id}", outcome=request.outcome)
    return _answer(row)


async def list_targets(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.SpendingTarget]:
    rows = await storage.list_visible(session, actor, area, fund_year, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


async def compare(
    session: AsyncSession, actor: Actor, division_code: str, fund_year: int, as_of: date
) -> wire.TargetComparisons:
    """A place's targets in force today beside what the books, and its reports, say of a day."""
    require_in_scope(actor, division_code)
    require_order(as_of, today=clock.office_today(), pointer="/as_of")
    by = await report_contents.measured(session, Question(division_code, fund_year, as_of))
    offices = await calendars.load(session, division_code)
    stated = await report_storage.newest_stated(session, division_code, fund_year, as_of)
    targets = await storage.in_force(session, division_code, fund_year, clock.office_today())
    return wire.TargetComparisons(
        division_code=division_code,
        fund_year=fund_year,
        as_of=as_of,
        cut_off=by.rule.cut_off,
        pace=progress.decimal_text(by.pace),
        reduction_report_id=stated.id if stated else None,
        reduction_source=stated.reduction["source"] if stated and stated.reduction else None,
        reduction_as_of=stated.as_of if stated else None,
        items=[await _compared(session, target, by, offices, stated) for target in targets],
    )


async def _compared(
    session: AsyncSession,
    target: SpendingTarget,
    by: report_contents.Measured,
    offices: Calendar,
    stated: ProgressReport | None,
) -> wire.TargetComparison:
    money = None
    if target.planned_fen is not None:
        if target.fund_kind:
            by = await report_contents.measured(session, replace(by.applied.asked, fund_kind=target.fund_kind))
        spent = by.rule.counted.spent_fen(await spending.total(session, by.question))
        compared = rules.Compared(target.planned_fen, spent, target.planned_fen * by.pace)
        money = money_of(compared, by.question.as_of, by.rule.cut_off, offices)
    return wire.TargetComparison(
        target=_answer(target),
        money=money,
        reduction=[
            _reduction(name, planned, stated, by.pace)
            for name in FIGURES
            if (planned := getattr(target, name)) is not None
        ],
    )


def money_of(compared: rules.Compared, as_of: date, ends_on: date, offices: Calendar) -> wire.MoneyComparison:
    """Planned beside spent money, and what the working days after the day until the end must bring."""
    share, days = compared.share, offices.between(as_of, ends_on)
    return wire.MoneyComparison(
        planned_fen=compared.planned,
        actual_fen=compared.actual,
        share=_fraction(share),
        share_percent=None if share is None else progress.percent_text(share),
        expected_fen=rules.rounded(compared.expected),
        ahead_fen=compared.ahead,
        standing=compared.standing,
        missing_fen=compared.missing,
        days_left=max((ends_on - as_of).days, 0),
        working_days_left=days,
        needed_per_working_day_fen=rules.per_day(compared.missing, days),
    )


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def _reduction(name: str, planned: int, stated: ProgressReport | None, pace: Fraction) -> wire.ReductionComparison:
    figures = (stated.reduction if stated else None) or {}
    actual = figures.get(name)
    compared = None if actual is None else rules.Compared(planned, actual, planned * pace)
    share = compared.share if compared else None
    return wire.ReductionComparison.model_validate(
        {
            "figure": name,
            "planned": planned,
            "actual": actual,
            "share": _fraction(share),
            "share_percent": None if share is None else progress.percent_text(share),
            "standing": compared.standing if compared else None,
        }
    )


def _answer(row: SpendingTarget) -> wire.SpendingTarget:
    return shaped(wire.SpendingTarget, row, spending_target_id=row.id, fund_kind=row.fund_kind or None)
