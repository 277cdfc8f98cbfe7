"""The table of data-quality rules holds together, and its figures are those in force where and when they are asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest

from services.registry.domain import quality_rules, refusals
from services.registry.domain.parameters import UNITS
from services.registry.domain.quality_rules import CHECKED_RULES, FIGURES, LEVELS, POPULATIONS, RULES, months_after
from services.registry.domain.tables_of_facts import rows_of
from shared.refusals import Refusal

OWN = {"LK_001"}
"""Rules of our own beside the published list."""
PUBLISHED_DIGEST = "d0bc183a62f6425ccde82085be652e8c426c96c6e79dce2533162102f7e6f790"
"""SHA-256 of the 263 published numbers, sorted, one a line."""


def test_all_263_published_numbers_are_there_exactly_once() -> None:
    numbers = [row["number"] for row in rows_of("quality_rules")]
    assert len(numbers) == len(set(numbers)) == 263 + len(OWN)
    published = sorted(set(numbers) - OWN)
    assert hashlib.sha256("\n".join(published).encode()).hexdigest() == PUBLISHED_DIGEST


def test_every_rule_says_what_it_is_or_why_it_is_not_asked() -> None:
    assert Counter(rule.state for rule in RULES.values()) == {"checked": 220, "not_held": 44}
    for rule in RULES.values():
        assert all((rule.text, rule.en, rule.source)), rule.number
        assert rule.level in LEVELS
        assert rule.population in POPULATIONS
        assert bool(rule.check) == (rule.state == "checked"), rule.number
        assert rule.note or rule.state == "checked", rule.number
        assert rule.scope != "village" or rule.state == "not_held"
    assert sum(rule.scope == "village" for rule in RULES.values()) == 17


def test_a_rule_of_level_refuse_names_the_refusal_that_enforces_it() -> None:
    known = {cls.code for name in refusals.__all__ if issubclass(cls := getattr(refusals, name), Refusal)}
    for rule in RULES.values():
        assert bool(rule.refusal) == (rule.level == "refuse"), rule.number
        assert not rule.refusal or rule.refusal in known, rule.number


def test_every_figure_a_rule_reads_is_a_parameter() -> None:
    assert set(FIGURES) <= set(UNITS)
    assert set(quality_rules.DATED) <= set(FIGURES)
    assert CHECKED_RULES["5_14_001"].parameters == ("arable_mu_limit",)


@dataclass
class Row:
    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str


LINES = [
    Row("monitoring_line", "00", date(2020, 1, 1), None, "600000"),
    Row("monitoring_line", "52", date(2023, 1, 1), date(2023, 12, 31), "730000"),
    Row("monitoring_line", "52", date(2024, 3, 14), None, "880000"),
    Row("risk_clearing_months", "00", date(2022, 4, 1), None, "6"),
]


@pytest.mark.parametrize(
    ("area", "day", "value"),
    [
        ("520102", date(2019, 12, 31), None),
        ("520102", date(2020, 1, 1), 600_000),
        ("520102", date(2022, 12, 31), 600_000),
        ("520102", date(2023, 1, 1), 730_000),
        ("520102", date(2023, 12, 31), 730_000),
        ("520102", date(2024, 1, 1), 600_000),
        ("520102", date(2024, 3, 14), 880_000),
        ("341622", date(2024, 3, 14), 600_000),
    ],
)
def test_a_removal_is_judged_by_the_line_of_its_own_day_and_place(area: str, day: date, value: int | None) -> None:
    spans = quality_rules.spans_for(LINES, area, date(2026, 7, 1))
    holding = [span.value for span in spans if span.key == "monitoring_line" and span.first <= day <= span.last]
    assert holding == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 15), 12, date(2027, 8, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
    ],
)
def test_months_after_a_day_end_with_the_month(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after
