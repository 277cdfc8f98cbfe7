"""The rules a household file must keep, whether typed in or read from a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.registry.domain import members, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.income import Income
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member

DRAFT, PROPOSED, RETURNED, REGISTERED = "draft", "proposed", "returned", "registered"
EXITED, REMOVED = "exited", "removed"
STATUSES = (DRAFT, PROPOSED, RETURNED, REGISTERED, EXITED, REMOVED)
EDITABLE = (DRAFT, RETURNED, REGISTERED)
"""A file under decision is frozen; a registered one may be changed with a recorded reason."""
PROPOSABLE = (DRAFT, RETURNED)
COUNTED = (DRAFT, PROPOSED, RETURNED, REGISTERED)
"""Files whose people an exit plan may speak of."""


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """One household as its file states it. Codes are those of the code lists; money is fen of twelve months."""

    village_code: str
    group: str
    national_household_no: str | None
    standard: str
    attribute: str
    main_cause: str
    other_causes: tuple[str, ...]
    housing_level: str
    safe_water: bool
    electricity: bool
    income: Income
    phone: str | None
    bank_name: str | None
    bank_account: str | None
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of households is narrowed to; None leaves a filter out."""

    area: str | None = None
    status: str | None = None
    name: str | None = None
    attribute: str | None = None
    main_cause: str | None = None


_LISTS = {
    "standard": "identification_standard",
    "attribute": "household_attribute",
    "main_cause": "poverty_cause",
    "housing_level": "housing_level",
}


def faults_of(file: HouseholdFile, limits: Limits, on: date) -> list[Fault]:
    """Every rule the file breaks on the day `on`, in the order of its fields."""
    found = [*_household_faults(file, limits)]
    for index, member in enumerate(file.members):
        found += members.faults_of(member, f"/members/{index}", limits, on)
    found += _family_faults(file.members)
    return found


def _household_faults(file: HouseholdFile, limits: Limits) -> Iterator[Fault]:
    for field, name in _LISTS.items():
        if getattr(file, field) not in BY_CODE[name]:
            yield Fault(refusals.CodeUnknown, f"/{field}", {"list": name})
    for index, cause in enumerate(file.other_causes):
        pointer = f"/other_causes/{index}"
        if cause not in BY_CODE["poverty_cause"]:
            yield Fault(refusals.CodeUnknown, pointer, {"list": "poverty_cause"})
        elif cause == file.main_cause or cause in file.other_causes[:index]:
            yield Fault(refusals.CauseRepeated, pointer)
    if len(file.other_causes) > limits.max_other_causes:
        yield Fault(refusals.TooManyCauses, "/other_causes", {"at_most": limits.max_other_causes})
    if (file.bank_name is None) != (file.bank_account is None):
        yield Fault(refusals.BankIncomplete, "/bank_account")


def _family_faults(people: tuple[Member, ...]) -> Iterator[Fault]:
    heads = [index for index, person in enumerate(people) if person.relation == "head"]
    spouses = [index for index, person in enumerate(people) if person.relation == "spouse"]
    if len(heads) != 1:
        where = f"/members/{heads[1]}/relation" if heads else "/members"
        yield Fault(refusals.HeadNotOne, where, {"heads": len(heads)})
    if len(spouses) > 1:
        yield Fault(refusals.SpouseTwice, f"/members/{spouses[1]}/relation")
    if len(heads) == len(spouses) == 1 and _same_sex(people[heads[0]], people[spouses[0]]):
        yield Fault(refusals.SpouseSameSex, f"/members/{spouses[0]}/relation")
    numbers = Counter(person.identity_number for person in people)
    seen: set[str] = set()
    for index, person in enumerate(people):
        if numbers[person.identity_number] > 1 and person.identity_number in seen:
            yield Fault(refusals.PersonTwiceInFile, f"/members/{index}/identity_number")
        seen.add(person.identity_number)


def _same_sex(one: Member, other: Member) -> bool:
    return bool(one.sex_by_number() and one.sex_by_number() == other.sex_by_number())
