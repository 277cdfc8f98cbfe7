"""What a file states of one person, as cells by field: schooling by age, health, work, insurance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.registry.domain.code_lists import BY_CODE, CODE_LISTS, label_of

YES, NO = "是", "否"
WORKING_FROM, WORKING_TO = 16, 60
_HEALTH = (("healthy",), ("chronic_illness",), ("serious_illness",), ("disability",), ("chronic_illness", "disability"))
_SCHOOLS = {
    range(3): ("preschool_age",),
    range(3, 6): ("kindergarten",),
    range(6, 12): ("primary",),
    range(12, 13): ("grade_7",),
    range(13, 14): ("grade_8",),
    range(14, 15): ("grade_9",),
    range(15, 18): ("senior_1", "senior_2", "senior_3", "secondary_vocational_2"),
    range(18, 22): ("higher_vocational_1", "bachelor_1", "bachelor_2"),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """Cells by name of the field, and the end of a certificate of disability (category and grade) or nothing."""

    cells: dict[str, str]
    certificate: str


def yes(rng: Random, share: float) -> str:
    return YES if rng.random() < share else NO


def label(rng: Random, name: str) -> str:
    """Any label of a code list."""
    return rng.choice(CODE_LISTS[name].values).label


def days_ago(on: date, days: int) -> str:
    return (on - timedelta(days=days)).isoformat()


def of_person(rng: Random, on: date, relation: str, male: bool, age: int) -> Stated:
    """What is stated of somebody; keeps the rules of domain/members.py."""
    health = rng.choices(_HEALTH, (80, 10, 3, 4, 3))[0]
    school = _school(rng, age)
    cells = {
        "relation": label_of("relation_to_head", relation),
        "ethnicity": "汉族" if rng.random() < 0.9 else rng.choice(CODE_LISTS["ethnicity"].values).label,
        "health": "、".join(label_of("health", code) for code in health),
        "politics": "群众" if age < 18 or rng.random() < 0.94 else "中共党员",
        "mandarin": yes(rng, 0.8),
        "military": NO,
        "identified_on": days_ago(on, rng.randrange(400, 3_000)),
    }
    cells |= {"schooling": label_of("student_status", school)} if school else _education(rng, age)
    healthy = health == ("healthy",)
    cells["labour"] = label_of("labour", _labour(rng, age, healthy, bool(school)))
    cells |= _insurance(rng, age) | _aid(rng, healthy)
    if WORKING_FROM + 2 <= age < WORKING_TO and healthy and not school:
        cells |= _work(rng, on)
    elif rng.random() < 0.1:
        cells |= _left_behind(male, age)
    certificate = f"{rng.randrange(1, 8)}{rng.randrange(1, 5)}" if "disability" in health else ""
    return Stated(cells, certificate)


def _school(rng: Random, age: int) -> str:
    if age >= 18 and rng.random() < 0.6:
        return ""
    for ages, codes in _SCHOOLS.items():
        if age in ages:
            return rng.choice(codes)
    return ""


def _education(rng: Random, age: int) -> dict[str, str]:
    shares = (30, 45, 20, 4, 1, 0) if age > 55 else (3, 20, 50, 17, 6, 4)
    return {"education": rng.choices(CODE_LISTS["education"].values, shares)[0].label}


def _labour(rng: Random, age: int, healthy: bool, at_school: bool) -> str:
    if age < WORKING_FROM or at_school:
        return "none"
    if age >= WORKING_TO:
        return rng.choice(("weak", "none", "ordinary"))
    return rng.choices(("ordinary", "skilled"), (85, 15))[0] if healthy else rng.choice(("weak", "lost"))


def _insurance(rng: Random, age: int) -> dict[str, str]:
    medical, pension = yes(rng, 0.97), yes(rng, 0.9) if age >= WORKING_FROM else NO
    return {
        "medical_insurance": medical,
        "employee_medical": NO if medical == YES else yes(rng, 0.5),
        "serious_illness_insurance": yes(rng, 0.9),
        "pension_insurance": pension,
        "employee_pension": NO if pension == YES else yes(rng, 0.2) if age >= WORKING_FROM else NO,
        "commercial_insurance": yes(rng, 0.1),
    }


def _aid(rng: Random, healthy: bool) -> dict[str, str]:
    return {
        "medical_aid": NO if healthy else yes(rng, 0.4),
        "dibao": yes(rng, 0.2),
        "tekun": NO,
        "health_card": yes(rng, 0.7),
    }


def _work(rng: Random, on: date) -> dict[str, str]:
    """Work away for one in two, or a public post for one in ten of the others."""
    if rng.random() < 0.5:
        return {
            "away_months": str(rng.randrange(3, 12)),
            "away_region": label_of("away_region", "province"),
            "away_from": days_ago(on, rng.randrange(150, 330)),
            "away_to": days_ago(on, rng.randrange(1, 50)),
            "away_income_fen": f"{rng.randrange(1_800, 6_500)}",
            "employer": f"试算第{rng.randrange(1, 400)}工厂",
            "job_channel": label(rng, "job_channel"),
        }
    if rng.random() < 0.1:
        return {"public_post": label(rng, "public_post"), "public_post_months": str(rng.randrange(1, 13))}
    return {}


def _left_behind(male: bool, age: int) -> dict[str, str]:
    known = BY_CODE["left_behind"]
    if age < WORKING_FROM:
        return {"left_behind": known["child"].label}
    if age >= WORKING_TO:
        return {"left_behind": known["elder"].label}
    return {} if male else {"left_behind": known["woman"].label}
