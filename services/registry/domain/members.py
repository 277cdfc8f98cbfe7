"""The rules of one person in a household file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from services.registry.domain import disability_certificates as certificates
from services.registry.domain import identity_numbers, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.fields import MEMBER_FIELDS, names_of
from services.registry.domain.limits import Limits

MONTHS_IN_YEAR = 12


@dataclass(slots=True, unsafe_hash=True)
class Member:
    """One person as a household file states them; the fields are those of data/household_fields.csv.

    `sex` is None where only the number tells it; any other None is "not stated". `away_income_fen` is of a month.
    """

    name: str
    identity_number: str
    relation: str
    ethnicity: str
    health: tuple[str, ...]
    sex: str | None = None
    labour: str | None = None
    education: str | None = None
    schooling: str | None = None
    dropout_reason: str | None = None
    disability_certificate: str | None = None
    politics: str | None = None
    medical_insurance: bool | None = None
    employee_medical: bool | None = None
    serious_illness_insurance: bool | None = None
    medical_aid: bool | None = None
    pension_insurance: bool | None = None
    employee_pension: bool | None = None
    commercial_insurance: bool | None = None
    dibao: bool | None = None
    tekun: bool | None = None
    health_card: bool | None = None
    left_behind: str | None = None
    away_months: int = 0
    away_region: str | None = None
    away_place: str | None = None
    away_from: date | None = None
    away_to: date | None = None
    away_income_fen: int | None = None
    employer: str | None = None
    job_channel: str | None = None
    public_post: str | None = None
    public_post_months: int | None = None
    mandarin: bool | None = None
    military: bool | None = None
    phone: str | None = None
    national_person_no: str | None = None
    identified_on: date | None = None

    def sex_by_number(self) -> str | None:
        """The sex of the number's 17th digit; None while the number has no such digit."""
        digits = self.identity_number
        return identity_numbers.sex_of(digits) if len(digits) == 18 and digits[16] in identity_numbers.DIGITS else None


_CODES = {name: MEMBER_FIELDS[name].codes for name in names_of(MEMBER_FIELDS, "code")}
_DAYS = names_of(MEMBER_FIELDS, "day")
# A person without fault, as nearly all are, is told by these in a few steps.
_CODES_OF, _DAYS_OF = attrgetter(*_CODES), attrgetter(*_DAYS)
_AWAY_OF = attrgetter("away_region", "away_place", "away_income_fen", "public_post", "public_post_months", *_DAYS)
_KNOWN = tuple(frozenset({None, *BY_CODE[name]}) for name in _CODES.values())
_CONTAINS = frozenset.__contains__
_SOUND_HEALTH = frozenset((code,) for code in BY_CODE["health"])
_REQUIRED_SEX = {
    code: relation.facts["required_sex"]
    for code, relation in BY_CODE["relation_to_head"].items()
    if "required_sex" in relation.facts
}
_UNABLE = frozenset({"none", "lost"})


def faults_of(member: Member, at: str, limits: Limits, on: date) -> list[Fault]:
    """Every rule the person breaks on the day `on`. Rules of age and sex are only asked of a sound number."""
    found = [*_code_faults(member, at)] if not all(map(_CONTAINS, _KNOWN, _CODES_OF(member))) else []
    if member.health not in _SOUND_HEALTH:
        found += _health_faults(member, at)
    if member.schooling is not None or member.education is None:
        found += _education_faults(member, at)
    if member.employee_medical or member.employee_pension:
        found += _insurance_faults(member, at)
    if any(_AWAY_OF(member)) or not 0 <= member.away_months <= MONTHS_IN_YEAR:
        found += _away_faults(member, at, on)
    broken = identity_numbers.fault_of(member.identity_number, on)
    if broken is not None:
        return [Fault(broken, f"{at}/identity_number"), *found]
    age = identity_numbers.age_on(identity_numbers.birth_date_of(member.identity_number), on)
    if member.sex is not None or member.relation in _REQUIRED_SEX:
        found += _sex_faults(member, at)
    if member.disability_certificate is not None:
        found += _disability_faults(member, at)
    if member.schooling is not None:
        found += _schooling_faults(member, at, age)
    if member.labour in _UNABLE or age < limits.working_age_from:
        found += _labour_faults(member, at, age, limits)
    if member.left_behind is not None:
        found += _left_behind_faults(member, at, age)
    return found


def _code_faults(member: Member, at: str) -> Iterator[Fault]:
    for field, name in _CODES.items():
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


def _education_faults(member: Member, at: str) -> Iterator[Fault]:
    """Education or schooling, never both; neither only with the reason for not attending school."""
    if member.schooling is not None and member.dropout_reason is not None:
        yield Fault(refusals.DropoutWithSchool, f"{at}/dropout_reason")
    both = member.education is not None and member.schooling is not None
    neither = member.education is None and member.schooling is None and member.dropout_reason is None
    if both or neither:
        yield Fault(refusals.EducationXorSchooling, f"{at}/education")


def _insurance_faults(member: Member, at: str) -> Iterator[Fault]:
    if member.medical_insurance and member.employee_medical:
        yield Fault(refusals.InsuranceBoth, f"{at}/employee_medical")
    if member.pension_insurance and member.employee_pension:
        yield Fault(refusals.InsuranceBoth, f"{at}/employee_pension")


def _away_faults(member: Member, at: str, on: date) -> Iterator[Fault]:
    if not 0 <= member.away_months <= MONTHS_IN_YEAR:
        yield Fault(refusals.AwayMonthsRange, f"{at}/away_months", {"at_most": MONTHS_IN_YEAR})
    if not member.away_months and (member.away_region or member.away_place or member.away_income_fen):
        yield Fault(refusals.AwayIncomplete, f"{at}/away_months")
    if (member.public_post is None) != (not member.public_post_months):
        yield Fault(refusals.PublicPostIncomplete, f"{at}/public_post")
    if member.public_post_months is not None and not 0 <= member.public_post_months <= MONTHS_IN_YEAR:
        yield Fault(refusals.AwayMonthsRange, f"{at}/public_post_months", {"at_most": MONTHS_IN_YEAR})
    days = _DAYS_OF(member)
    if not any(days):
        return
    for field, day in zip(_DAYS, days, strict=True):
        if day is not None and day > on and field != "away_to":
            yield Fault(refusals.DayInFuture, f"{at}/{field}")
    if member.away_from is not None and member.away_to is not None and member.away_to < member.away_from:
        yield Fault(refusals.DaysOutOfOrder, f"{at}/away_to")


def _sex_faults(member: Member, at: str) -> Iterator[Fault]:
    by_number = member.sex_by_number()
    if member.sex is not None and member.sex != by_number:
        yield Fault(refusals.SexAgainstNumber, f"{at}/sex")
    required = _REQUIRED_SEX.get(member.relation)
    if required is not None and required != by_number:
        yield Fault(refusals.RelationAgainstSex, f"{at}/relation")


def _disability_faults(member: Member, at: str) -> Iterator[Fault]:
    certificate = member.disability_certificate
    if certificate is None:
        return
    if not certificates.well_formed(certificate):
        yield Fault(refusals.DisabilityForm, f"{at}/disability_certificate")
    elif certificates.number_of(certificate) != member.identity_number:
        yield Fault(refusals.DisabilityAgainstNumber, f"{at}/disability_certificate")
    if "disability" not in member.health:
        yield Fault(refusals.DisabilityWithoutHealth, f"{at}/health")


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
    if member.labour is None:
        return
    if age < limits.working_age_from and member.labour != "none":
        yield Fault(refusals.LabourOfChild, f"{at}/labour", {"working_age_from": limits.working_age_from})
    working_age = limits.working_age_from <= age < limits.working_age_to
    if working_age and member.health == ("healthy",) and member.schooling is None and member.labour in _UNABLE:
        facts: dict[str, int | str] = {"age_from": limits.working_age_from, "age_below": limits.working_age_to}
        yield Fault(refusals.LabourOfHealthyAdult, f"{at}/labour", facts)


def _left_behind_faults(member: Member, at: str, age: int) -> Iterator[Fault]:
    group = BY_CODE["left_behind"].get(member.left_behind or "")
    if group is None:
        return
    low, below = int(group.facts.get("age_min", "0")), int(group.facts.get("age_below", "999"))
    if not low <= age < below or (group.code == "woman" and member.sex_by_number() == identity_numbers.MALE):
        yield Fault(refusals.LeftBehindAgainstAge, f"{at}/left_behind")
