"""What each rule finds in an area's facts on a day. Pure: facts in, causes out; thresholds come with the rule.

Stage alerts carry their day counters (未登记 / 已登记未分配 / 已分配未追加); a cause refers to things, never to people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from services.funds.domain import ages, alert_rules, progress
from services.funds.domain.alert_rules import Rule, threshold_of
from services.funds.domain.alerts import Cause
from services.funds.domain.delays import Waiting
from services.funds.domain.divisions import NATION, aid_office, finance_office, level_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.progress import Totals


@dataclass(frozen=True, slots=True)
class Year:
    """An area's money of one fund year: what waits in its own books, and where what is measured stands."""

    fund_year: int
    waiting: tuple[Waiting, ...]
    totals: Totals
    rule: progress.Rule
    due: Mapping[Waiting, date] = field(default_factory=dict)
    """The last day on which waiting money may leave its step in time; without one it has no clock."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A receipt, allocation, claim, batch or account that something is the matter with."""

    topic: str
    """What: `free_money`, `forbidden`, `other_than_allocated`, `claim`, `payee_account`, `ungranted`, `stopped` ..."""
    reference: str
    division_code: str
    office: str
    amount_fen: int
    since: date
    occurrences: int = 1
    fund_year: int | None = None
    fund_kind: str = ""
    project_code: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at in one area on one day."""

    area: str
    as_of: date
    years: tuple[Year, ...] = ()
    things: tuple[Thing, ...] = ()
    central_kinds: frozenset[str] = frozenset()
    values: Parameters = field(default_factory=lambda: Parameters([], NATION, date.min))


def causes_of(rules: Iterable[Rule], facts: Facts) -> list[Cause]:
    """All causes of all rules."""
    return [cause for rule in rules for cause in LOOKS[rule.looks_at](rule, facts)]


def _waiting(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Money that waits at a step past the step's clock, or for more days than the rule's own."""
    for year in facts.years:
        for item in year.waiting:
            if item.step in rule.subjects and item.amount_fen > 0 and _among(rule.among, item, facts):
                days, limit = max((facts.as_of - item.since).days, 0), _allowed(rule, item, year, facts)
                if days > limit:
                    yield _cause_of_waiting(rule, item, year.fund_year, days, str(limit), facts.area)


def _allowed(rule: Rule, item: Waiting, year: Year, facts: Facts) -> int:
    """Days the money may wait: those of the step's clock, or fewer by the rule."""
    clock = (year.due.get(item, date.max) - item.since).days
    return clock if rule.by_clock else min(clock, int(threshold_of(rule, facts.values)))


def _among(among: str, item: Waiting, facts: Facts) -> bool:
    if not among:
        return True
    if among in ("central", "not_central"):
        return (item.fund_kind in facts.central_kinds) == (among == "central")
    return (level_of(facts.area) == "county") == (among == "county")


def _cause_of_waiting(rule: Rule, item: Waiting, fund_year: int, days: int, limit: str, area: str) -> Cause:
    side, office = _recipient(rule, area, item.responsible, item.office)
    return Cause(
        rule.code, item.reference, rule.colour, rule.chain, item.division_code, office, side, item.since, limit,
        amount_fen=item.amount_fen, days=days, fund_year=fund_year, fund_kind=item.fund_kind,
        project_code=item.project_code,
    )  # fmt: skip


def _recipient(rule: Rule, area: str, side: str, office: str) -> tuple[str, str]:
    """Who replies: the office the fact names, or the area's finance or project office."""
    if rule.recipient == "finance":
        return "finance", finance_office(area)
    if rule.recipient == "project":
        return "project", office or aid_office(area)
    return side, office or finance_office(area)


def _of_area(rule: Rule, facts: Facts, year: Year, limit: str, amount_fen: int, since: date, days: int) -> Cause:
    side, office = _recipient(rule, facts.area, "finance", "")
    reference = f"area:{facts.area}:{year.fund_year}"
    return Cause(
        rule.code, reference, rule.colour, rule.chain, facts.area, office, side, since, limit,
        amount_fen=amount_fen, days=days, fund_year=year.fund_year,
    )  # fmt: skip


def _measured(facts: Facts) -> Iterator[tuple[Year, progress.Rule]]:
    """Fund years whose progress still matters: this one and the one before; older money is carried over."""
    for year in facts.years:
        if year.totals.received_fen and facts.as_of.year - 1 <= year.fund_year <= facts.as_of.year:
            yield year, year.rule


def _pace(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Progress behind pace by more than so many points, until the cut-off."""
    for year, measure in _measured(facts):
        value = progress.progress_of(year.totals, measure.counted)
        limit = threshold_of(rule, facts.values)
        first = date(year.fund_year, 1, 1)
        if value is None or facts.as_of >= measure.cut_off or facts.as_of < first:
            continue
        pace = progress.pace_of(year.fund_year, facts.as_of, measure)
        if pace - value > Fraction(limit):
            gap = progress.gap_of(year.totals, pace, measure.counted)
            yield _of_area(rule, facts, year, limit, gap, first, (facts.as_of - first).days)


def _target(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Progress below the target from some days before the cut-off on."""
    for year, measure in _measured(facts):
        limit = measure.target
        if rule.threshold != alert_rules.DEFINITION:
            limit = max(limit, Fraction(threshold_of(rule, facts.values)))
        opens, value = _near(facts, measure), progress.progress_of(year.totals, measure.counted)
        if value is not None and facts.as_of >= opens and value < limit:
            gap, shown = progress.gap_of(year.totals, limit, measure.counted), progress.decimal_text(limit)
            yield _of_area(rule, facts, year, shown, gap, opens, (facts.as_of - opens).days)


def _balance(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Money not allocated above its share of the year's money, from some days before the cut-off on."""
    for year, measure in _measured(facts):
        limit, opens = threshold_of(rule, facts.values), _near(facts, measure)
        left = year.totals.received_fen - year.totals.allocated_fen
        if facts.as_of >= opens and Fraction(left, year.totals.received_fen) > Fraction(limit):
            yield _of_area(rule, facts, year, limit, left, opens, (facts.as_of - opens).days)


def _near(facts: Facts, measure: progress.Rule) -> date:
    return measure.cut_off - timedelta(days=facts.values.days("alert_near_cut_off"))


def _carried(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Free money of a receipt carried over for more than so many years (结转)."""
    reclaim = int(facts.values.get("reclaim_years").value)
    for thing in _things(facts, "free_money"):
        if thing.fund_year is None:
            continue
        end = facts.values.day_of_year("fund_year_end", thing.fund_year)
        since = ages.carried_since(thing.fund_year, (end.month, end.day))
        years = ages.carried_years(since, facts.as_of) or 0
        limit = threshold_of(rule, facts.values)
        if years > int(limit) and (rule.subject == "over" or years <= reclaim):
            yield _of_thing(rule, thing, facts, limit, since)


def _counted(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Things found as often as the threshold says."""
    limit = threshold_of(rule, facts.values)
    for topic in rule.subjects:
        for thing in _things(facts, topic):
            if thing.occurrences >= int(limit):
                yield _of_thing(rule, thing, facts, limit, thing.since)


def _ungranted(rule: Rule, facts: Facts) -> Iterator[Cause]:
    """Money for people without a list of them after so many days (未填受益明细)."""
    limit = threshold_of(rule, facts.values)
    for thing in _things(facts, "ungranted"):
        if (facts.as_of - thing.since).days > int(limit):
            yield _of_thing(rule, thing, facts, limit, thing.since)


def _things(facts: Facts, topic: str) -> Iterator[Thing]:
    return (thing for thing in facts.things if thing.topic == topic)


def _of_thing(rule: Rule, thing: Thing, facts: Facts, limit: str, since: date) -> Cause:
    side = "finance" if thing.office == finance_office(facts.area) else "project"
    side, office = _recipient(rule, facts.area, side, thing.office)
    return Cause(
        rule.code, thing.reference, rule.colour, rule.chain, thing.division_code, office, side, since, limit,
        amount_fen=thing.amount_fen, days=max((facts.as_of - since).days, 0), occurrences=thing.occurrences,
        fund_year=thing.fund_year, fund_kind=thing.fund_kind, project_code=thing.project_code,
    )  # fmt: skip


LOOKS: dict[str, Callable[[Rule, Facts], Iterator[Cause]]] = {
    "waiting": _waiting,
    "pace": _pace,
    "target": _target,
    "balance": _balance,
    "carried": _carried,
    "use": _counted,
    "attempts": _counted,
    "refused_payments": _counted,
    "dead_payees": _counted,
    "ungranted": _ungranted,
}
"""What a rule may look at."""
