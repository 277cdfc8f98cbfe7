"""Rules of alerts: which holds for an area on a day, what its threshold is, and that no place softens it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.funds.domain.alerts import SEVERITY
from services.funds.domain.deadlines import Deadlines
from services.funds.domain.delays import Waiting
from services.funds.domain.divisions import NATION, lies_in
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.refusals.alerts import AlertRuleSofter, AlertThresholdWrong

PARAMETER = "parameter:"
"""Begins a threshold that stands in a parameter."""
CLOCK = "clock"
"""In place of a threshold: the clock of the step the money waits at. A number beside it only shortens it."""
DEFINITION = "definition"
"""In place of a threshold: the target of the definition that holds. A number beside it only raises it."""
STRICTER = {
    "carry_over_years": "lower",
    "reclaim_years": "lower",
    "fund_year_end": "lower",
    "alert_near_cut_off": "higher",
    "alert_attempt_days": "higher",
}
"""Parameters the rules read beside the deadlines of steps, and which value alerts sooner or longer."""
FORMS = {"day": r"[0-9]{1,4}", "year": r"[0-9]{1,2}", "count": r"[1-9][0-9]{0,3}", "rate": r"0(\.[0-9]{1,18})?|1"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of alert_rules."""

    code: str
    division_code: str
    valid_from: date
    valid_to: date | None
    colour: str
    looks_at: str
    subject: str
    among: str
    threshold: str
    unit: str
    stricter: str
    recipient: str
    chain: str
    again_after_days: int
    label_zh: str
    label_en: str
    source: str

    @property
    def subjects(self) -> list[str]:
        return self.subject.split("|")

    @property
    def by_clock(self) -> bool:
        return self.threshold == CLOCK


def in_force(rules: Iterable[Rule], area: str, on: date) -> dict[str, Rule]:
    """By code the rule of the nearest area that is valid on the day."""
    found: dict[str, Rule] = {}
    fitting = [
        rule
        for rule in rules
        if lies_in(area, rule.division_code)
        and rule.valid_from <= on
        and (rule.valid_to is None or on <= rule.valid_to)
    ]
    for rule in sorted(fitting, key=_nearness):
        found[rule.code] = rule
    return found


def _nearness(rule: Rule) -> tuple[int, date]:
    return (0 if rule.division_code == NATION else len(rule.division_code), rule.valid_from)


def threshold_of(rule: Rule, values: Parameters) -> str:
    """The threshold as it stands; one that stands in a parameter is the area's value on the day."""
    if not rule.threshold.startswith(PARAMETER):
        return rule.threshold
    return values.get(rule.threshold.removeprefix(PARAMETER)).value


def no_softer(values: Parameters, area: str) -> Parameters:
    """The values without those of the area's own by which it would be alerted later than by the values above it."""
    above = values.kept(lambda value: value.division_code != area)
    softer = {key for key, stricter in STRICTER.items() if _is_softer(values, above, key, stricter)}
    return values.kept(lambda value: value.division_code != area or value.key not in softer)


def _is_softer(values: Parameters, above: Parameters, key: str, stricter: str) -> bool:
    own, standing = values.get(key), above.get(key)
    given, limit = _ordered(own), _ordered(standing)
    return given > limit if stricter == "lower" else given < limit


def _ordered(value: Value) -> tuple[int, ...]:
    """Numbers, and days of the year, as they follow each other."""
    return tuple(int(part) for part in value.value.split("-"))


def no_later(deadlines: Deadlines, area: str, waiting: Iterable[Waiting]) -> dict[Waiting, date]:
    """The last day in time of money that waits: by the area's own deadline, or the one above where that is sooner."""
    above = deadlines.without(area)
    return {item: min(deadlines.due(item).on, above.due(item).on) for item in waiting}


def require_threshold(rule: Rule, threshold: str) -> None:
    """Refuse what is no number of the rule's unit. Raises AlertThresholdWrong."""
    if not re.fullmatch(FORMS[rule.unit], threshold, re.ASCII):
        raise AlertThresholdWrong(unit=rule.unit)


def require_no_softer(above: Rule, colour: str, threshold: str, standing: str) -> None:
    """Refuse a milder colour, or a threshold that alerts later than the `standing` one. Raises AlertRuleSofter.

    Grey stays grey, and no place makes one: what is forbidden is the business of the lists of uses.
    """
    if SEVERITY[colour] < SEVERITY[above.colour] or (colour == "grey") != (above.colour == "grey"):
        raise AlertRuleSofter(pointer="/colour", colour=above.colour)
    if standing in (CLOCK, DEFINITION):
        return
    given, limit = Fraction(threshold), Fraction(standing)
    if given > limit if above.stricter == "lower" else given < limit:
        raise AlertRuleSofter(pointer="/threshold", threshold=standing)
