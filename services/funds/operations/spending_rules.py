"""Which definition measures a question, and every demand of it judged: what each view of the 90 % rule asks first."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import spending_rules as rules
from services.funds.domain.definition_words import definition_clauses, demand_clause
from services.funds.domain.parameters import Parameters
from services.funds.domain.progress import Totals, decimal_text, percent_text
from services.funds.domain.questions import Question
from services.funds.domain.spending_rules import Applied
from services.funds.domain.spending_thresholds import Judged
from services.funds.operations import fund_kinds, spending
from services.funds.storage import spending_definitions as storage
from shared.schemas import funds_definitions as wire


async def load(session: AsyncSession, question: Question, values: Parameters) -> Applied:
    """The definition that holds for a question. `values`: the parameters of its area and day.

    Figures are then asked for with `applied.question`, which is exactly the money the definition counts. Raises
    FundKindUnknown.
    """
    kind = await fund_kinds.named(session, question.fund_kind)
    level = kind.source_level if kind is not None and question.source_level is None else question.source_level
    asked = rules.asked_of(question, level)
    candidates, demands = await storage.candidates(session, question.area, question.fund_year)
    chosen = rules.choose(candidates, asked)
    others = rules.others_of(candidates, asked, chosen[0])
    first = None
    if chosen[0].regular_after_days is not None:
        first = await storage.first_regular_on(session, question)
    return rules.apply(question, chosen, others, demands, values, first)


async def judge(session: AsyncSession, applied: Applied, totals: Totals, values: Parameters) -> list[Judged]:
    """Every demand of the definition. `totals`: the counted money on the day asked about."""
    by_day = {applied.asked.as_of: totals}
    days: dict[str | None, list[date]] = defaultdict(list)
    for day in applied.past_days:
        days[applied.counted_on(day).batch].append(day)
    for same in days.values():
        by_day.update(await spending.series(session, applied.counted_on(same[-1]), same))
    return applied.judged(by_day)


async def used(session: AsyncSession, applied: Applied) -> wire.UsedDefinition:
    """The definition as an answer names it."""
    definition, asked = applied.definition, applied.asked
    below = await storage.below(session, asked.area, asked.fund_year, asked.as_of)
    left_out = 0
    if applied.left_out is not None:
        left_out = (await spending.total(session, applied.left_out)).received_fen
    names = ("name", "division_code", "general", "withheld_counts", "denominator", "priority", "source")
    return wire.UsedDefinition(
        **{name: getattr(definition, name) for name in names},
        definition_id=definition.id or None,
        counted=applied.counts,
        counted_batch=applied.question.batch or "all",
        cut_off=applied.cut_off,
        pace_basis=applied.rule.pace_basis,
        left_out_fen=left_out,
        others=[item.id for item in applied.others],
        clauses=[wire.Clause(**clause) for clause in definition_clauses(applied, below, left_out)],
    )


def measured(judged: Judged) -> wire.MeasuredThreshold:
    """A judged demand as an answer shows it."""
    demand = judged.demand
    return wire.MeasuredThreshold(
        threshold_id=demand.threshold.id,
        kind=demand.threshold.kind,
        value=demand.value,
        priority=demand.threshold.priority,
        due_on=demand.due_on,
        measured_on=judged.measured_on,
        figure=None if judged.figure is None else decimal_text(judged.figure),
        figure_percent=None if judged.figure is None else percent_text(judged.figure),
        target=decimal_text(judged.target),
        target_percent=percent_text(judged.target),
        points=None if judged.ahead is None else percent_text(judged.ahead),
        verdict=judged.verdict,
        gap_fen=judged.gap_fen,
        clause=wire.Clause(**demand_clause(judged)),
    )


def demanded(applied: Applied) -> list[wire.SpendingDemand]:
    """What the definition demands, before any money is looked at."""
    return [
        wire.SpendingDemand(
            threshold_id=demand.threshold.id,
            kind=demand.threshold.kind,
            value=demand.value,
            due_on=demand.due_on,
            priority=demand.threshold.priority,
            source=demand.source,
        )
        for demand in applied.demands
    ]
