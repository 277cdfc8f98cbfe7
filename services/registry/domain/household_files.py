"""What a household file (户档案) states, the rules it must obey, and the states it goes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from services.registry.domain import code_lists, kinship, members, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.fields import HOUSEHOLD_FIELDS, names_of
from services.registry.domain.income import Income
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member
from services.registry.domain.refusals.households import TooManyMembers
from shared.schemas.household_size import MOST_MEMBERS

DRAFT, PROPOSED, RETURNED, REGISTERED = "draft", "proposed", "returned", "registered"
EXITED, REMOVED, CLOSED = "exited", "removed", "closed"
"""Closed: nobody is left of the household, or it became part of another; it did not exit."""
STATUSES = (DRAFT, PROPOSED, RETURNED, REGISTERED, EXITED, REMOVED, CLOSED)
EDITABLE = (DRAFT, RETURNED, REGISTERED)
"""A file under decision is frozen; a registered one may be changed with a recorded reason."""
PROPOSABLE = (DRAFT, RETURNED)
COUNTED = (DRAFT, PROPOSED, RETURNED, REGISTERED)
"""Files whose people an exit plan may speak of."""


@dataclass(slots=True, unsafe_hash=True)
class HouseholdFile:
    """One household as its file states it; the fields are those of data/household_fields.csv.

    Codes are those of the code lists; money is fen, of twelve months where it is income; None is "not stated".
    """

    village_code: str
    members: tuple[Member, ...]
    group: str = ""
    natural_village: str | None = None
    national_household_no: str | None = None
    phone: str | None = None
    standard: str | None = None
    attribute: str | None = None
    household_type: str | None = None
    identified_on: date | None = None
    main_cause: str | None = None
    other_causes: tuple[str, ...] = ()
    key_groups: tuple[str, ...] = ()
    housing_level: str | None = None
    housing_structure: str | None = None
    housing_area_m2: Decimal | None = None
    built_year: int | None = None
    toilet: bool | None = None
    safe_water: bool | None = None
    water_difficult: bool | None = None
    water_source: str | None = None
    electricity: bool | None = None
    production_power: bool | None = None
    road_type: str | None = None
    road_distance_km: Decimal | None = None
    fuels: tuple[str, ...] = ()
    arable_mu: Decimal | None = None
    irrigated_mu: Decimal | None = None
    forest_mu: Decimal | None = None
    returned_forest_mu: Decimal | None = None
    fruit_mu: Decimal | None = None
    pasture_mu: Decimal | None = None
    water_mu: Decimal | None = None
    industry_type: str | None = None
    industry_organisation: str | None = None
    cooperative: bool | None = None
    mutual_fund_fen: int | None = None
    microcredit_fen: int | None = None
    other_loan_fen: int | None = None
    relocation_mode: str | None = None
    relocation_willing: bool | None = None
    relocated_year: int | None = None
    income: Income | None = None
    stated_per_head_fen: int | None = None
    self_paid_medical_fen: int | None = None
    monitor_type: str | None = None
    risks: tuple[str, ...] = ()
    risk_note: str | None = None
    risk_identified_on: date | None = None
    measures: tuple[str, ...] = ()
    first_measure_on: date | None = None
    risk_cleared_on: date | None = None
    risk_clearing: str | None = None
    monitor_contact: str | None = None
    monitor_phone: str | None = None
    bank_name: str | None = None
    bank_account: str | None = None


_CODES = {name: HOUSEHOLD_FIELDS[name].codes for name in names_of(HOUSEHOLD_FIELDS, "code")}
_SEVERAL = {
    name: HOUSEHOLD_FIELDS[name].codes for name in names_of(HOUSEHOLD_FIELDS, "codes") if name != "other_causes"
}
_DAYS = names_of(HOUSEHOLD_FIELDS, "day")
_YEARS = names_of(HOUSEHOLD_FIELDS, "year")
_CODES_OF, _SEVERAL_OF, _DAYS_OF = attrgetter(*_CODES), attrgetter(*_SEVERAL), attrgetter(*_DAYS)
_CONTAINS = frozenset.__contains__
MAX_FUELS = 3
EARLIEST_YEAR = 1900


def faults_of(file: HouseholdFile, limits: Limits, on: date) -> list[Fault]:
    """Every rule the file breaks on the day `on`, in the order of its fields."""
    found = [*_code_faults(file, limits, on), *_fact_faults(file, on), *_income_faults(file.income)]
    for index, member in enumerate(file.members):
        found += members.faults_of(member, f"/members/{index}", limits, on)
    found += _family_faults(file.members)
    return found


def _code_faults(file: HouseholdFile, limits: Limits, on: date) -> Iterator[Fault]:
    first_year = (file.identified_on or on).year
    codes = _CODES_OF(file)
    if not all(map(_CONTAINS, _in_use(first_year, on.year), codes)):
        yield from _single_code_faults(codes, first_year, on.year)
    for index, cause in enumerate(file.other_causes):
        pointer = f"/other_causes/{index}"
        if cause not in BY_CODE["poverty_cause"]:
            yield Fault(refusals.CodeUnknown, pointer, {"list": "poverty_cause"})
        elif cause == file.main_cause or cause in file.other_causes[:index]:
            yield Fault(refusals.CauseRepeated, pointer)
    if len(file.other_causes) > limits.max_other_causes:
        yield Fault(refusals.TooManyCauses, "/other_causes", {"at_most": limits.max_other_causes})
    several = _SEVERAL_OF(file)
    if any(several):
        yield from _several_code_faults(several)
    if len(file.fuels) > MAX_FUELS:
        yield Fault(refusals.TooManyFuels, "/fuels", {"at_most": MAX_FUELS})


@lru_cache(maxsize=200)
def _in_use(first_year: int, last_year: int) -> tuple[frozenset[str | None], ...]:
    """By field of one code what it may hold in one of these years; nothing, too."""
    return tuple(
        frozenset({None, *(code for code in BY_CODE[name] if code_lists.in_use(name, code, first_year, last_year))})
        for name in _CODES.values()
    )


def _single_code_faults(codes: Sequence[str | None], first_year: int, last_year: int) -> Iterator[Fault]:
    for (field, name), code in zip(_CODES.items(), codes, strict=True):
        if code is None:
            continue
        if code not in BY_CODE[name]:
            yield Fault(refusals.CodeUnknown, f"/{field}", {"list": name})
        elif not code_lists.in_use(name, code, first_year, last_year):
            yield Fault(refusals.CodeOutOfYears, f"/{field}", {"list": name})


def _several_code_faults(several: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for (field, name), codes in zip(_SEVERAL.items(), several, strict=True):
        for index, code in enumerate(codes):
            if code not in BY_CODE[name]:
                yield Fault(refusals.CodeUnknown, f"/{field}/{index}", {"list": name})
            elif code in codes[:index]:
                yield Fault(refusals.CodeRepeated, f"/{field}/{index}")


def _fact_faults(file: HouseholdFile, on: date) -> Iterator[Fault]:
    days = _DAYS_OF(file)
    if any(days):
        for field, day in zip(_DAYS, days, strict=True):
            if day is not None and day > on:
                yield Fault(refusals.DayInFuture, f"/{field}")
            elif day is not None and day.year < EARLIEST_YEAR:
                yield Fault(refusals.YearRange, f"/{field}", {"from": EARLIEST_YEAR, "to": on.year})
    for field in _YEARS:
        year = getattr(file, field)
        if year is not None and not EARLIEST_YEAR <= year <= on.year:
            yield Fault(refusals.YearRange, f"/{field}", {"from": EARLIEST_YEAR, "to": on.year})
    if (file.bank_name is None) != (file.bank_account is None):
        yield Fault(refusals.BankIncomplete, "/bank_account")
    if file.natural_village is not None and not file.natural_village.startswith(file.village_code):
        yield Fault(refusals.NaturalVillageElsewhere, "/natural_village")
    if file.irrigated_mu is not None and file.irrigated_mu > (file.arable_mu or 0):
        yield Fault(refusals.IrrigatedAboveArable, "/irrigated_mu")
    if file.relocated_year is not None and file.relocation_mode in (None, "none"):
        yield Fault(refusals.RelocationIncomplete, "/relocation_mode")
    yield from _risk_faults(file)


def _risk_faults(file: HouseholdFile) -> Iterator[Fault]:
    if file.monitor_type is None and (file.risks or file.risk_identified_on or file.risk_cleared_on):
        yield Fault(refusals.MonitoringIncomplete, "/monitor_type")
    if (file.risk_cleared_on is None) != (file.risk_clearing is None):
        yield Fault(refusals.MonitoringIncomplete, "/risk_clearing")
    if file.risk_cleared_on is not None:
        if file.risk_identified_on is None:
            yield Fault(refusals.MonitoringIncomplete, "/risk_identified_on")
        elif file.risk_cleared_on < file.risk_identified_on:
            yield Fault(refusals.DaysOutOfOrder, "/risk_cleared_on")
    if file.first_measure_on is not None and not file.measures:
        yield Fault(refusals.MonitoringIncomplete, "/measures")


def _income_faults(income: Income | None) -> Iterator[Fault]:
    if income is None or not income.items:
        return
    for code in income.items:
        if code not in BY_CODE["income_item"]:
            yield Fault(refusals.CodeUnknown, "/income/items", {"list": "income_item"})
    for name in income.amounts_missed():
        yield Fault(refusals.IncomeItemsDoNotSum, f"/income/{name}")


def _family_faults(people: tuple[Member, ...]) -> Iterator[Fault]:
    if len(people) > MOST_MEMBERS:
        yield Fault(TooManyMembers, "/members", {"at_most": MOST_MEMBERS})
    heads = [index for index, person in enumerate(people) if person.relation == "head"]
    spouses = [index for index, person in enumerate(people) if person.relation == "spouse"]
    if len(heads) != 1:
        where = f"/members/{heads[1]}/relation" if heads else "/members"
        yield Fault(refusals.HeadNotOne, where, {"heads": len(heads)})
    if len(spouses) > 1:
        yield Fault(refusals.SpouseTwice, f"/members/{spouses[1]}/relation")
    if len(heads) == len(spouses) == 1 and _same_sex(people[heads[0]], people[spouses[0]]):
        yield Fault(refusals.SpouseSameSex, f"/members/{spouses[0]}/relation")
    if len(heads) == 1:
        yield from kinship.faults_of(people, heads[0])
    yield from _repeated([person.identity_number for person in people], "identity_number")
    yield from _repeated([person.national_person_no for person in people], "national_person_no")


def _repeated(numbers: Sequence[str | None], field: str) -> Iterator[Fault]:
    """A number that two people of the household have, at the second of them."""
    stated = [number for number in numbers if number is not None]
    if len(set(stated)) == len(stated):
        return
    seen: set[str] = set()
    for index, number in enumerate(numbers):
        if number is None:
            continue
        if number in seen:
            yield Fault(refusals.PersonTwiceInFile, f"/members/{index}/{field}")
        seen.add(number)


def _same_sex(one: Member, other: Member) -> bool:
    return bool(one.sex_by_number() and one.sex_by_number() == other.sex_by_number())
