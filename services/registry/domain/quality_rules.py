"""The numbered checks of data quality (数据质量检查规则): one row each in data/quality_rules.csv.

A rule joins a named condition (`check`) to the people or households it is asked of (`population`): the same condition
stands under several numbers. What a condition means in SQL is in storage/quality_member_checks.py and
storage/quality_household_checks.py. Their figures are rows of data/parameters.csv.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from services.registry.domain import parameters
from services.registry.domain.tables_of_facts import rows_of

MEMBER, HOUSEHOLD, VILLAGE = "member", "household", "village"
REFUSE, WARN, LIST = "refuse", "warn", "list"
LEVELS = (REFUSE, WARN, LIST)
"""`refuse`: the register does not take it any more, old rows may still have it; `warn`: to be put right; `list`:
suspicious, to be looked at."""
CHECKED, NOT_HELD = "checked", "not_held"
POPULATIONS = ("any", "out_of_poverty", "monitored", "uncleared", "cleared", "either")
"""All files; households out of poverty; monitored ones; those whose risk stands; whose risk is removed; out of
poverty or monitored."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `check` is empty where the state is `not_held`: `note` then says which fact the suite does not hold.

    `refusal` is the code of the refusal that keeps new rows from breaking the rule; `parameters` are its figures.
    """

    number: str
    text: str
    en: str
    level: str
    scope: str
    population: str
    state: str
    check: str
    refusal: str
    parameters: tuple[str, ...]
    note: str
    source: str


def _read(row: dict[str, str]) -> Rule:
    texts = {name: text for name, text in row.items() if name != "parameters"}
    return Rule(**texts, parameters=tuple(row["parameters"].split()))


RULES: dict[str, Rule] = {row["number"]: _read(row) for row in rows_of("quality_rules")}
"""Every rule by its number, in the order of the published list."""
CHECKED_RULES: dict[str, Rule] = {number: rule for number, rule in RULES.items() if rule.state == CHECKED}
ONLY_IN_RUNS = frozenset(
    number for number, rule in CHECKED_RULES.items() if rule.check in ("phone_shared_elsewhere", "identity_repeated")
)
"""Rules that compare a file with all others: a run answers them, a look at one household does not."""
FIGURES: tuple[str, ...] = tuple(sorted({key for rule in CHECKED_RULES.values() for key in rule.parameters}))
"""The parameters the conditions read."""
DATED = ("monitoring_line", "risk_clearing_months")
"""Parameters that speak of the day a risk was removed, not of today."""


def numbers_of(level: str) -> list[str]:
    """The checked rules of a level."""
    return [number for number, rule in CHECKED_RULES.items() if rule.level == level]


class Row(parameters.Row, Protocol):
    """A row of the parameters table."""


@dataclass(frozen=True, slots=True)
class Span:
    """A figure and the days it holds, both included."""

    key: str
    first: date
    last: date
    value: int


def values_for(rows: Iterable[Row], division_code: str, on: date) -> dict[str, int]:
    """The whole numbers of FIGURES for a division on a day; a ratio `a/b` becomes `<key>` (a) and `<key>_of` (b).
    ParameterMissing for one nobody has set."""
    known = list(rows)
    values: dict[str, int] = {}
    for key in FIGURES:
        text = parameters.resolve((row for row in known if row.key == key), key, division_code, on).value
        if parameters.UNITS[key] == "fraction":
            ratio = parameters.fraction_of(text)
            values[key], values[f"{key}_of"] = ratio.numerator, ratio.denominator
        else:
            values[key] = int(text)
    return values


def spans_for(rows: Iterable[Row], division_code: str, until: date) -> list[Span]:
    """What the DATED figures were for a division, from the first day they were set until `until`."""
    found: list[Span] = []
    for key in DATED:
        speaking = [row for row in rows if row.key == key and _speaks(row, division_code)]
        starts = {row.valid_from for row in speaking} | {
            row.valid_to + timedelta(days=1) for row in speaking if row.valid_to is not None
        }
        days = sorted(day for day in starts if day <= until)
        for first, follower in zip(days, [*days[1:], until + timedelta(days=1)], strict=True):
            holding = [row for row in speaking if row.valid_from <= first and (row.valid_to or date.max) >= first]
            if holding:
                value = int(parameters.resolve(holding, key, division_code, first).value)
                found.append(Span(key, first, follower - timedelta(days=1), value))
    return found


def _speaks(row: Row, division_code: str) -> bool:
    return row.division_code == parameters.NATION or division_code.startswith(row.division_code)


def months_after(day: date, months: int) -> date:
    """The same day some months later; the month's last day where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    last = (date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(day.year + year, month + 1, min(day.day, last))
