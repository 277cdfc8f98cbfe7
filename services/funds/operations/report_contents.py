"""The content of a report, worked out of the books: what was received and spent, what waits, what was carried over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import delays, progress
from services.funds.domain import progress_reports as rules
from services.funds.domain.divisions import SOURCE_LEVELS
from services.funds.domain.explanation import clauses_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.progress import Rule, Totals
from services.funds.domain.questions import Question
from services.funds.domain.spending_rules import Applied
from services.funds.domain.spending_thresholds import Judged
from services.funds.operations import ages, deadlines, spending, spending_rules, waits
from services.funds.storage import lists, parameters
from shared.chassis.identity import Actor
from shared.schemas import funds_progress_reports as wire
from shared.schemas.funds_tree import AgeBucket, ReclaimItem


@dataclass(frozen=True, slots=True)
class Measured:
    """A question with the values and the definition its answer is measured by; it asks for what that one counts."""

    question: Question
    values: Parameters
    applied: Applied

    @property
    def rule(self) -> Rule:
        return self.applied.rule

    @property
    def pace(self) -> Fraction:
        return progress.pace_of(self.question.fund_year, self.question.as_of, self.rule)


async def measured(session: AsyncSession, question: Question) -> Measured:
    """The definition that holds for an area's money on a day."""
    values = await parameters.load(session, question.area, question.as_of)
    applied = await spending_rules.load(session, question, values)
    return Measured(applied.question, values, applied)


async def figures(session: AsyncSession, actor: Actor, question: Question, name: str) -> dict[str, Any]:
    """Everything of a content that comes from the books, by field. The session is to see one moment of them."""
    by = await measured(session, question)
    places = await spending.groups(session, by.question, "division")
    kinds = await spending.groups(session, by.question, "fund_kind")
    levels = await spending.groups(session, by.question, "level")
    total = sum(places.values(), Totals())
    ranked = await areas_of(session, places, by, name)
    aged = await ages.get(session, actor, question.area, question.as_of)
    judged = await spending_rules.judge(session, by.applied, total, by.values)
    labels = await _kind_labels(session, question.fund_year)
    return {
        "definition": await definition_of(session, by, total),
        "demands": [_demand(item) for item in judged],
        "total": wire.ReportMeasures(**measures_of(total, by)),
        "areas": ranked.areas,
        "areas_without_money": ranked.without_money,
        "fund_kind_label": labels.get(question.fund_kind or ""),
        "fund_kinds": [_row(key, labels.get(key, key), totals, by) for key, totals in kinds.items()],
        "levels": [_row(key, SOURCE_LEVELS[key][0], totals, by) for key, totals in levels.items()],
        "waiting": await _waiting(session, by),
        "carry_over_first_years": aged.first_bucket_years,
        "carry_over_reclaim_years": aged.reclaim_years,
        "carry_over": [_age(bucket, aged.first_bucket_years) for bucket in aged.buckets],
        "reclaim": [_reclaim(item, labels) for item in aged.reclaim],
    }


async def definition_of(session: AsyncSession, by: Measured, total: Totals) -> wire.ReportDefinition:
    """The definition used, with the clauses of the verdict."""
    used, target = await spending_rules.used(session, by.applied), by.applied.main
    clauses = [clause.model_dump() for clause in used.clauses]
    clauses += clauses_of(total, by.question, by.rule, target.source)
    copied = ("definition_id", "name", "source", "counted_batch", "withheld_counts", "denominator")
    return wire.ReportDefinition(
        **{name: getattr(used, name) for name in copied},
        target=target.value,
        target_percent=progress.percent_text(by.rule.target),
        target_source=target.source,
        cut_off=by.rule.cut_off,
        pace_basis=by.rule.pace_basis,
        pace=progress.decimal_text(by.pace),
        pace_exact=f"{by.pace.numerator}/{by.pace.denominator}",
        pace_percent=progress.percent_text(by.pace),
        clauses=[wire.ReportClause(**clause) for clause in clauses],
    )


def _demand(item: Judged) -> wire.ReportDemand:
    shown = spending_rules.measured(item)
    own = set(wire.ReportDemand.model_fields) - {"source"}
    return wire.ReportDemand(**{name: getattr(shown, name) for name in own}, source=item.demand.source)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Places right below an area, best first, then its own money; names of places that received nothing."""

    areas: list[wire.ReportArea]
    without_money: list[str]


async def areas_of(session: AsyncSession, places: Mapping[str, Totals], by: Measured, name: str) -> Ranked:
    """An area's money by the places right below it, ranked by exact progress."""
    area = by.question.area
    below = {key: totals for key, totals in places.items() if key != area}
    known = await lists.division_names_below(session, area)
    names = known | dict(await lists.division_names(session, below))
    ranks = rules.ranks_of(below, by.rule.counted)
    order = sorted(below, key=lambda key: (ranks[key] is None, ranks[key] or 0, key))
    found = [_area(key, names.get(key, key), below[key], by, ranks[key]) for key in order]
    if area in places:
        found.append(_area(area, f"{name}本级", places[area], by, None, own=True))
    return Ranked(found, [label for code, label in known.items() if code not in below])


def _area(
    key: str, label: str, totals: Totals, by: Measured, rank: int | None, *, own: bool = False
) -> wire.ReportArea:
    return wire.ReportArea(key=key, label=label, own=own, rank=rank, **measures_of(totals, by))


def _row(key: str, label: str, totals: Totals, by: Measured) -> wire.ReportRow:
    return wire.ReportRow(key=key, label=label, **measures_of(totals, by))


async def _kind_labels(session: AsyncSession, fund_year: int) -> dict[str, str]:
    """Kinds of money by the names they have in a fund year."""
    labels = {row.code: row.label_zh for row in await lists.fund_kinds(session)}
    for term in await lists.fund_kind_terms(session):
        if term.from_year <= fund_year <= (term.to_year or fund_year):
            labels[term.fund_kind] = term.label_zh
    return labels


def measures_of(totals: Totals, by: Measured) -> dict[str, Any]:
    """The measures of some money: exact first, rounded last."""
    question, rule, counts = by.question, by.rule, by.applied.counts
    spent, value = rule.counted.spent_fen(totals), progress.progress_of(totals, rule.counted)
    amounts = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")
    return {
        **{name: getattr(totals, name) for name in amounts},
        "spent_fen": spent,
        "unspent_fen": rule.counted.whole_fen(totals) - spent,
        "progress": None if value is None else progress.decimal_text(value),
        "progress_percent": None if value is None else progress.percent_text(value),
        "points_ahead": None if value is None else progress.points_ahead_text(value, by.pace),
        "balance_rate": None if value is None else progress.decimal_text(1 - value),
        "balance_percent": None if value is None else progress.percent_text(1 - value),
        "verdict": progress.verdict_of(totals, question.fund_year, question.as_of, rule) if counts else None,
        "gap_fen": progress.gap_of(totals, rule.target, rule.counted) if counts else 0,
    }


def _reclaim(item: ReclaimItem, labels: Mapping[str, str]) -> wire.ReportReclaim:
    own = set(wire.ReportReclaim.model_fields) - {"fund_kind_label"}
    copied = {name: getattr(item, name) for name in own}
    return wire.ReportReclaim(**copied, fund_kind_label=labels.get(item.fund_kind, item.fund_kind))


async def _waiting(session: AsyncSession, by: Measured) -> list[wire.ReportWaiting]:
    """What waits, by side and step."""
    waiting = await waits.load(session, by.question, by.values)
    due = (await deadlines.load(session, by.question, by.values, waiting)).due
    sums: dict[tuple[str, str, bool], list[delays.Delay]] = defaultdict(list)
    for item in delays.measure(waiting, by.question.as_of, due):
        sums[item.waiting.responsible, item.waiting.step, item.waiting.received].append(item)
    return [
        wire.ReportWaiting(
            responsible=responsible,
            step=step,
            received=received,
            amount_fen=sum(item.waiting.amount_fen for item in found),
            late_fen=sum(item.waiting.amount_fen for item in found if item.late),
            items=len(found),
            longest_days=max(item.days for item in found),
        )
        for (responsible, step, received), found in sorted(sums.items())
    ]


def _age(bucket: AgeBucket, first_years: int) -> wire.ReportAge:
    kind, _, years = bucket.bucket.rpartition("_")
    label = "当年资金" if kind == "in" else f"结转{years}年以上" if kind == "over" else f"结转{years}年以内"
    if kind == "up_to" and int(years) > first_years:
        label = f"结转{first_years}至{years}年"
    return wire.ReportAge(
        bucket=bucket.bucket, label=label, fund_years=bucket.fund_years, unspent_fen=bucket.unspent_fen
    )
