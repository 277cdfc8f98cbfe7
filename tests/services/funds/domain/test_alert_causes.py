"""What each rule finds: money past its clock, progress, money carried over, things something is the matter with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.funds.domain.alert_causes import LOOKS, Thing, causes_of
from services.funds.domain.alerts import SEVERITY, plan
from services.funds.domain.progress import Totals
from tests.services.funds.domain.alert_facts import CHAINS, COUNTY, RULES, TODAY, facts, found, rows, waiting


def test_every_rule_looks_at_something_known_and_has_a_chain_a_colour_and_a_source() -> None:
    assert len(RULES) == len(rows("alert_rules")) >= 20
    for rule in RULES.values():
        assert rule.looks_at in LOOKS
        assert rule.chain in CHAINS
        assert rule.colour in SEVERITY
        assert all((rule.source, rule.label_zh, rule.label_en))
    assert {rule.colour for rule in RULES.values()} == set(SEVERITY)
    for chain in CHAINS.values():
        assert [step.number for step in chain] == list(range(1, len(chain) + 1))
        assert [chain[0].kind, chain[-1].kind] == ["reply", "conclusion"]


@pytest.mark.parametrize(
    ("step", "more", "rule"),
    [
        ("receipt_registration", {}, "unregistered"),
        ("receipt_registration", {"fund_kind": "central_special"}, "central_not_received"),
        ("allocation", {}, "unallocated"),
        ("allocation_decision", {}, "not_passed_on"),
        ("claim_review", {}, "claim_unreviewed"),
        ("payment", {}, "payment_not_ordered"),
        ("bank", {}, "bank_silent"),
        ("retention_release", {}, "retention_overdue"),
        ("works", {}, "project_late"),
    ],
)
def test_money_past_the_clock_of_its_step_is_alerted_and_not_a_day_earlier(
    step: str, more: dict[str, Any], rule: str
) -> None:
    assert found(waiting(step, 30, **more)) == []
    assert found(waiting(step, 31, **more)) == [rule]
    (cause,) = causes_of(RULES.values(), facts(waiting(step, 31, 777, **more)))
    assert (cause.amount_fen, cause.days, cause.threshold, cause.reference) == (777, 31, "30", f"{step}:1")


def test_a_places_own_days_only_shorten_the_clock() -> None:
    own = replace(RULES["claim_unreviewed"], threshold="5")
    assert causes_of([own], facts(waiting("claim_review", 5))) == []
    assert [cause.threshold for cause in causes_of([own], facts(waiting("claim_review", 6)))] == ["5"]
    late = replace(own, threshold="90")
    assert [cause.threshold for cause in causes_of([late], facts(waiting("claim_review", 31)))] == ["30"]


def test_money_of_a_stopped_project_is_red_the_day_after() -> None:
    assert found(waiting("stopped", 0)) == []
    (cause,) = causes_of(RULES.values(), facts(waiting("stopped", 1)))
    assert (cause.rule, cause.colour, cause.side) == ("stopped_money", "red", "project")


def test_above_a_county_money_not_handed_on_is_alerted_as_not_sent_down() -> None:
    item = waiting("allocation", 31)._replace(division_code="3416")
    causes = causes_of(RULES.values(), replace(facts(item), area="3416"))
    assert [cause.rule for cause in causes] == ["not_sent_down"]


@pytest.mark.parametrize(
    ("paid", "allocated", "as_of", "rules"),
    [
        (900, 1000, TODAY, []),
        (899, 1000, TODAY, ["below_target"]),
        (899, 929, TODAY, ["below_target", "quota_balance"]),
        (900, 930, TODAY, []),
        (0, 1000, date(2025, 1, 15), []),
        (0, 1000, date(2025, 1, 25), ["behind_pace"]),
        (0, 500, date(2025, 12, 31), ["below_target", "quota_balance"]),
    ],
)
def test_progress_is_alerted_behind_pace_and_below_the_target_only_near_the_cut_off(
    paid: int, allocated: int, as_of: date, rules: list[str]
) -> None:
    totals = Totals(1000, allocated, paid)
    seen = [cause for cause in causes_of(RULES.values(), facts(totals=totals, as_of=as_of)) if cause.amount_fen]
    assert sorted(cause.rule for cause in seen) == rules
    assert {cause.reference for cause in seen} <= {f"area:{COUNTY}:2025"}


def test_nothing_received_is_no_alert_of_progress() -> None:
    assert found(totals=Totals()) == []


@pytest.mark.parametrize(
    ("fund_year", "rules"), [(2025, []), (2024, []), (2023, ["second_year_money"]), (2022, ["reclaim_due"])]
)
def test_money_carried_over_is_warned_of_in_its_second_year_and_barred_after_it(
    fund_year: int, rules: list[str]
) -> None:
    thing = Thing("free_money", "receipt:1", COUNTY, f"{COUNTY}-finance", 5, date(2023, 1, 1), fund_year=fund_year)
    causes = causes_of(RULES.values(), facts(things=(thing,)))
    assert [cause.rule for cause in causes] == rules
    assert all(cause.colour == {"reclaim_due": "red", "second_year_money": "yellow"}[cause.rule] for cause in causes)


@pytest.mark.parametrize(
    ("topic", "occurrences", "rule", "colour"),
    [
        ("forbidden", 1, "forbidden_use", "grey"),
        ("funds.use_forbidden", 1, "forbidden_use_tried", "grey"),
        ("other_than_allocated", 1, "misused_subject", "orange"),
        ("payee_account", 2, "account_refused", "red"),
        ("claim", 1, "payment_refused", "yellow"),
        ("funds.paper_number_used", 3, "paper_reused", "blue"),
        ("stopped", 1, "dead_payee_stopped", "blue"),
        ("paid", 1, "dead_payee_paid", "yellow"),
        ("ungranted", 1, "beneficiaries_missing", "yellow"),
    ],
)
def test_what_is_the_matter_with_a_thing_has_its_colour(topic: str, occurrences: int, rule: str, colour: str) -> None:
    thing = Thing(topic, "claim:1", COUNTY, f"{COUNTY}-transport", 5, date(2025, 1, 1), occurrences)
    (cause,) = causes_of(RULES.values(), facts(things=(thing,)))
    assert (cause.rule, cause.colour, cause.occurrences) == (rule, colour, occurrences)
    assert found(things=(replace(thing, occurrences=0, since=TODAY),)) == []


def test_two_codes_of_refusals_of_one_office_are_one_alert() -> None:
    things = tuple(Thing(code, "office:x", COUNTY, "x", 0, TODAY, 2) for code in RULES["paper_reused"].subjects)
    (cause,) = plan([], {}, causes_of(RULES.values(), facts(things=things))).opened
    assert cause.occurrences == 4
