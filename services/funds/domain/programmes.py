"""Programmes as data: for whom one is, in which range, once per what, paid to whom. No programme is named here.

Conditions are written `fact=value|value;fact=low..high`; a fact the register does not state meets none.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FactValue = bool | int | str | list[str] | dict[str, str] | None
_BOUNDS = re.compile(r"(\d*)\.\.(\d*)", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """What one fact must be: one of these values, or a number from low to high."""

    fact: str
    values: frozenset[str]
    low: int | None = None
    high: int | None = None

    def met_by(self, value: FactValue) -> bool:
        if value is None:
            return False
        if not self.values:
            return isinstance(value, int) and (self.low or 0) <= value and (self.high is None or value <= self.high)
        stated = value if isinstance(value, list) else [str(value).lower() if isinstance(value, bool) else str(value)]
        return not self.values.isdisjoint(stated)


def conditions_of(text: str) -> tuple[Condition, ...]:
    """The conditions as written in the list. Raises ValueError for what is not written as above."""
    return tuple(_condition(part) for part in text.split(";") if part)


def _condition(text: str) -> Condition:
    fact, _, wanted = text.partition("=")
    bounds = _BOUNDS.fullmatch(wanted)
    values = frozenset(wanted.split("|"))
    if not _NAME.fullmatch(fact) or not (bounds or all(_NAME.fullmatch(value) for value in values)):
        raise ValueError(f"not a condition: {text}")
    if bounds is None:
        return Condition(fact, values)
    low, high = (int(part) if part else None for part in bounds.groups())
    return Condition(fact, frozenset(), low, high)


def first_unmet(conditions: Sequence[Condition], facts: Mapping[str, FactValue]) -> str | None:
    """The first fact that is not as it must be."""
    return next((one.fact for one in conditions if not one.met_by(facts.get(one.fact))), None)


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and largest amount of one grant, in fen."""

    min_fen: int
    max_fen: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A row of a table of amounts: the range where the facts are these, `per_person` times the household's people."""

    conditions: tuple[Condition, ...]
    per_person: bool
    allowed: Range


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A group of programmes of which one person or household may have one in a period, a year or ever."""

    group_code: str
    subject: Literal["person", "household"]
    span: Literal["period", "year", "once"]


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as it holds for an area on a day."""

    code: str
    period_kind: str
    once_per: Literal["person", "household"]
    statuses: frozenset[str]
    conditions: tuple[Condition, ...]
    payee: Literal["person", "head", "guardian"]
    bounds: Range
    person_year_cap_fen: int | None = None
    household_year_cap_fen: int | None = None
    amounts: tuple[Amount, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def by_household(self) -> bool:
        """Whether a household counts as one, for this programme, its cap, or one that excludes it."""
        grouped = any(one.subject == "household" for one in self.exclusions)
        return self.once_per == "household" or self.household_year_cap_fen is not None or grouped

    def deciding(self) -> frozenset[str]:
        """The facts the answer depends on; these are frozen with each line."""
        rows = [condition for row in self.amounts for condition in row.conditions]
        people = {"member_count"} if any(row.per_person for row in self.amounts) else set()
        kin = {"kin"} if self.household_year_cap_fen is not None else set()
        return frozenset({one.fact for one in (*self.conditions, *rows)} | people | kin)

    def asked(self) -> frozenset[str]:
        """All facts the register is asked for: those, the household's head and account, the households it came from,
        and the divisions its village followed."""
        more = {"head_person_id", "account_mark", "absorbed", "formerly"}
        more |= {"age"} if self.payee == "guardian" else set()
        more |= {"kin"} if self.by_household else set()
        return self.deciding() | more

    def allowed_for(self, facts: Mapping[str, FactValue]) -> Range | None:
        """The range for these facts: that of the first row of the table they fit; None when they fit none."""
        if not self.amounts:
            return self.bounds
        for row in self.amounts:
            if first_unmet(row.conditions, facts) is None:
                people = facts.get("member_count") if row.per_person else 1
                times = people if isinstance(people, int) else 1
                high = min(row.allowed.max_fen * times, self.bounds.max_fen)
                return Range(min(row.allowed.min_fen * times, high), high)
        return None


def _labels() -> dict[str, tuple[str, str]]:
    path = Path(__file__).resolve().parents[1] / "data" / "programme_facts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["fact"]: (row["label_zh"], row["label_en"]) for row in csv.DictReader(file)}


FACT_LABELS = _labels()
"""What people call each fact programmes may depend on, in Chinese and English."""
