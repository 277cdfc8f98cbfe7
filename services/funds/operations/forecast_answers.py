"""A forecast as it is told: landings, what they rest on, and the payments that close the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import forecast as domain
from services.funds.domain import forecast_words as words
from services.funds.domain.lead_times import Lead
from services.funds.domain.progress import Rule, Totals, Verdict, decimal_text, gap_of, percent_text, verdict_of
from services.funds.domain.questions import Question
from services.funds.operations import forecast as computing
from services.funds.operations.forecast import Computed
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas import funds_forecast as wire

PARAMETERS = ("forecast_history_weight", "forecast_years", "advance_rate_max", "progress_rate_max",
              "retention_rate_max", "retention_days")  # fmt: skip
BOUNDS: tuple[domain.Bound, ...] = ("low", "likely", "high")


async def get(
    session: AsyncSession, actor: Actor, peer: Peer, question: Question, cut_off: date | None, limit: int
) -> wire.Forecast:
    """The whole answer for one of the actor's areas."""
    computed = await computing.compute(session, actor, peer, question, cut_off)
    answered, made = computed.answered, computed.forecast
    rule, demand = answered.rule, answered.applied.main
    gap = gap_of(computed.total, rule.target, rule.counted) if computed.counts else 0
    history = _history(computed)
    zh, en = words.NO_MONEY if made.whole_fen == 0 else (history.zh, history.en)
    return wire.Forecast(
        division_code=question.area,
        division_name=answered.name,
        fund_year=question.fund_year,
        as_of=question.as_of,
        cut_off=made.cut_off,
        batch=question.batch or "all",
        fund_kind=question.fund_kind,
        target=demand.value,
        target_source=demand.source,
        whole_fen=made.whole_fen,
        spent_fen=made.spent_fen,
        progress=_share(made.spent_fen, made.whole_fen),
        gap_fen=gap,
        landings=[landing_of(computed, bound) for bound in BOUNDS],
        history=history,
        components=[_component(item) for item in domain.components_of(made)],
        lead_times=_lead_times(computed),
        parameters=[wire.ForecastParameter.model_validate(answered.values.get(key)) for key in PARAMETERS],
        closing=_closing(domain.closing_of(made, gap), limit),
        zh=zh,
        en=en,
    )


def landing_of(computed: Computed, bound: domain.Bound) -> wire.Landing:
    """Spending at the cut-off, judged as progress is judged on that day."""
    made, rule = computed.forecast, computed.answered.rule
    spent = made.at(bound, made.cut_off)
    value = _share(spent, made.whole_fen)
    # As totals of their own, so that a forecast is judged by the very functions progress is judged by.
    totals = Totals(received_fen=made.whole_fen, allocated_fen=made.whole_fen, paid_fen=spent)
    plain = replace(rule, counted=replace(rule.counted, withheld=False))
    zh, en = words.BOUNDS[bound]
    return wire.Landing(
        bound=bound,
        spent_fen=spent,
        progress=value,
        progress_percent=None if value is None else percent_text(Fraction(spent, made.whole_fen)),
        verdict=_verdict(totals, computed, plain),
        gap_fen=gap_of(totals, rule.target) if computed.counts else 0,
        zh=zh,
        en=en,
    )


def _verdict(totals: Totals, computed: Computed, rule: Rule) -> Verdict | None:
    year = computed.answered.question.fund_year
    return verdict_of(totals, year, rule.cut_off, rule) if computed.counts else None


def _share(spent_fen: int, whole_fen: int) -> str | None:
    return decimal_text(Fraction(spent_fen, whole_fen)) if whole_fen else None


def _history(computed: Computed) -> wire.ForecastHistory:
    history = computed.forecast.history
    years = computed.earlier if history.basis == "earlier_years" else []
    zh, en = words.history_words(history.basis, history.share, [year.fund_year for year in years])
    weight = computed.answered.values.get("forecast_history_weight")
    return wire.ForecastHistory(
        basis=history.basis,
        share_done=None if history.share is None else decimal_text(history.share),
        landing_fen=history.landing_fen,
        years=[wire.EarlierYear.model_validate(year) for year in years],
        weight=weight.value,
        weight_source=weight.source,
        zh=zh,
        en=en,
    )


def _component(item: domain.Component) -> wire.ForecastComponent:
    zh, en = words.COMPONENTS[item.name]
    return wire.ForecastComponent(
        component=item.name,
        items=item.items,
        total_fen=item.total_fen,
        low_fen=item.low_fen,
        scheduled_fen=item.scheduled_fen,
        high_fen=item.high_fen,
        zh=zh,
        en=en,
    )


def _lead_times(computed: Computed) -> list[wire.LeadTime]:
    return [_lead_time(computed.leads[step], computed.lead_sources[step]) for step in sorted(computed.leads)]


def _lead_time(lead: Lead, deadline_source: str) -> wire.LeadTime:
    own = f"本地已办结{lead.samples}笔的中位天数 / median of {lead.samples} finished here"
    return wire.LeadTime(
        step=lead.step,
        usual_days=lead.usual,
        deadline_days=lead.deadline,
        basis="history" if lead.samples else "deadline",
        samples=lead.samples,
        source=own if lead.samples else deadline_source,
    )


def _closing(closing: domain.Closing, limit: int) -> wire.ForecastClosing:
    zh, en = words.closing_words(closing.gap_fen, closing.missing_fen)
    return wire.ForecastClosing(
        gap_fen=closing.gap_fen,
        closed=closing.missing_fen == 0,
        payments=_payments(closing.payments[:limit]),
        payments_total=len(closing.payments),
        missing_fen=closing.missing_fen,
        too_late_fen=closing.too_late_fen,
        stuck_fen=closing.stuck_fen,
        zh=zh,
        en=en,
    )


def _payments(payments: Sequence[domain.ClosingPayment]) -> list[wire.ClosingPayment]:
    own = {"earliest_on", "cumulated_fen", "progress"}
    copied = set(wire.ClosingPayment.model_fields) - own
    return [
        wire.ClosingPayment(
            **{name: getattr(item.piece, name) for name in copied},
            earliest_on=item.piece.usual_on,
            cumulated_fen=item.cumulated_fen,
            progress=decimal_text(item.progress),
        )
        for item in payments
    ]
