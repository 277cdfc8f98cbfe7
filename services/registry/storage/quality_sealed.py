"""What only opening sealed values or looking past the area shows: forms, check digits, telephones and numbers twice.

Values are opened in the memory of the worker, part by part, and only the names of broken conditions leave
it; nothing opened is kept.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import disability_certificates as certificates
from services.registry.domain import identity_numbers
from services.registry.storage import sealing
from services.registry.storage.sealing import Place, Seals, UnknownSealKey
from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis.scope import within

Workers = Sequence[Row[UUID, UUID, str | None, str | None]]
Faults = dict[UUID, tuple[str, ...]]
"""Names of what is wrong, by person or household."""
COUNTY_DIGITS = 6
NO_PLACE = "999999"
_LENGTHS = (18, 20, 22)
_GUARDED = text(
    "select exists (select 1 from pg_index where indexrelid = to_regclass('uq_household_members_active_identity')"
    " and indisunique and indisvalid)"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Rows whose values are to be opened: people (id, number, certificate, telephone), households (id, telephone)."""

    people: Sequence[Row[UUID, str, str | None, str | None]]
    households: Sequence[Row[UUID, str | None]]


async def of_area(session: AsyncSession, area: str) -> Sealed:
    """The sealed values of an area's people and households."""
    people = await session.execute(_people().where(within(HouseholdMember.village_code, area), HouseholdMember.active))
    phones = select(Household.id, Household.phone_sealed)
    return Sealed(people.all(), (await session.execute(phones.where(within(Household.village_code, area)))).all())


async def of_household(session: AsyncSession, household_id: UUID) -> Sealed:
    people = await session.execute(
        _people().where(HouseholdMember.household_id == household_id, HouseholdMember.active)
    )
    phones = select(Household.id, Household.phone_sealed).where(Household.id == household_id)
    return Sealed(people.all(), (await session.execute(phones)).all())


def _people() -> Select[UUID, str, str | None, str | None]:
    return select(
        HouseholdMember.id,
        HouseholdMember.identity_sealed,
        HouseholdMember.disability_sealed,
        HouseholdMember.phone_sealed,
    )


async def faults(seals: Seals, sealed: Sealed, on: date) -> Faults:
    """What is wrong with the values, away from the event loop."""
    return await asyncio.to_thread(_faults, seals, sealed, on)


def _faults(seals: Seals, sealed: Sealed, on: date) -> Faults:
    found: Faults = {}
    for member_id, identity, certificate, phone in sealed.people:
        number = _opened(seals, identity, sealing.identity_of(member_id))
        names = [*_number_faults(number, on)]
        if certificate is not None:
            names += _certificate_faults(_opened(seals, certificate, sealing.disability_of(member_id)), number)
        if phone is not None:
            names += phone_faults(_opened(seals, phone, sealing.member_phone_of(member_id)))
        if names:
            found[member_id] = tuple(names)
    for household_id, phone in sealed.households:
        if phone is not None and (names := phone_faults(_opened(seals, phone, sealing.phone_of(household_id)))):
            found[household_id] = tuple(names)
    return found


def _opened(seals: Seals, value: str, place: Place) -> str:
    """The value; empty where it does not open, which breaks every form."""
    try:
        return seals.open(value, place)
    except (InvalidTag, UnknownSealKey, ValueError):
        return ""


def _number_faults(number: str, on: date) -> list[str]:
    if not number or number.startswith(NO_PLACE):
        return ["identity_none"] if number else ["identity_none", "identity_length"]
    if len(number) not in _LENGTHS:
        return ["identity_length"]
    return [] if identity_numbers.fault_of(number[:18], on) is None else ["identity_check_digit"]


def _certificate_faults(certificate: str, number: str) -> list[str]:
    sound = certificates.well_formed(certificate) and certificates.number_of(certificate) == number
    return [] if sound else ["certificate_form"]


def phone_faults(phone: str) -> list[str]:
    """`phone_length`: not eleven digits; `phone_form`: no mobile number."""
    digits = len(phone) == 11 and phone.isascii() and phone.isdigit()
    found = [] if digits else ["phone_length"]
    return found if _MOBILE.fullmatch(phone) else [*found, "phone_form"]


async def repeated_numbers(session: AsyncSession, area: str) -> Faults:
    """People of an area whose number stands on another active file, wherever that is.

    Where the unique index on numbers stands, there are none: then nothing is read.
    """
    if await session.scalar(_GUARDED):
        return {}
    repeated = (
        select(HouseholdMember.identity_index)
        .where(HouseholdMember.active)
        .group_by(HouseholdMember.identity_index)
        .having(func.count() > 1)
    )
    query = select(HouseholdMember.id).where(
        within(HouseholdMember.village_code, area),
        HouseholdMember.active,
        HouseholdMember.identity_index.in_(repeated),
    )
    return dict.fromkeys(await session.scalars(query), ("identity_repeated",))


async def workers(session: AsyncSession, area: str) -> Workers:
    """People of an area who work away and have a telephone: id, household, county of work, sealed telephone."""
    return (await session.execute(_workers().where(within(HouseholdMember.village_code, area)))).all()


async def workers_of(session: AsyncSession, household_id: UUID) -> Workers:
    """As workers, of one household."""
    return (await session.execute(_workers().where(HouseholdMember.household_id == household_id))).all()


def _workers() -> Select[UUID, UUID, str | None, str | None]:
    columns = (
        HouseholdMember.id,
        HouseholdMember.household_id,
        HouseholdMember.away_place,
        HouseholdMember.phone_sealed,
    )
    return select(*columns).where(
        HouseholdMember.active, HouseholdMember.away_months > 0, HouseholdMember.phone_sealed.is_not(None)
    )


async def shared_phones(seals: Seals, rows: Workers) -> Faults:
    """Who of these workers shares a telephone: with another household (`phone_elsewhere`), or with one of the same
    household who works in another county (`phone_in_family`)."""
    return await asyncio.to_thread(_shared, seals, rows)


def _shared(seals: Seals, rows: Workers) -> Faults:
    holders: dict[str, list[tuple[UUID, UUID, str | None]]] = defaultdict(list)
    for member_id, household_id, place, phone in rows:
        if opened := _opened(seals, phone or "", sealing.member_phone_of(member_id)):
            holders[opened].append((member_id, household_id, place[:COUNTY_DIGITS] if place else None))
    found: dict[UUID, tuple[str, ...]] = {}
    for people in holders.values():
        if len(people) > 1:
            found.update(_of_one_phone(people))
    return found


def _of_one_phone(people: list[tuple[UUID, UUID, str | None]]) -> list[tuple[UUID, tuple[str, ...]]]:
    elsewhere = len({household for _, household, _ in people}) > 1
    counties: dict[UUID, set[str]] = defaultdict(set)
    for _, household, county in people:
        if county is not None:
            counties[household].add(county)
    found = []
    for member_id, household, _ in people:
        names: tuple[str, ...] = ("phone_elsewhere",) if elsewhere else ()
        if len(counties[household]) > 1:
            names = (*names, "phone_in_family")
        if names:
            found.append((member_id, names))
    return found


def together(*several: Faults) -> Faults:
    """All faults of several findings, by row."""
    found: dict[UUID, tuple[str, ...]] = {}
    for one in several:
        for row_id, names in one.items():
            found[row_id] = (*found.get(row_id, ()), *names)
    return found
