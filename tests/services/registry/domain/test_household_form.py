"""The national form: what a household and each person of it may state, sentence by sentence."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import code_lists
from services.registry.domain.code_lists import CODE_LISTS
from services.registry.domain.fields import FIELDS, HOUSEHOLD_FIELDS, MEMBER_FIELDS, unstated
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income, per_head
from services.registry.domain.members import Member
from shared.schemas import registry_households as wire
from tests.services.registry.domain.test_rules import codes, file, member
from tests.services.registry.people import number

NUMBER = number(date(1980, 1, 1), "1")
CERTIFICATE = NUMBER + "42"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"attribute": "wubao"}, "code_out_of_years", "/attribute"),
        ({"household_type": "poor"}, "code_out_of_years", "/household_type"),
        ({"road_type": "motorway"}, "code_unknown", "/road_type"),
        ({"fuels": ("coal", "coal")}, "code_repeated", "/fuels/1"),
        ({"fuels": ("coal", "firewood", "gas", "biogas")}, "too_many_fuels", "/fuels"),
        ({"key_groups": ("rich",)}, "code_unknown", "/key_groups/0"),
        ({"built_year": 1800}, "year_range", "/built_year"),
        ({"identified_on": date(1899, 12, 31)}, "year_range", "/identified_on"),
        ({"built_year": 2099}, "year_range", "/built_year"),
        ({"identified_on": date(2099, 1, 1)}, "day_in_future", "/identified_on"),
        ({"natural_village": "341622101201001"}, "natural_village_elsewhere", "/natural_village"),
        ({"arable_mu": Decimal("2"), "irrigated_mu": Decimal("2.01")}, "irrigated_above_arable", "/irrigated_mu"),
        ({"relocated_year": 2018}, "relocation_incomplete", "/relocation_mode"),
        ({"risks": ("illness",)}, "monitoring_incomplete", "/monitor_type"),
        ({"first_measure_on": date(2025, 1, 1)}, "monitoring_incomplete", "/measures"),
        (
            {"monitor_type": "sudden", "risk_identified_on": date(2025, 5, 2), "risk_cleared_on": date(2025, 5, 1),
             "risk_clearing": "natural"},
            "days_out_of_order", "/risk_cleared_on",
        ),
        (
            {"monitor_type": "sudden", "risk_identified_on": date(2025, 5, 2), "risk_cleared_on": date(2025, 5, 3)},
            "monitoring_incomplete", "/risk_clearing",
        ),
        ({"income": Income(items={"lottery": 1})}, "code_unknown", "/income/items"),
        (
            {"income": Income(wage_fen=5, items={"wage_local": 4})},
            "income_items_do_not_sum", "/income/wage_fen",
        ),
    ],
)  # fmt: skip
def test_a_household_states_only_what_can_be(changes: dict[str, object], code: str, pointer: str) -> None:
    assert (code, pointer) in codes(file(**changes))


def test_a_file_identified_when_the_code_was_in_use_may_state_it() -> None:
    assert codes(file(attribute="wubao", identified_on=date(2015, 6, 1))) == []


def test_whoever_was_moved_to_a_new_house_says_how_and_when() -> None:
    assert codes(file(relocation_mode="concentrated", relocated_year=2018)) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"education": None, "schooling": "bachelor_1", "dropout_reason": "work"}, "dropout_with_school",
         "dropout_reason"),
        ({"education": "primary", "schooling": "bachelor_1"}, "education_xor_schooling", "education"),
        ({"education": None}, "education_xor_schooling", "education"),
        ({"disability_certificate": CERTIFICATE[:19]}, "disability_form", "disability_certificate"),
        ({"disability_certificate": NUMBER + "82"}, "disability_form", "disability_certificate"),
        ({"disability_certificate": number(date(1980, 1, 1), "1") + "42"}, "disability_against_number",
         "disability_certificate"),
        ({"disability_certificate": CERTIFICATE}, "disability_without_health", "health"),
        ({"employee_medical": True}, "insurance_both", "employee_medical"),
        ({"employee_pension": True}, "insurance_both", "employee_pension"),
        ({"away_region": "country"}, "away_incomplete", "away_months"),
        ({"away_income_fen": 300_000}, "away_incomplete", "away_months"),
        ({"public_post": "cleaner"}, "public_post_incomplete", "public_post"),
        ({"public_post": "cleaner", "public_post_months": 13}, "away_months_range", "public_post_months"),
        ({"away_from": date(2099, 1, 1)}, "day_in_future", "away_from"),
        ({"away_from": date(2025, 3, 1), "away_to": date(2025, 2, 1)}, "days_out_of_order", "away_to"),
        ({"left_behind": "child"}, "left_behind_against_age", "left_behind"),
        ({"left_behind": "woman"}, "left_behind_against_age", "left_behind"),
        ({"left_behind": "elder"}, "left_behind_against_age", "left_behind"),
        ({"job_channel": "magic"}, "code_unknown", "job_channel"),
    ],
)  # fmt: skip
def test_a_person_states_only_what_can_be(changes: dict[str, Any], code: str, field: str) -> None:
    assert (code, f"/members/0/{field}") in codes(file(member(identity_number=NUMBER, **changes)))


def test_a_disabled_person_has_a_certificate_of_twenty_or_twenty_two_characters() -> None:
    disabled: dict[str, Any] = {"identity_number": NUMBER, "health": ("disability",)}
    for certificate in (CERTIFICATE, CERTIFICATE + "B1"):
        assert codes(file(member(**disabled, disability_certificate=certificate))) == []


def test_a_child_out_of_school_states_why_and_nothing_else() -> None:
    child = member(age=14, relation="son", education=None, dropout_reason="weary", labour="none")
    assert codes(file(member(), child)) == []


@pytest.mark.parametrize(
    ("relation", "sex", "age", "code"),
    [
        ("father", "1", 39, "relation_against_age"),
        ("son", "1", 41, "relation_against_age"),
        ("grandson", "1", 40, "relation_against_age"),
        ("husbands_father", "1", 70, "relation_against_head"),
        ("daughter", "1", 12, "relation_against_sex"),
    ],
)
def test_kinship_agrees_with_birth_dates_and_sex(relation: str, sex: str, age: int, code: str) -> None:
    found = codes(file(member(age=40), member(age=age, sex=sex, relation=relation)))
    assert (code, "/members/1/relation") in found


def test_a_head_has_one_father() -> None:
    people = (member(age=40), member(age=70, relation="father"), member(age=66, relation="father"))
    assert codes(file(*people)) == [("relation_twice", "/members/2/relation")]


@given(st.dictionaries(st.sampled_from(sorted(code_lists.BY_CODE["income_item"])), st.integers(0, 10**9)))
def test_what_does_not_count_never_changes_the_income_per_head(items: dict[str, int]) -> None:
    groups = {code: value.facts.get("group", "") for code, value in code_lists.BY_CODE["income_item"].items()}
    sums = {name: sum(fen for code, fen in items.items() if groups[code] == name) for name in AMOUNTS}
    income = Income(**sums, items=items)
    counted = sum(fen for code, fen in items.items() if groups[code])
    assert income.amounts_missed() == []
    assert income.not_counted_fen() == sum(items.values()) - counted
    assert per_head(income, 3) * 3 == income.net_fen() == counted - 2 * sums["business_cost_fen"]


def test_every_field_is_named_once_and_stands_in_the_file_and_on_the_wire() -> None:
    labels = [field.label for field in FIELDS]
    assert len(set(labels)) == len(labels)
    stated = {field.name for field in fields(HouseholdFile)} - {"members", "income"} | set(AMOUNTS)
    assert stated == set(HOUSEHOLD_FIELDS)
    assert {field.name for field in fields(Member)} - {"sex"} == set(MEMBER_FIELDS)
    sent = set(wire.HouseholdSent.model_fields) - {"members", "income"} | set(AMOUNTS)
    assert sent == set(HOUSEHOLD_FIELDS)
    assert set(wire.MemberSent.model_fields) - {"id", "sex"} == set(MEMBER_FIELDS)


def test_every_code_of_a_field_comes_from_a_list_and_every_row_has_a_source() -> None:
    for field in FIELDS:
        assert field.source
        assert (field.codes in CODE_LISTS) if field.kind in ("code", "codes") else not field.codes


def test_a_file_with_gaps_names_them() -> None:
    content = {"village_code": "341622101200", "members": [{"active": True, "name": "张三"}, {"active": False}]}
    gaps = unstated(content)
    assert {"/standard", "/wage_fen", "/members/0/identity_number", "/members/0/labour"} <= set(gaps)
    assert "/village_code" not in gaps
    assert not any(gap.startswith("/members/1") for gap in gaps)
