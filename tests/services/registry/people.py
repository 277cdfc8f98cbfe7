"""People and household files for tests: identity numbers with a right check digit, bodies every rule accepts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.support.harness import Harness, actor

COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE = "341622", "341622101", "341622101200", "341622101201"
FOREIGN_VILLAGE = "410102001001"
DIVISIONS = {
    "34": "安徽省", "3416": "亳州市", COUNTY: "蒙城县", TOWNSHIP: "甲镇", VILLAGE: "前王村", OTHER_VILLAGE: "后王村",
    "341622102": "乙镇", "341622102200": "太山村",
    "41": "河南省", "4101": "郑州市", "410102": "中原区", "410102001": "丙街道", FOREIGN_VILLAGE: "丁社区",
}  # fmt: skip

_serial = count(1)


def number(birth: date, sex: str = "1", serial: int | None = None) -> str:
    """A fresh identity number: birth date, sex in the 17th digit, right check digit."""
    order = next(_serial) if serial is None else serial
    place = 341622 + order // 500
    return _with_check_digit(f"{place:06d}{birth:%Y%m%d}{(order % 500) * 2 + (sex == '1'):03d}")


def with_place(place: str, birth: date = date(1981, 1, 1), order: int = 7) -> str:
    """A man's identity number issued at a place of our choice."""
    return _with_check_digit(f"{place}{birth:%Y%m%d}{order * 2 + 1:03d}")


def _with_check_digit(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return body + "10X98765432"[total % 11]


def born(age: int) -> date:
    """A birth date that makes a person this old today."""
    today = office_today()
    return date(today.year - age, 1, 1) if today >= date(today.year, 1, 1) else today


def person(relation: str = "head", age: int = 45, sex: str = "1", **other: Any) -> dict[str, Any]:
    """A person as sent; a child of school age is at school, everybody else works."""
    values: dict[str, Any] = {
        "name": {"head": "张小明", "spouse": "李红"}.get(relation, "张宝"),
        "identity_number": number(born(age), sex),
        "sex": sex,
        "relation": relation,
        "ethnicity": "01",
        "education": "primary",
        "health": ["healthy"],
        "labour": "ordinary",
        "politics": "masses",
        "medical_insurance": True,
        "pension_insurance": True,
        "away_months": 0,
    }
    if age < 16:
        values |= {"education": None, "schooling": "primary" if age >= 6 else "preschool_age", "labour": "none"}
    return values | other


def household(*people: dict[str, Any], village: str = VILLAGE, **other: Any) -> dict[str, Any]:
    """A household file as sent; by default a couple with a child."""
    members = list(people) or [person(), person("spouse", 43, "2"), person("son", 10)]
    return {
        "village_code": village,
        "group": "一组",
        "standard": "national",
        "attribute": "general_poor",
        "main_cause": "illness",
        "identified_on": "2014-03-01",
        "other_causes": ["no_skill"],
        "housing_level": "B",
        "safe_water": True,
        "electricity": True,
        "income": {"wage_fen": 1_000_000, "transfer_fen": 200_001},
        "phone": "13812340000",
        "bank_name": "农村商业银行",
        "bank_account": "6217000012345678",
        "members": members,
    } | other


def recorder(*more: str, village: str = VILLAGE, person: str | None = None) -> Actor:
    """A village recorder."""
    permissions = (
        "household.read", "household.write", "household.search", "identification.read", "identification.propose",
        "identification.meeting", "identification.notice", "identification.objection", *more,
    )  # fmt: skip
    return actor(*permissions, scope=(village,), person=person, office=f"{village}-village", level="village")


def township_officer(*more: str, township: str = TOWNSHIP, person: str | None = None) -> Actor:
    permissions = (
        "household.read", "household.write", "household.search", "identification.read", "identification.propose",
        "identification.meeting", "identification.notice", "identification.objection",
        "identification.decide_township", "household_import.read", "household_import.write",
        "exit_plan.read", "exit_plan.set", "statistics.read", *more,
    )  # fmt: skip
    return actor(*permissions, scope=(township,), person=person, office=f"{township}-gov", level="township")


def county_officer(*more: str, county: str = COUNTY, person: str | None = None) -> Actor:
    permissions = (
        "household.read", "household.search", "household.unmask", "identification.read",
        "identification.decide_county", "household_import.read", "household_import.write",
        "exit_plan.read", "exit_plan.set", "parameter.set", "statistics.read", *more,
    )  # fmt: skip
    return actor(*permissions, scope=(county,), person=person, office=f"{county}-aid", level="county")


async def load_divisions(registry: Harness) -> None:
    body = {
        "divisions": [{"code": code, "name": name} for code, name in DIVISIONS.items()],
        "valid_from": "2023-06-30",
        "source": "test",
    }
    async with registry.as_(actor("division.load", scope=("00",))) as client:
        answer = await client.post("/api/v1/registry/divisions", json=body)
    assert answer.status_code == 201, answer.text


async def open_natural_village(registry: Harness, village: str = VILLAGE, name: str = "东队") -> str:
    """Open a natural village and give back its code."""
    body = {"name": name, "valid_from": "2023-06-30", "source": "test"}
    async with registry.as_(actor("natural_village.open", scope=("00",))) as client:
        answer = await client.post(f"/api/v1/registry/divisions/{village}/natural-villages", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def open_household(registry: Harness, who: Actor | None = None, **other: Any) -> dict[str, Any]:
    """Open a file and give back what was answered."""
    async with registry.as_(who or recorder(village=other.get("village", VILLAGE))) as client:
        answer = await client.post("/api/v1/registry/households", json=household(**other))
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


def days_ago(days: int) -> str:
    return (office_today() - timedelta(days=days)).isoformat()
