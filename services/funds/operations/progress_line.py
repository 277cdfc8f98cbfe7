"""Progress over the fund year, day by day or in longer steps, beside its target and carried on to the cut-off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import pictures as domain
from services.funds.domain.progress import Totals, decimal_text, pace_of, percent_text, progress_of
from services.funds.domain.questions import Question
from services.funds.operations import forecast, spending
from services.funds.operations.forecast import Computed
from services.funds.operations.pictures import head_of
from services.funds.operations.progress import Answered
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas import funds_pictures as wire


async def get(session: AsyncSession, actor: Actor, peer: Peer, question: Question, step: str) -> wire.ProgressLine:
    """The line of one of the actor's areas. Raises StepTooFine, StepUnknown and what `forecast.answer` raises."""
    wanted = domain.step_of(step)
    answered = await forecast.answer(session, actor, peer, question)
    rule, first = answered.rule, date(question.fund_year, 1, 1)
    ahead: list[wire.ForecastPoint] = []
    if question.as_of <= rule.cut_off:
        computed = await forecast.foresee(session, answered)
        days = domain.ends_of_steps(question.as_of, rule.cut_off, wanted)
        ahead = [_ahead(computed, day) for day in sorted({question.as_of, *days})]
    return wire.ProgressLine(
        **head_of(answered, ("支出进度", "Spending progress")),
        step=wanted,
        cut_off=rule.cut_off,
        target=answered.applied.main.value,
        pace_basis=rule.pace_basis,
        points=await _points(session, answered, domain.days_of_line(question.fund_year, question.as_of, wanted)),
        target_line=[_target(answered, day) for day in domain.ends_of_steps(first, rule.cut_off, wanted)],
        forecast=ahead,
    )


async def _points(session: AsyncSession, answered: Answered, days: Sequence[date]) -> list[wire.LinePoint]:
    """Each day by the money the definition counts on it; the last is the answer on progress itself."""
    by_batch: dict[str | None, list[date]] = defaultdict(list)
    for day in days:
        by_batch[answered.applied.counted_on(day).batch].append(day)
    found: dict[date, Totals] = {}
    for same in by_batch.values():
        asked = answered.applied.counted_on(same[-1])
        found.update(await spending.series(session, asked, same))
    return [_point(answered, day, found[day]) for day in days]


def _point(answered: Answered, day: date, totals: Totals) -> wire.LinePoint:
    counted = answered.rule.counted
    value = progress_of(totals, counted)
    return wire.LinePoint(
        day=day,
        received_fen=totals.received_fen,
        spent_fen=counted.spent_fen(totals),
        progress=None if value is None else decimal_text(value),
        progress_percent=None if value is None else percent_text(value),
    )


def _target(answered: Answered, day: date) -> wire.TargetPoint:
    pace = pace_of(answered.question.fund_year, day, answered.rule)
    return wire.TargetPoint(day=day, pace=decimal_text(pace), target=decimal_text(pace * answered.rule.target))


def _ahead(computed: Computed, day: date) -> wire.ForecastPoint:
    made = computed.forecast
    low, likely, high = made.low(day), made.likely(day), made.high(day)
    if day == made.as_of < made.cut_off:
        low = likely = high = made.spent_fen
    shares = [decimal_text(Fraction(fen, made.whole_fen)) if made.whole_fen else None for fen in (low, likely, high)]
    return wire.ForecastPoint(
        day=day, low_fen=low, likely_fen=likely, high_fen=high, low=shares[0], likely=shares[1], high=shares[2]
    )
