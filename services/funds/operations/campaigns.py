"""What offices do with campaigns (专项行动): enter one, and see on a day how far it has come."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import plans as rules
from services.funds.domain import progress
from services.funds.domain.days import require_order
from services.funds.domain.questions import Question
from services.funds.operations import fund_kinds, report_contents, spending
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.operations.spending_targets import money_of
from services.funds.storage import calendars, decisions
from services.funds.storage import campaigns as storage
from services.funds.storage.tables import Campaign
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_plans as wire
from shared.schemas.wire import Page


async def enter(session: AsyncSession, actor: Actor, request: wire.NewCampaign) -> wire.Campaign:
    require_in_scope(actor, request.division_code)
    rules.require_campaign(
        request.fund_year, request.starts_on, request.ends_on, request.target_rate, request.target_fen
    )
    await fund_kinds.named(session, request.fund_kind)
    row = Campaign(**request.model_dump())
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "campaign.enter", f"campaign:{row.id}", division_code=row.division_code, name=row.name)
    return _answer(row)


async def list_campaigns(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.Campaign]:
    rows = await storage.list_visible(session, actor, area, fund_year, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


async def compare(session: AsyncSession, actor: Actor, row_id: int, as_of: date) -> wire.CampaignComparison:
    """Its goal beside what was spent by a day. A rate is of what had been received by then, so the goal may grow."""
    row = await storage.visible(session, actor, row_id)
    if row is None:
        raise NotFound()
    require_order(as_of, today=clock.office_today(), pointer="/as_of")
    question = Question(row.division_code, row.fund_year, as_of, row.batch, row.fund_kind)
    by = await report_contents.measured(session, question)
    before_on = min(row.starts_on - timedelta(days=1), as_of)
    before = await spending.total(session, by.applied.counted_on(before_on))
    now = await spending.total(session, by.question)
    counted = by.rule.counted
    spent_before, spent = counted.spent_fen(before), counted.spent_fen(now)
    goal = row.target_fen
    if goal is None:
        goal = rules.amount_of_rate(Fraction(row.target_rate or "0"), counted.whole_fen(now))
    line = spent_before + (goal - spent_before) * rules.elapsed(row.starts_on, row.ends_on, as_of)
    compared = rules.Compared(goal, spent, Fraction(line))
    value = progress.progress_of(now, counted)
    return wire.CampaignComparison(
        campaign=_answer(row),
        as_of=as_of,
        phase=rules.phase_of(row.starts_on, row.ends_on, as_of),
        reached=goal > 0 and spent >= goal,
        received_fen=now.received_fen,
        spent_before_fen=spent_before,
        spent_during_fen=spent - spent_before,
        progress=None if value is None else progress.decimal_text(value),
        progress_percent=None if value is None else progress.percent_text(value),
        money=money_of(compared, as_of, row.ends_on, await calendars.load(session, row.division_code)),
    )


def _answer(row: Campaign) -> wire.Campaign:
    return shaped(wire.Campaign, row, campaign_id=row.id)
