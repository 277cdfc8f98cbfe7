"""For every condition of data quality: what makes a sound file break it, and what it breaks along with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.services.registry.people import born, number
from tests.services.registry.quality_files import (
    AT_HOME,
    BASES,
    CLEARED,
    File,
    ago,
    family,
    member,
    phone,
    worker,
)

HEAD, SPOUSE, CHILD = 0, 1, 2
SHARED_PHONE, SHARED_NUMBER = "15900009999", number(born(50))


@dataclass(frozen=True)
class Case:
    """Changes of the household, of its people by position, and people added; `also` are other conditions that the
    same changes break. `without_child`: the child is left out. `beside` is a second file needed."""

    facts: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    spouse: dict[str, Any] = field(default_factory=dict)
    child: dict[str, Any] = field(default_factory=dict)
    more: tuple[dict[str, Any], ...] = ()
    also: tuple[str, ...] = ()
    without_child: bool = False
    beside: dict[str, Any] | None = None

    def file(self, base: str) -> File:
        people = family()
        for index, changes in ((HEAD, self.head), (SPOUSE, self.spouse), (CHILD, self.child)):
            people[index] |= changes
        if self.without_child:
            people.pop()
        people += [one | {"number": number(born(one["age"]), one["sex"])} for one in self.more]
        return File(BASES[base] | self.facts, people)

    def others(self) -> list[File]:
        """Files of an ordinary household that the rule compares with."""
        if self.beside is None:
            return []
        people = family()
        people[HEAD] |= self.beside
        return [File({"household_type": "ordinary"}, people)]


def facts(*also: str, **changes: Any) -> Case:
    return Case(facts=changes, also=also)


def spouse(*also: str, **changes: Any) -> Case:
    return Case(spouse=changes, also=also)


def head(*also: str, **changes: Any) -> Case:
    return Case(head=changes, also=also)


def child(*also: str, **changes: Any) -> Case:
    return Case(child=changes, also=also)


ILL = {"health": ["chronic_illness"]}
LOST = ILL | {"labour": "lost"}
UNINSURED = {"medical_insurance": False}
TEEN = member("daughter", 17, "2", education=None, schooling="senior_1", labour="none")
DISABLED = {"health": ["disability"], "labour": "weak"}


def certified(category: str, grade: str, shown: str = "", **other: Any) -> dict[str, Any]:
    """A disabled person with a certificate; a sound one, unless it shows other digits than category and grade."""
    columns = {"disability_category": category, "disability_grade": grade}
    return DISABLED | columns | {"certificate": lambda digits: digits + (shown or category + grade)} | other


def wrong_phone() -> str:
    return "12" + phone()[2:]


def wrong_digit() -> str:
    sound = number(born(45))
    return sound[:-1] + ("0" if sound[-1] != "0" else "1")


def labourless(*also: str, **changes: Any) -> Case:
    """Neither head nor spouse can work any more."""
    return Case(changes, head=LOST | NO_WORKER, spouse=LOST, also=also)


OUT_OF_SCHOOL = {"schooling": None, "education": "primary"}
NO_WORKER = AT_HOME | {"phone": None}
AFTER = CLEARED["risk_cleared_on"]

IDENTITY = {
    "identity_repeated": Case(head={"number": SHARED_NUMBER}, beside={"number": SHARED_NUMBER}),
    "identity_length": head(number=lambda: number(born(45))[2:]),
    "identity_check_digit": head(number=wrong_digit),
    "identity_none": head(number=lambda: "999999" + number(born(45))[6:]),
    "certificate_form": spouse(**certified("5", "3", shown="95")),
    "disabled_without_certificate": spouse(**DISABLED),
}
STATED = {
    "ethnicity_unstated": spouse(ethnicity=""),
    "health_unstated": spouse(health=[], labour="weak"),
    "labour_unstated": spouse(labour=None),
    "relation_unstated": child(relation=""),
    "relation_against_sex": child(relation="daughter"),
    "schooling_unstated": spouse(education=None),
    "education_and_schooling": spouse(schooling="bachelor_1", labour="none"),
    "serious_illness_unstated": spouse(serious_illness_insurance=None),
    "pension_unstated": spouse(pension_insurance=None),
    "pensions_unstated": spouse("pension_unstated", pension_insurance=None, employee_pension=None),
    "medical_unstated": spouse(
        "uninsured_without_risk", "uninsured_without_measure", medical_insurance=None, employee_medical=None
    ),
    "risk_unstated": facts(risks=[]),
    "risk_day_unstated": facts(risk_identified_on=None),
    "other_risk_without_note": facts(risks=["other"]),
    "monitor_contact_unstated": facts(monitor_phone=None),
    "clearing_facts_unstated": facts("housing_level_unstated", housing_level=None),
    "water_unstated": facts(safe_water=None),
    "toilet_unstated": facts(toilet=None),
    "arable_unstated": facts(arable_mu=None),
    "forest_unstated": facts(forest_mu=None),
    "returned_forest_unstated": facts(returned_forest_mu=None),
    "fruit_unstated": facts(fruit_mu=None),
    "pasture_unstated": facts(pasture_mu=None),
    "water_area_unstated": facts(water_mu=None),
    "road_type_unstated": facts(road_type=None),
    "housing_area_unstated": facts(housing_area_m2=None),
    "housing_level_unstated": facts(housing_level=None),
    "electricity_unstated": facts(electricity=None),
    "distance_unstated": facts(road_distance_km=None),
    "distance_no_number": facts(road_distance_km=Decimal("NaN")),
}
INSURANCE = {
    "medical_uninsured": spouse("medical_unsecured", "guarantees_broken", **UNINSURED),
    "medical_both": spouse(employee_medical=True),
    "medical_unsecured": spouse("serious_illness_uninsured_unmonitored", serious_illness_insurance=False),
    "medical_aid_uninsured": spouse(
        "medical_uninsured", "medical_unsecured", "guarantees_broken", medical_aid=True, **UNINSURED
    ),
    "medical_insurance_wrong_in_family": spouse("medical_both", employee_medical=True),
    "serious_illness_uninsured_unmonitored": spouse("medical_unsecured", serious_illness_insurance=False),
    "uninsured_without_risk": spouse("medical_unsecured", "uninsured_without_measure", **UNINSURED),
    "uninsured_without_measure": spouse(
        "medical_unsecured", "uninsured_without_risk", "medical_insurance_wrong_in_family", **UNINSURED
    ),
    "guarantees_broken": facts("unsafe_water_unmonitored", safe_water=False),
}
LABOUR = {
    "student_with_labour": Case(more=(TEEN | {"labour": "ordinary"},)),
    "healthy_weak_labour": spouse("healthy_labour_missing", labour="weak"),
    "healthy_labour_lost": spouse("healthy_labour_missing", labour="lost"),
    "healthy_labour_none": spouse("healthy_labour_missing", labour="none"),
    "healthy_labour_missing": spouse("healthy_weak_labour", labour="weak"),
    "unhealthy_ordinary": spouse(**ILL),
    "unhealthy_skilled": spouse("skilled_unemployed", labour="skilled", **ILL),
    "child_with_labour": child("student_with_labour", labour="weak"),
    "elder_able_or_lost": Case(more=(member("father", 66, labour="ordinary"),)),
    "elder_able": Case(more=(member("father", 66, labour="ordinary"),)),
    "severe_limb_ordinary": spouse(
        "unhealthy_ordinary", "severe_without_measure", **certified("4", "2", labour="ordinary")
    ),
    "unstable_work_without_labour": Case(facts={"risks": ["unstable_work"]}, spouse=LOST),
    "tekun_healthy_adult": spouse("tekun_without_measure", tekun=True),
    "college_unemployed": spouse(education="college"),
    "skilled_unemployed": spouse(labour="skilled"),
    "lack_of_labour_but_all_able": Case(
        facts={"risks": ["no_labour"]}, without_child=True, also=("lack_of_labour_but_quarter_able",)
    ),
    "lack_of_labour_but_half_able": Case(
        facts={"risks": ["no_labour"]}, more=(TEEN,), also=("lack_of_labour_but_quarter_able",)
    ),
    "lack_of_labour_but_quarter_able": facts(risks=["no_labour"]),
    "labourless_cleared": labourless("labourless_without_dibao", measures=["health"]),
    "labourless_without_dibao": labourless(measures=["health"]),
    "unstable_work_labourless": labourless(
        "unstable_work_without_labour",
        "unstable_work_without_work",
        "labourless_without_dibao",
        risks=["unstable_work"],
        measures=["health"],
    ),
    "unstable_work_without_work": Case(
        facts={"risks": ["unstable_work"], "measures": ["industry"]}, head=NO_WORKER
    ),
    "disability_risk_without_disabled": facts("disability_without_security", risks=["disability"]),
    "illness_risk_without_ill": facts(
        risks=["illness"], measures=["employment", "health"], self_paid_medical_fen=500_000
    ),
}  # fmt: skip
SCHOOL = {
    "dropout_unexplained": child("child_out_of_school", "guarantees_broken", **OUT_OF_SCHOOL),
    "child_out_of_school": child(
        "guarantees_broken", "dropout_without_measure", dropout_reason="weary", **OUT_OF_SCHOOL
    ),
    "dropout_in_family": child("child_out_of_school", "dropout_without_measure", **OUT_OF_SCHOOL),
    "dropout_without_measure": child("child_out_of_school", "dropout_in_family", **OUT_OF_SCHOOL),
    "dropout_ill_but_healthy": spouse(dropout_reason="illness"),
    "preschool_too_old": child(schooling="kindergarten"),
    "primary_age": Case(more=(TEEN | {"schooling": "primary"},)),
    "junior_age": child(schooling="grade_7"),
    "senior_age": child(schooling="secondary_vocational_2"),
    "higher_age": child(schooling="bachelor_1"),
    "master_age": Case(more=(member("daughter", 19, "2", education=None, schooling="master", labour="none"),)),
    "youth_primary_only": Case(more=(member("daughter", 22, "2", education="primary"),)),
}
WORK = {
    "away_since_year": head(away_from=ago(0).replace(year=2020, month=3, day=1)),
    "away_income_low": head(away_income_fen=39_999),
    "away_income_range": head(away_income_fen=3_000_001),
    "away_ended_unstated": spouse(away_from=ago(100)),
    "away_phone_length": head(phone=None),
    "away_phone_form": head(phone=wrong_phone),
    "away_place_phone_form": head(phone=wrong_phone),
    "away_without_labour": head(**LOST),
    "away_start_unstated": head(away_from=None),
    "away_place_above_county": head(away_place="4101"),
    "away_facts_unstated": head(employer=None),
    "outside_county_local_channel": head(job_channel="workshop"),
    "student_away": Case(more=(TEEN | worker(),), also=("away_without_labour",)),
    "tekun_away": head("tekun_healthy_adult", "tekun_without_measure", tekun=True),
    "child_worker": head(away_from=born(45) + timedelta(days=365 * 12)),
    "phone_shared_in_family": Case(
        head={"phone": "15900008888"}, spouse=worker(phone="15900008888", away_place="330106")
    ),
    "phone_shared_elsewhere": Case(head={"phone": SHARED_PHONE}, beside={"phone": SHARED_PHONE}),
    "post_months_without_post": spouse(public_post_months=3),
    "post_without_months": spouse(public_post="cleaner"),
    "child_on_post": child("post_without_labour", public_post="carer", public_post_months=3),
    "elder_on_post": Case(
        more=(member("father", 70, labour="weak", public_post="cleaner", public_post_months=3),)
    ),
    "post_without_labour": spouse(public_post="cleaner", public_post_months=3, **LOST),
}  # fmt: skip
HOUSEHOLD = {
    "couple_same_sex": spouse(sex="1"),
    "several_heads": spouse(relation="head"),
    "no_head": head(relation="other"),
    "spouse_twice": Case(more=(member("spouse", 40, "2"),)),
    "phone_missing_or_length": facts(phone="1381234000"),
    "phone_missing_or_form": facts(phone=None),
    "no_electricity": facts(electricity=False),
    "dangerous_housing": facts(housing_level="C"),
    "dangerous_housing_unmonitored": facts("guarantees_broken", housing_level="D"),
    "unsafe_water": facts("unsafe_water_without_risk", safe_water=False),
    "unsafe_water_unmonitored": facts("guarantees_broken", safe_water=False),
    "unsafe_water_without_risk": facts(safe_water=False),
    "arable_out_of_bounds": facts(arable_mu=Decimal("100.01")),
    "forest_out_of_bounds": facts(forest_mu=Decimal("200.01")),
    "returned_forest_out_of_bounds": facts(returned_forest_mu=Decimal("-0.01")),
    "fruit_out_of_bounds": facts(fruit_mu=Decimal("200.01")),
    "pasture_out_of_bounds": facts(pasture_mu=Decimal("100.01")),
    "water_out_of_bounds": facts(water_mu=Decimal("100.01")),
    "distance_far": facts(road_distance_km=Decimal("5.01")),
}
INCOME = {
    "poor_unmonitored": facts(wage_fen=1_599_999),
    "below_poverty_line": facts(wage_fen=999_999),
    "cleared_below_line": facts(wage_fen=1_599_999),
    "income_suspicious": facts(wage_fen=5_800_001),
    "wage_suspicious": facts(wage_fen=9_999, business_fen=3_000_000),
    "job_aid_without_wage": facts(wage_fen=0, business_fen=3_000_000),
    "allowance_without_transfer": Case(facts={"transfer_fen": 0}, spouse={"dibao": True}),
    "industry_without_business_income": facts(measures=["industry"], business_fen=0),
    "illness_risk_without_cost": Case(
        facts={"risks": ["illness"], "measures": ["employment", "health"]}, spouse=ILL | {"labour": "weak"}
    ),
}
MEASURES = {
    "job_aid_without_worker": Case(head=NO_WORKER, also=("job_aid_without_worker_now",)),
    "job_aid_without_worker_now": Case(head=NO_WORKER, also=("job_aid_without_worker",)),
    "relocation_after_end": facts(measures=["employment", "relocation"]),
    "assisted_without_measure": facts(measures=[]),
    "no_measure_in_time": facts("able_without_development", measures=[]),
    "able_without_development": facts(measures=["health"]),
    "able_only_security": facts("able_without_development", measures=["comprehensive"]),
    "illness_without_health_or_security": facts("illness_without_health", risks=["illness"]),
    "illness_without_health": Case(
        facts={"risks": ["illness"], "self_paid_medical_fen": 1}, spouse=ILL | {"labour": "weak"}
    ),
    "schooling_without_education": facts("schooling_without_measure", risks=["schooling"]),
    "schooling_without_measure": facts(risks=["schooling"]),
    "disability_without_security": facts("disability_risk_without_disabled", risks=["disability"]),
    "housing_without_measure": facts("housing_without_housing_or_relocation", risks=["unsafe_housing"]),
    "housing_without_housing_or_relocation": facts(risks=["unsafe_housing"]),
    "water_without_measure": facts(risks=["unsafe_water"]),
    "dibao_without_measure": spouse(dibao=True),
    "tekun_without_measure": child(tekun=True),
    "severe_without_measure": spouse(**certified("5", "1")),
    "cleared_too_soon": facts(risk_identified_on=AFTER - timedelta(days=150)),
    "cleared_at_once": facts("cleared_too_soon", risk_identified_on=AFTER - timedelta(days=20)),
}
CASES: dict[str, Case] = IDENTITY | STATED | INSURANCE | LABOUR | SCHOOL | WORK | HOUSEHOLD | INCOME | MEASURES
"""By the name of the condition."""

AT_THE_LIMIT: dict[str, tuple[str, Case]] = {
    "land": ("out_of_poverty", facts(arable_mu=Decimal(100), forest_mu=Decimal(200), road_distance_km=Decimal(5))),
    "monitoring line": ("out_of_poverty", facts(wage_fen=1_600_000)),
    "poverty line": ("uncleared", facts(wage_fen=1_000_000)),
    "line at removal": ("cleared", facts(wage_fen=1_600_000)),
    "income suspected": ("uncleared", facts(wage_fen=5_800_000)),
    "wage suspected": ("uncleared", facts(wage_fen=10_000, business_fen=3_000_000)),
    "least month income": ("out_of_poverty", head(away_income_fen=40_000)),
    "most month income": ("uncleared", head(away_income_fen=3_000_000)),
    "working age begins": ("uncleared", Case(more=(member("son", 15, schooling="grade_9"),))),
    "working age ends": ("uncleared", spouse(age=60, labour="weak")),
    "age of posts": (
        "out_of_poverty",
        Case(more=(member("father", 69, labour="weak", public_post="cleaner", public_post_months=1),)),
    ),
    "youth": ("uncleared", Case(more=(member("daughter", 23, "2", education="primary"),))),
    "months to removal": ("cleared", facts(risk_identified_on=AFTER - timedelta(days=184))),
    "quarter able": ("uncleared", Case(facts={"risks": ["no_labour"]}, spouse=LOST, more=(TEEN,))),
}
"""Sound files just on the right side of a figure, with the base they are made of."""
