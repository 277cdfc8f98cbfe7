"""Grant lines and programmes as pure rules."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.funds.domain import grants
from services.funds.domain.grants import Given, Hold, Judged, Line, Reason, Setting, Standing
from services.funds.domain.programmes import (
    FACT_LABELS,
    Amount,
    Programme,
    Range,
    conditions_of,
    first_unmet,
)

DATA = Path("services/funds/data")


def programme(**changes: Any) -> Programme:
    values: dict[str, Any] = {
        "code": "aid", "period_kind": "year", "once_per": "person", "statuses": frozenset({"eligible"}),
        "conditions": (), "payee": "head", "bounds": Range(500, 1_000),
    }  # fmt: skip
    return Programme(**(values | changes))


def setting(**changes: Any) -> Setting:
    return Setting(programme(**changes), "341622", 2026, "2026", date(2025, 1, 1))


def somebody(
    status: str = "eligible", person: str | None = "p1", division: str | None = "341622101200", **facts: Any
) -> Standing:
    return Standing(status, person, "h1" if person else None, division, facts)


@pytest.mark.parametrize(
    ("who", "amount", "reason"),
    [
        (somebody(), 1_000, None),
        (somebody(), 500, None),
        (somebody(), 499, "below_range"),
        (somebody(), 1_001, "above_range"),
        (somebody("dead"), 1_000, "dead"),
        (somebody("exited"), 1_000, "exited"),
        (somebody("removed"), 1_000, "removed"),
        (somebody("not_registered", None, None), 1_000, "not_registered"),
        (somebody(person=None), 1_000, "not_registered"),
        (somebody(division="341621101200"), 1_000, "outside_area"),
    ],
)
def test_a_grant_line_is_judged_by_person_area_and_range(who: Standing, amount: int, reason: str | None) -> None:
    (found,) = grants.judge([Line(1, amount, who)], setting(), Given()).values()
    assert (found.code if isinstance(found, Reason) else None) == reason


def test_the_second_of_two_lines_for_one_person_is_the_duplicate() -> None:
    lines = [Line(1, 400, somebody()), Line(2, 1_000, somebody()), Line(3, 1_000, somebody())]
    found = grants.judge(lines, setting(), Given())
    assert (found[1], found[3]) == (Reason("below_range"), Reason("duplicate_in_batch"))
    assert isinstance(found[2], Judged)
    given = Given(holds={Hold("person:p1", "aid", "2026")})
    assert grants.judge(lines[1:2], setting(), given) == {2: Reason("duplicate_across")}


@pytest.mark.parametrize(
    ("text", "facts", "unmet"),
    [
        ("", {}, None),
        ("level=C|D", {"level": "D"}, None),
        ("level=C|D", {"level": "B"}, "level"),
        ("level=C|D", {"level": None}, "level"),
        ("groups=a|b", {"groups": ["x", "b"]}, None),
        ("groups=a|b", {"groups": []}, "groups"),
        ("poor=true", {"poor": True}, None),
        ("poor=false", {"poor": True}, "poor"),
        ("age=16..59", {"age": 16}, None),
        ("age=16..59", {"age": 59}, None),
        ("age=16..59", {"age": 60}, "age"),
        ("age=16..;level=C", {"age": 99, "level": "D"}, "level"),
        ("age=..5", {"age": 6}, "age"),
    ],
)
def test_conditions_are_met_by_what_is_stated_and_by_nothing_else(text: str, facts: Any, unmet: str | None) -> None:
    assert first_unmet(conditions_of(text), facts) == unmet


@pytest.mark.parametrize("text", ["level", "level=", "=C", "level=C|", "le vel=C", "age=1...2", "level=C D"])
def test_what_is_not_a_condition_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a condition"):
        conditions_of(text)


def test_an_amount_by_people_never_leaves_the_programmes_bounds() -> None:
    per_head = Amount(conditions_of("people=1.."), True, Range(300, 400))
    rules = programme(amounts=(per_head,), bounds=Range(500, 1_000))
    assert rules.allowed_for({"people": 1, "member_count": 2}) == Range(600, 800)
    assert rules.allowed_for({"people": 1, "member_count": 5}) == Range(1_000, 1_000)
    assert rules.allowed_for({"people": None, "member_count": 5}) is None


def test_every_row_of_the_lists_is_written_as_the_rules_read_it() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    codes = {row["code"] for row in rows("programmes")}
    for row in [*rows("programmes"), *rows("programme_amounts")]:
        assert {one.fact for one in conditions_of(row["conditions"])} <= set(FACT_LABELS)
        assert row["source"]
    for row in [*rows("programme_amounts"), *rows("programme_exclusions")]:
        assert row["programme"] in codes
    for row in rows("programmes"):
        assert set(row["statuses"].split("|")) <= {"eligible", "exited"}


def test_the_register_tells_every_fact_a_programme_may_depend_on() -> None:
    from services.registry.domain.eligibility import FACTS, NOT_TESTED

    assert set(FACT_LABELS) <= FACTS - NOT_TESTED
