"""Files for the checks of data quality: written past the register's refusals, as old rows may stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.members import Member
from services.registry.operations.households import new_record
from services.registry.storage import sealing
from services.registry.storage.households import Record
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Place, Seals
from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis.clock import office_today
from tests.services.registry.people import VILLAGE, born, number, recorder
from tests.support.harness import Harness

UNGUARDED = (
    "drop index uq_household_members_active_identity",
    "drop index uq_household_members_one_head",
    "alter table household_members drop constraint ck_household_members_education_xor_schooling",
)
"""What keeps such rows out of a sound database; a restored or older one may be without."""
_phones = count(13_000_000_000)


def phone() -> str:
    """A mobile number of nobody else."""
    return str(next(_phones))


def ago(days: int) -> date:
    return office_today() - timedelta(days=days)


def member(relation: str = "head", age: int = 45, sex: str = "1", **other: Any) -> dict[str, Any]:
    """A person no rule has anything against."""
    values: dict[str, Any] = {
        "relation": relation, "age": age, "sex": sex, "number": number(born(age), sex), "name": "张宝",
        "ethnicity": "01", "education": "junior_middle", "health": ["healthy"], "labour": "ordinary",
        "medical_insurance": True, "employee_medical": False, "serious_illness_insurance": True,
        "pension_insurance": True, "employee_pension": False, "dibao": False, "tekun": False, "away_months": 0,
    }  # fmt: skip
    if age < 16:
        values |= {"education": None, "schooling": "primary" if age > 6 else "preschool_age", "labour": "none"}
    return values | other


AWAY: dict[str, Any] = {
    "away_months": 6, "away_region": "province", "away_place": "410102", "away_from": ago(200), "away_to": None,
    "away_income_fen": 300_000, "employer": "某纺织厂", "job_channel": "market",
}  # fmt: skip
AT_HOME: dict[str, Any] = dict.fromkeys(AWAY) | {"away_months": 0}


def worker(**other: Any) -> dict[str, Any]:
    """What is stated of somebody who works away, with a telephone of their own."""
    return AWAY | {"phone": phone} | other


def family() -> list[dict[str, Any]]:
    """A head who works away, a spouse, a child at school."""
    return [member() | worker(name="张小明"), member("spouse", 43, "2", name="李红"), member("son", 10)]


FACTS: dict[str, Any] = {
    "phone": "13812340000", "housing_level": "B", "housing_area_m2": Decimal(80), "toilet": True, "safe_water": True,
    "electricity": True, "road_type": "cement", "road_distance_km": Decimal("1.20"), "arable_mu": Decimal(5),
    "forest_mu": Decimal(1), "returned_forest_mu": Decimal(0), "fruit_mu": Decimal(0), "pasture_mu": Decimal(0),
    "water_mu": Decimal(0),
    "risk_note": None, "self_paid_medical_fen": None, "wage_fen": 3_000_000, "business_fen": 100_000, "property_fen": 0,
    "transfer_fen": 100_000, "business_cost_fen": 0,
}  # fmt: skip
MONITORED: dict[str, Any] = {
    "household_type": "ordinary", "monitor_type": "marginal", "risks": ["accident"], "measures": ["employment"],
    "risk_identified_on": ago(400), "first_measure_on": ago(390),
}  # fmt: skip
CLEARED: dict[str, Any] = MONITORED | {
    "risk_cleared_on": ago(100), "risk_clearing": "assisted", "monitor_contact": "王干事",
    "monitor_phone": "13900001111",
}  # fmt: skip
MONITORING: dict[str, Any] = dict.fromkeys(CLEARED) | {"household_type": None, "risks": [], "measures": []}
"""What a file states that is not monitored."""
STATED: dict[str, Any] = AT_HOME | dict.fromkeys(
    (
        "id", "phone", "certificate", "schooling", "dropout_reason", "disability_category", "disability_grade",
        "medical_aid", "public_post", "public_post_months",
    )
)  # fmt: skip
"""Columns a person's row has besides those of `member`."""
BASES: dict[str, dict[str, Any]] = {
    "out_of_poverty": {"household_type": "out_of_poverty"},
    "uncleared": MONITORED,
    "cleared": CLEARED,
}
"""A file of each population no rule has anything against."""
OF_BASE: dict[str, frozenset[str]] = {
    "out_of_poverty": frozenset({"any", "out_of_poverty", "either"}),
    "uncleared": frozenset({"any", "monitored", "uncleared", "either"}),
    "cleared": frozenset({"any", "monitored", "cleared", "either"}),
}
"""The populations a base belongs to."""
BASE_OF = {
    "any": "out_of_poverty", "either": "out_of_poverty", "out_of_poverty": "out_of_poverty",
    "monitored": "uncleared", "uncleared": "uncleared", "cleared": "cleared",
}  # fmt: skip


@dataclass
class File:
    """A household to be written: facts of the household, and its people in their order."""

    facts: dict[str, Any]
    people: list[dict[str, Any]] = field(default_factory=family)
    village: str = VILLAGE
    id: UUID = field(default_factory=new_id)


async def write(registry: Harness, files: Sequence[File]) -> None:
    """Write files as they are, without a rule being asked."""
    seals: Seals = registry.fastapi.state.seals
    sound = _sound(seals)
    households = [sound.household | _household(file, seals) for file in files]
    people = [sound.members[0] | row for file in files for row in _people(file, seals)]
    async with registry.fastapi.state.database.session(areas=("00",)) as session:
        await session.execute(insert(Household), households)
        await session.execute(insert(HouseholdMember), people)


def _sound(seals: Seals) -> Record:
    """The columns of a file and of a person as the register writes them, before anything is stated."""
    one = Member(name="张宝", identity_number=number(born(45)), relation="head", ethnicity="01", health=("healthy",))
    return new_record(HouseholdFile(village_code=VILLAGE, members=(one,)), recorder(), seals, "opened", office_today())


def _household(file: File, seals: Seals) -> dict[str, Any]:
    stated = FACTS | MONITORING | file.facts
    line, monitor_line = stated.pop("phone"), stated.pop("monitor_phone", None)
    return stated | {
        "id": file.id,
        "village_code": file.village,
        "status": "registered",
        "registered_on": ago(480),
        "member_count": len(file.people),
        "phone_sealed": _sealed(seals, line, sealing.phone_of(file.id)),
        "monitor_phone_sealed": _sealed(seals, monitor_line, sealing.monitor_phone_of(file.id)),
    }


def _sealed(seals: Seals, value: str | None, place: Place) -> str | None:
    return None if value is None else seals.seal(value, place)


def _people(file: File, seals: Seals) -> list[dict[str, Any]]:
    return [_person(file, position, STATED | stated, seals) for position, stated in enumerate(file.people)]


def _person(file: File, position: int, stated: dict[str, Any], seals: Seals) -> dict[str, Any]:
    member_id = stated["id"] or new_id()
    digits, age, line, certificate = (stated.pop(name) for name in ("number", "age", "phone", "certificate"))
    digits, line = digits() if callable(digits) else digits, line() if callable(line) else line
    certificate = certificate(digits) if callable(certificate) else certificate
    return stated | {
        "id": member_id,
        "household_id": file.id,
        "village_code": file.village,
        "position": position,
        "birth_date": born(age),
        "identity_sealed": seals.seal(digits, sealing.identity_of(member_id)),
        "identity_index": seals.index(digits),
        "phone_sealed": _sealed(seals, line, sealing.member_phone_of(member_id)),
        "disability_sealed": _sealed(seals, certificate, sealing.disability_of(member_id)),
    }
