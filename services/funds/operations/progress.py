"""Spending progress of an area, its verdict under the 90 % rule, and who holds up what is not spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import delays, progress
from services.funds.domain.divisions import SOURCE_LEVELS
from services.funds.domain.explanation import clauses_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.progress import Rule, Totals
from services.funds.domain.questions import Question
from services.funds.domain.refusals.grants import AsOfTooEarly
from services.funds.domain.spending_rules import Applied
from services.funds.operations import area_names, deadlines, spending, spending_rules, waits
from services.funds.storage import lists, parameters, sessions
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_views as wire

GroupBy = Literal["division", "county", "fund_kind", "level", "batch", "office", "project"]
Order = Literal["amount", "days"]
HOLDERS = ("office", "project")
"""Groups by who holds the money, which its sums do not say."""
BATCH_LABELS = {"advance": "提前下达", "regular": "正常下达"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the answer is wanted, and in which order."""

    group_by: GroupBy = "division"
    project_code: str | None = None
    office: str | None = None
    delays: Literal["list", "sums", "none"] = "list"
    order: Order = "amount"
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Answered:
    """One area's money as far as every view of it needs it. `question` asks for exactly what the definition counts."""

    question: Question
    name: str
    values: Parameters
    rule: Rule
    total: Totals
    applied: Applied
    group_by: GroupBy
    groups: dict[str, Totals]
    """The total by `group_by`; by kind of money where the sums do not say it."""


async def get(session: AsyncSession, actor: Actor, peer: Peer, question: Question, shown: Shown) -> dict[str, Any]:
    """The whole answer for one of the actor's areas, as wire.Progress says it."""
    require_in_scope(actor, question.area)
    answered = await compute(session, actor, peer, await _narrowed(session, question, shown), shown.group_by)
    question, applied = answered.question, answered.applied
    measured = await _delays(session, answered, shown)
    total = answered.total
    judged = await spending_rules.judge(session, applied, total, answered.values)
    answer = wire.Progress(
        **_head(answered),
        cut_off=answered.rule.cut_off,
        definition=await spending_rules.used(session, applied),
        thresholds=[spending_rules.measured(item) for item in judged],
        batch=applied.asked.batch or "all",
        fund_kind=question.fund_kind,
        source_level=question.source_level,
        clauses=[wire.Clause(**clause) for clause in clauses_of(total, question, answered.rule, applied.main.source)],
        total=wire.Measures(**_measures(total, answered)),
        withheld_not_due_fen=None if measured is None else total.withheld_fen - _due(measured),
        group_by=shown.group_by,
        groups=await groups_of(session, answered),
        delays=None,
        delay_sums=None if measured is None else _sums(measured),
    ).model_dump(mode="json")
    if measured is not None and shown.delays == "list":
        answer["delays"] = [_delay(item) for item in measured[: shown.limit]]
    return answer


async def public(session: AsyncSession, actor: Actor, peer: Peer, question: Question) -> wire.PublicProgress:
    """What the public sees: totals and groups by fund kind."""
    answered = await compute(session, actor, peer, question, "fund_kind")
    total = wire.Measures(**_measures(answered.total, answered))
    groups = await groups_of(session, answered)
    return wire.PublicProgress(**_head(answered), total=total, groups=groups)


async def compute(
    session: AsyncSession, actor: Actor, peer: Peer, question: Question, group_by: GroupBy = "fund_kind"
) -> Answered:
    """The definition that holds for an area on a day, and the money it counts, which comes by `group_by` where that is
    one of its own columns. Raises AsOfTooEarly, DivisionUnknown."""
    if question.as_of < date(question.fund_year - 1, 1, 1):
        raise AsOfTooEarly(not_before=date(question.fund_year - 1, 1, 1).isoformat())
    name = await area_names.name_of(session, actor, peer, question.area)
    await sessions.one_moment(session)
    values = await parameters.load(session, question.area, question.as_of)
    applied = await spending_rules.load(session, question, values)
    counted = applied.question
    groups = await spending.groups(session, counted, "fund_kind" if group_by in HOLDERS else group_by)
    total = sum(groups.values(), Totals())
    return Answered(counted, name, values, applied.rule, total, applied, group_by, groups)


async def _narrowed(session: AsyncSession, question: Question, shown: Shown) -> Question:
    """The same question about the money of one project or of one office's projects."""
    if shown.project_code is not None:
        question = await spending.held_by(session, question, "project", shown.project_code)
    if shown.office is not None:
        question = await spending.held_by(session, question, "office", shown.office)
    await sessions.let_go(session)
    return question


async def _delays(session: AsyncSession, answered: Answered, shown: Shown) -> list[delays.Delay] | None:
    """What waits, measured against its deadlines; None when it is not asked for, or asked as known earlier."""
    question = answered.question
    if shown.delays == "none" or question.known_until is not None:
        return None
    waiting = await waits.load(session, question, answered.values)
    due = (await deadlines.load(session, question, answered.values, waiting)).due
    return delays.ordered(delays.measure(waiting, question.as_of, due), shown.order)


def _due(measured: Iterable[delays.Delay]) -> int:
    """Retention that may be released, in fen."""
    return sum(item.waiting.amount_fen for item in measured if item.waiting.step == "retention_release")


def _head(answered: Answered) -> dict[str, object]:
    target = answered.applied.main
    return {
        "division_code": answered.question.area,
        "division_name": answered.name,
        "fund_year": answered.question.fund_year,
        "as_of": answered.question.as_of,
        "target": target.value,
        "target_source": target.source,
    }


def _measures(totals: Totals, answered: Answered) -> dict[str, object]:
    question, rule, counts = answered.question, answered.rule, answered.applied.counts
    value = progress.progress_of(totals, rule.counted)
    pace = progress.pace_of(question.fund_year, question.as_of, rule)
    return {
        "received_fen": totals.received_fen,
        "allocated_fen": totals.allocated_fen,
        "paid_fen": totals.paid_fen,
        "returned_fen": totals.returned_fen,
        "withheld_fen": totals.withheld_fen,
        "progress": None if value is None else progress.decimal_text(value),
        "progress_percent": None if value is None else progress.percent_text(value),
        "points_ahead": None if value is None else progress.points_ahead_text(value, pace),
        "pace": progress.decimal_text(pace),
        "verdict": progress.verdict_of(totals, question.fund_year, question.as_of, rule) if counts else None,
        "gap_fen": progress.gap_of(totals, rule.target, rule.counted) if counts else 0,
    }


async def groups_of(session: AsyncSession, answered: Answered) -> list[wire.MeasuredGroup]:
    """The area's money divided by one property; the groups add up to the total."""
    found = await _named_groups(session, answered)
    return [
        wire.MeasuredGroup(key=key, label=label or key, **_measures(totals, answered))
        for key, (label, totals) in found.items()
    ]


async def _named_groups(session: AsyncSession, answered: Answered) -> dict[str, tuple[str, Totals]]:
    group_by = answered.group_by
    if group_by == "office" or group_by == "project":
        found = await spending.holders(session, answered.question, group_by)
        return found | ({"": ("未分配 / unallocated", found[""][1])} if "" in found else {})
    labels = await _labels(session, answered)
    return {key: (labels.get(key, key), totals) for key, totals in answered.groups.items()}


async def _labels(session: AsyncSession, answered: Answered) -> dict[str, str]:
    group_by, keys = answered.group_by, list(answered.groups)
    if group_by in ("division", "county"):
        return {answered.question.area: answered.name} | dict(await lists.division_names(session, keys))
    if group_by == "fund_kind":
        return {row.code: row.label_zh for row in await lists.fund_kinds(session)}
    return {code: zh for code, (zh, _) in SOURCE_LEVELS.items()} if group_by == "level" else BATCH_LABELS


_DELAY = (*delays.Waiting._fields, "days", "deadline_days", "due_on", "deadline_counting", "days_late", "late")


def _delay(item: delays.Delay) -> dict[str, Any]:
    """A row as wire.Delay says it. A county has hundreds: as models they take longer than all the statements."""
    waiting, days, due, days_late = item
    measured = (days, item.deadline_days, due.on, due.counting, days_late, item.late)
    return dict(zip(_DELAY, (*waiting, *measured), strict=True))


def _sums(items: Iterable[delays.Delay]) -> list[wire.DelaySum]:
    """All delays by step and side."""
    by: dict[tuple[str, delays.Responsible, bool], list[delays.Delay]] = defaultdict(list)
    for item in items:
        by[item.waiting.step, item.waiting.responsible, item.waiting.received].append(item)
    return [
        wire.DelaySum(
            step=step,
            responsible=responsible,
            received=received,
            amount_fen=sum(item.waiting.amount_fen for item in found),
            late_fen=sum(item.waiting.amount_fen for item in found if item.late),
            items=len(found),
            longest_days=max(item.days for item in found),
        )
        for (step, responsible, received), found in sorted(by.items())
    ]
