"""Rules of a place: the nearest holds, and it is stricter, never softer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.funds.domain.alert_rules import in_force, require_no_softer, require_threshold
from services.funds.domain.refusals import alerts as refusals
from tests.services.funds.domain.alert_facts import COUNTY, RULES


def test_the_nearest_areas_rule_holds_from_its_day_on() -> None:
    own = replace(RULES["behind_pace"], division_code=COUNTY, valid_from=date(2025, 6, 1), colour="red")
    known = [*RULES.values(), own]
    assert in_force(known, COUNTY, date(2025, 5, 31))["behind_pace"].colour == "yellow"
    assert in_force(known, COUNTY, date(2025, 6, 1))["behind_pace"].colour == "red"
    assert in_force(known, "341621", date(2025, 6, 1))["behind_pace"].colour == "yellow"


@pytest.mark.parametrize(
    ("code", "colour", "threshold", "allowed"),
    [
        ("behind_pace", "yellow", "0.05", True),
        ("behind_pace", "red", "0.01", True),
        ("behind_pace", "blue", "0.05", False),
        ("behind_pace", "yellow", "0.06", False),
        ("below_target", "orange", "0.95", True),
        ("claim_unreviewed", "orange", "3", True),
        ("behind_pace", "grey", "0.05", False),
        ("forbidden_use", "red", "1", False),
    ],
)
def test_a_place_is_stricter_never_softer(code: str, colour: str, threshold: str, allowed: bool) -> None:
    rule = RULES[code]
    require_threshold(rule, threshold)
    if allowed:
        require_no_softer(rule, colour, threshold, rule.threshold)
        return
    with pytest.raises(refusals.AlertRuleSofter):
        require_no_softer(rule, colour, threshold, rule.threshold)


@pytest.mark.parametrize(
    ("code", "threshold"), [("behind_pace", "1.5"), ("claim_unreviewed", "0.5"), ("reclaim_due", "")]
)
def test_a_threshold_is_a_number_of_its_unit(code: str, threshold: str) -> None:
    with pytest.raises(refusals.AlertThresholdWrong):
        require_threshold(RULES[code], threshold)
