"""No area is alerted later by parameters or deadlines it set for itself; by stricter ones of its own it is sooner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.funds.domain.alert_causes import Facts, Thing, causes_of
from services.funds.domain.alert_rules import PARAMETER, STRICTER, no_later, no_softer, threshold_of
from services.funds.domain.deadlines import Deadline, Deadlines
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.working_days import Calendar
from tests.services.funds.domain.alert_facts import COUNTY, RULES, TODAY, VALUES_OF_NATION, waiting


def values(*own: tuple[str, str, str]) -> Parameters:
    """The nation's values, and those of places: (key, place, value)."""
    placed = [Value(key, place, date(2025, 1, 1), None, value, "x", "文件") for key, place, value in own]
    return Parameters([*VALUES_OF_NATION, *placed], COUNTY, TODAY)


def test_every_parameter_a_rule_reads_is_bounded_as_its_rule_is_stricter() -> None:
    read = {rule.threshold.removeprefix(PARAMETER): rule for rule in RULES.values() if PARAMETER in rule.threshold}
    assert read
    assert {key: rule.stricter for key, rule in read.items()}.items() <= STRICTER.items()


@pytest.mark.parametrize(
    ("key", "softer", "stricter"),
    [
        ("reclaim_years", "99", "1"),
        ("carry_over_years", "50", "0"),
        ("alert_near_cut_off", "0", "90"),
        ("alert_attempt_days", "0", "400"),
        ("fund_year_end", "12-31", "06-30"),
    ],
)
def test_an_areas_own_value_counts_only_where_it_is_stricter(key: str, softer: str, stricter: str) -> None:
    standing = values().get(key).value
    assert no_softer(values((key, COUNTY, softer)), COUNTY).get(key).value == standing
    assert no_softer(values((key, COUNTY, stricter)), COUNTY).get(key).value == stricter
    above = values((key, "3416", stricter), (key, COUNTY, standing))
    assert no_softer(above, COUNTY).get(key).value == stricter, "the nearest area above bounds it"
    assert no_softer(values((key, "34", softer)), COUNTY).get(key).value == softer, "a province may set it"


def test_money_to_be_called_back_stays_red_whatever_years_the_county_sets_for_itself() -> None:
    thing = Thing("free_money", "receipt:1", COUNTY, f"{COUNTY}-finance", 5, date(2022, 1, 1), fund_year=2022)
    facts = Facts(COUNTY, TODAY, things=(thing,), values=no_softer(values(("reclaim_years", COUNTY, "99")), COUNTY))
    assert [cause.rule for cause in causes_of(RULES.values(), facts)] == ["reclaim_due"]
    assert threshold_of(RULES["reclaim_due"], facts.values) == "2"


def deadlines(own: Parameters, *rows: Deadline) -> Deadlines:
    return Deadlines(rows, own, Calendar({}), 2025, {})


def test_a_deadline_of_ones_own_only_shortens_the_clock_of_an_alert() -> None:
    item = waiting("claim_review", 20)
    nation = item.since + timedelta(days=10)
    row = Deadline("claim_review", COUNTY, "", date(2025, 1, 1), 9999, "calendar", "entry", None, False, "县文件")
    for days, due in ((9999, nation), (5, item.since + timedelta(days=5))):
        by_row = deadlines(values(), replace(row, days=days))
        by_value = deadlines(values(("deadline_claim_review", COUNTY, str(days))))
        assert by_row.due(item).on == item.since + timedelta(days=days)
        assert no_later(by_row, COUNTY, [item]) == no_later(by_value, COUNTY, [item]) == {item: due}
    city = replace(row, division_code="3416", days=40)
    assert no_later(deadlines(values(), city, row), COUNTY, [item]) == {item: item.since + timedelta(days=40)}
