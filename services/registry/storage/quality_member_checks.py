"""What each named condition on a person means, as SQL: true where the rule is broken.

`p` is a person of `people`, `h` the household of `files`, `g` the figures (storage/quality_evaluation.py). Codes come
from the code lists, ages and amounts from the figures; nothing sent in is ever put into this text.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.registry.domain.code_lists import BY_CODE


def one_of(codes: Iterable[str]) -> str:
    """`('a','b')`: codes of our own lists as an SQL list."""
    return "(" + ",".join(f"'{code}'" for code in sorted(codes)) + ")"


def _codes(name: str, fact: str, value: str) -> list[str]:
    return [code for code, row in BY_CODE[name].items() if row.facts.get(fact) == value]


_STUDENT = BY_CODE["student_status"]
PRESCHOOL = ("preschool_age", "kindergarten")
PRIMARY = ("primary",)
JUNIOR = tuple(code for code in _STUDENT if code.startswith("grade_"))
SENIOR = tuple(code for code in _STUDENT if code.startswith(("senior_", "secondary_vocational_")))
HIGHER = tuple(code for code in _STUDENT if code.startswith(("higher_vocational_", "technician_", "bachelor_")))
MASTER = ("master",)


def _outside_age(codes: Iterable[str]) -> str:
    """At one of these schools outside the ages of the code list."""
    parts = []
    for code in codes:
        facts = _STUDENT[code].facts
        bounds = [f"p.age < {int(facts['age_min'])}"] if facts.get("age_min", "0") != "0" else []
        if "age_max" in facts:
            bounds.append(f"p.age > {int(facts['age_max'])}")
        parts.append(f"p.schooling = '{code}' and ({' or '.join(bounds)})")
    return " or ".join(f"({part})" for part in parts)


_MALE = one_of(_codes("relation_to_head", "required_sex", "1"))
_FEMALE = one_of(_codes("relation_to_head", "required_sex", "2"))
_WORKING_AGE = "p.age >= g.working_age_from and p.age < g.working_age_to"
_HEALTHY_ADULT = f"{_WORKING_AGE} and p.healthy and p.schooling is null"
_NO_LABOUR = "p.labour in ('none','lost')"
_SOME_SCHOOLING = "p.schooling is not null"
_UNEMPLOYED = f"{_WORKING_AGE} and {{who}} and not p.away and p.public_post is null and p.employer is null"

_IDENTITY = {
    "identity_repeated": "'identity_repeated' = any(p.opened)",
    "identity_length": "'identity_length' = any(p.opened)",
    "identity_check_digit": "'identity_check_digit' = any(p.opened)",
    "identity_none": "'identity_none' = any(p.opened)",
    "certificate_form": "'certificate_form' = any(p.opened)",
    "disabled_without_certificate": "'disability' = any(p.health) and not p.has_certificate",
}
_STATED = {
    "ethnicity_unstated": "p.ethnicity = ''",
    "health_unstated": "cardinality(p.health) = 0",
    "labour_unstated": "p.labour is null",
    "relation_unstated": "p.relation = ''",
    "schooling_unstated": "p.education is null and p.schooling is null and p.dropout_reason is null",
    "education_and_schooling": "p.education is not null and p.schooling is not null",
    "relation_against_sex": f"(p.relation in {_MALE} and p.sex <> '1') or (p.relation in {_FEMALE} and p.sex <> '2')",
    "serious_illness_unstated": "p.serious_illness_insurance is null",
    "pension_unstated": "p.pension_insurance is null",
    "pensions_unstated": "p.pension_insurance is null and p.employee_pension is null",
    "medical_unstated": "p.medical_insurance is null and p.employee_medical is null",
}
_INSURANCE = {
    "medical_uninsured": "p.uninsured",
    "medical_both": "p.medical_insurance and p.employee_medical",
    "medical_unsecured": "p.serious_illness_insurance is false"
    " or (p.medical_insurance is false and p.employee_medical is not true)",
    "medical_aid_uninsured": "p.medical_aid and p.uninsured",
}
_LABOUR = {
    "student_with_labour": f"{_SOME_SCHOOLING} and p.labour <> 'none'",
    "healthy_weak_labour": f"{_WORKING_AGE} and p.healthy and p.labour = 'weak'",
    "healthy_labour_lost": f"{_HEALTHY_ADULT} and p.labour = 'lost'",
    "healthy_labour_none": f"{_HEALTHY_ADULT} and p.labour = 'none'",
    "healthy_labour_missing": f"{_HEALTHY_ADULT} and p.labour in ('none','lost','weak')",
    "unhealthy_ordinary": f"{_WORKING_AGE} and not p.healthy and p.schooling is null and p.labour = 'ordinary'",
    "unhealthy_skilled": f"{_WORKING_AGE} and not p.healthy and p.schooling is null and p.labour = 'skilled'",
    "child_with_labour": "p.age < g.working_age_from and p.labour <> 'none'",
    "elder_able_or_lost": "p.age >= g.working_age_to and p.labour in ('ordinary','skilled','lost')",
    "elder_able": "p.age >= g.working_age_to and p.labour in ('ordinary','skilled')",
    "severe_limb_ordinary": "p.disability_category = '4' and p.disability_grade in ('1','2') and p.labour = 'ordinary'",
    "unstable_work_without_labour": f"'unstable_work' = any(h.risks) and {_WORKING_AGE} and {_NO_LABOUR}",
    "tekun_healthy_adult": "p.tekun and p.age >= g.adult_age_from and p.age < g.working_age_to and p.healthy"
    " and p.schooling is null",
    "college_unemployed": _UNEMPLOYED.format(who="p.education in ('college','bachelor')"),
    "skilled_unemployed": _UNEMPLOYED.format(who="p.labour = 'skilled'"),
}
_SCHOOL = {
    "dropout_unexplained": "p.out_of_school and p.dropout_reason is null",
    "child_out_of_school": "p.out_of_school",
    "dropout_ill_but_healthy": "p.dropout_reason in ('illness','disability') and p.healthy",
    "preschool_too_old": f"p.healthy and ({_outside_age(PRESCHOOL)})",
    "primary_age": _outside_age(PRIMARY),
    "junior_age": _outside_age(JUNIOR),
    "senior_age": _outside_age(SENIOR),
    "higher_age": _outside_age(HIGHER),
    "master_age": _outside_age(MASTER),
    "youth_primary_only": "p.age >= g.working_age_from and p.age <= g.youth_age_to"
    " and p.education in ('illiterate','primary')",
}
_OUTSIDE_COUNTY = "p.outside_county"
_AWAY = {
    "away_since_year": "p.away and extract(year from p.away_from) = g.away_since_year and p.away_to is null",
    "away_income_low": "p.away and p.away_income_fen < g.away_month_income_low",
    "away_income_range": "p.away and (p.away_income_fen < g.away_month_income_floor"
    " or p.away_income_fen > g.away_month_income_ceiling)",
    "away_ended_unstated": "p.away_months = 0 and p.away_from is not null"
    " and (p.away_to is null or p.away_to > g.today)",
    "away_phone_length": "p.away and (not p.has_phone or 'phone_length' = any(p.opened))",
    "away_phone_form": "p.away and 'phone_form' = any(p.opened)",
    "away_place_phone_form": "p.away_place is not null and (not p.has_phone or 'phone_form' = any(p.opened))",
    "away_without_labour": f"p.away and {_NO_LABOUR}",
    "away_start_unstated": "p.away and p.away_from is null",
    "away_place_above_county": "p.away and (p.away_place is null or length(p.away_place) < 6)",
    "away_facts_unstated": "p.away_now and (p.away_income_fen is null or p.employer is null or p.job_channel is null)",
    "outside_county_local_channel": f"{_OUTSIDE_COUNTY} and p.job_channel in ('public_post','workshop')",
    "student_away": f"{_SOME_SCHOOLING} and p.away",
    "tekun_away": "p.tekun and p.away",
    "child_worker": "p.age_when_away < g.working_age_from",
    "phone_shared_in_family": "'phone_in_family' = any(p.opened)",
    "phone_shared_elsewhere": "'phone_elsewhere' = any(p.opened)",
}
_POSTS = {
    "post_months_without_post": "p.public_post is null and p.public_post_months > 0",
    "post_without_months": "p.public_post is not null and coalesce(p.public_post_months, 0) = 0",
    "child_on_post": "p.public_post is not null and p.age < g.working_age_from",
    "elder_on_post": "p.public_post is not null and p.age >= g.public_post_age_below",
    "post_without_labour": f"p.public_post is not null and {_NO_LABOUR}",
}
MEMBER_CHECKS: dict[str, str] = _IDENTITY | _STATED | _INSURANCE | _LABOUR | _SCHOOL | _AWAY | _POSTS
"""Condition by name."""
