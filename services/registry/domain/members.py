"""The rules of one person in a household file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.registry.domain import identity_numbers, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.limits import Limits

MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Member:
    """One person as a household file states them. `sex` is None where only the number tells it."""

    name: str
    identity_number: str
    sex: str | None
    relation: str
    ethnicity: str
    education: str | None
    schooling: str | None
    health: tuple[str, ...]
    labour: str
    politics: str | None
    medical_insurance: bool
    pension_insurance: bool
    away_months: int

    def sex_by_number(self) -> str | None:
        """The sex of the number's 17th digit; None while the number has no such digit."""
        digits = self.identity_number
        return identity_numbers.sex_of(digits) if len(digits) == 18 and digits[16].isdigit() else None


_LISTS = {
    "relation": "relation_to_head",
    "ethnicity": "ethnicity",
    "education": "education",
    "schooling": "student_status",
    "labour": "labour",
    "politics": "politics",
}


def faults_of(member: Member, at: str, limits: Limits, on: date) -> list[Fault]:
    """Every rule the person breaks on the day `on`. Rules of age and sex are only asked of a sound number."""
    found = [*_code_faults(member, at), *_health_faults(member, at)]
    if (member.education is None) == (member.schooling is None):
        found.append(Fault(refusals.EducationXorSchooling, f"{at}/education"))
    if not 0 <= member.away_months <= MONTHS_IN_YEAR:
        found.append(Fault(refusals.AwayMonthsRange, f"{at}/away_months", {"at_most": MONTHS_IN_YEAR}))
    broken = identity_numbers.fault_of(member.identity_number, on)
    if broken is not None:
        return [Fault(broken, f"{at}/identity_number"), *found]
    age = identity_numbers.age_on(identity_numbers.birth_date_of(member.identity_number), on)
    return [
        *found,
        *_sex_faults(member, at),
        *_schooling_faults(member, at, age),
        *_labour_faults(member, at, age, limits),
    ]


def _code_faults(member: Member, at: str) -> Iterator[Fault]:
    for field, name in _LISTS.items():
        value = getattr(member, field)
        if value is not None and value not in BY_CODE[name]:
            yield Fault(refusals.CodeUnknown, f"{at}/{field}", {"list": name})


def _health_faults(member: Member, at: str) -> Iterator[Fault]:
    known = BY_CODE["health"]
    if not member.health or any(code not in known for code in member.health):
        yield Fault(refusals.CodeUnknown, f"{at}/health", {"list": "health"})
        return
    for index, code in enumerate(member.health):
        allowed = known[code].facts.get("combines_with", "").split()
        if any(other not in allowed for other in member.health[:index]):
            yield Fault(refusals.HealthCombination, f"{at}/health")
            return


def _sex_faults(member: Member, at: str) -> Iterator[Fault]:
    by_number = member.sex_by_number()
    if member.sex is not None and member.sex != by_number:
        yield Fault(refusals.SexAgainstNumber, f"{at}/sex")
    relation = BY_CODE["relation_to_head"].get(member.relation)
    required = relation.facts.get("required_sex") if relation else None
    if required is not None and required != by_number:
        yield Fault(refusals.RelationAgainstSex, f"{at}/relation")


def _schooling_faults(member: Member, at: str, age: int) -> Iterator[Fault]:
    status = BY_CODE["student_status"].get(member.schooling or "")
    if status is None:
        return
    low, high = int(status.facts.get("age_min", "0")), status.facts.get("age_max")
    if age < low or (high is not None and age > int(high)):
        facts: dict[str, int | str] = {"age_from": low}
        if high is not None:
            facts["age_to"] = int(high)
        yield Fault(refusals.SchoolingAgainstAge, f"{at}/schooling", facts)


def _labour_faults(member: Member, at: str, age: int, limits: Limits) -> Iterator[Fault]:
    if age < limits.working_age_from and member.labour != "none":
        yield Fault(refusals.LabourOfChild, f"{at}/labour", {"working_age_from": limits.working_age_from})
    working_age = limits.working_age_from <= age < limits.working_age_to
    if working_age and member.health == ("healthy",) and member.schooling is None and member.labour in ("none", "lost"):
        facts: dict[str, int | str] = {"age_from": limits.working_age_from, "age_below": limits.working_age_to}
        yield Fault(refusals.LabourOfHealthyAdult, f"{at}/labour", facts)
