"""Household files as their rows state them, and rows made to state what a request says. A value unchanged keeps its
seal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_COLUMNS, SEALED_KINDS, names_of
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.operations import household_views as views
from services.registry.storage import household_records as records
from services.registry.storage import sealing
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household, HouseholdMember
from shared.schemas import registry_households as wire

_SEALED_OF_MEMBER = {name: SEALED_COLUMNS[name] for name in names_of(MEMBER_FIELDS, *SEALED_KINDS)}
"""The sealed column of each protected field of a person; an unchanged value keeps its seal."""
_PLAIN_OF_MEMBER = tuple(name for name, field in MEMBER_FIELDS.items() if not field.protected)
_SEVERAL = names_of(HOUSEHOLD_FIELDS, "codes")
_PLAIN = tuple(
    name
    for name, field in HOUSEHOLD_FIELDS.items()
    if field.kind not in SEALED_KINDS and name not in (*_SEVERAL, *AMOUNTS, "group")
)
_Facts = TypeVar("_Facts", bound=wire.HouseholdFacts)


def protected_of(known: HouseholdMember, seals: Seals) -> dict[str, Any]:
    """The protected values of a person on the file, by field."""
    return {
        "identity_number": seals.open(known.identity_sealed, sealing.identity_of(known.id)),
        "health": tuple(known.health),
        "disability_certificate": views.opened(known.disability_sealed, sealing.disability_of(known.id), seals),
        "phone": views.opened(known.phone_sealed, sealing.member_phone_of(known.id), seals),
    }


def protected_of_household(row: Household, seals: Seals) -> dict[str, Any]:
    """The protected values of the household, by field, and the bank that goes with the account."""
    return {
        "phone": views.opened(row.phone_sealed, sealing.phone_of(row.id), seals),
        "monitor_phone": views.opened(row.monitor_phone_sealed, sealing.monitor_phone_of(row.id), seals),
        "bank_name": row.bank_name,
        "bank_account": views.opened(row.bank_account_sealed, sealing.account_of(row.id), seals),
    }


def with_kept_values(request: _Facts, row: Household, seals: Seals) -> _Facts:
    """The request with the protected values it left out, which stay as they are."""
    known = protected_of_household(row, seals)
    kept = {name: value for name, value in known.items() if name not in request.model_fields_set}
    return request.model_copy(update=kept)


def person_stated(row: HouseholdMember, seals: Seals) -> Member:
    """A person as their row states them."""
    plain = {name: getattr(row, name) for name in _PLAIN_OF_MEMBER}
    return Member(**plain | protected_of(row, seals))


def file_stated(row: Household, members: Sequence[Member], seals: Seals) -> HouseholdFile:
    """A file as its row states it, with these people."""
    plain = {name: getattr(row, name) for name in _PLAIN} | protected_of_household(row, seals)
    several = {name: tuple(getattr(row, name)) for name in _SEVERAL}
    income = None
    if row.wage_fen is not None:
        income = Income(**{name: getattr(row, name) for name in AMOUNTS}, items=row.income_items)
    return HouseholdFile(**plain | several, group=row.group_name, income=income, members=tuple(members))


def write_member(known: HouseholdMember, member: Member, position: int, village_code: str, seals: Seals) -> None:
    """Let the row of somebody of the household state this; who had left is here again."""
    columns = records.member_columns(member, known.id, position, seals) | {"village_code": village_code}
    before, now = protected_of(known, seals), {field: getattr(member, field) for field in _SEALED_OF_MEMBER}
    for field, column in _SEALED_OF_MEMBER.items():
        if before[field] == now[field]:
            del columns[column]
    _set(known, columns)


def write_household(row: Household, file: HouseholdFile, seals: Seals) -> None:
    """Let the row state what the file states of the household."""
    columns = records.household_columns(file, row.id, seals)
    for name, stated, place in (
        ("phone_sealed", file.phone, sealing.phone_of(row.id)),
        ("monitor_phone_sealed", file.monitor_phone, sealing.monitor_phone_of(row.id)),
        ("bank_account_sealed", file.bank_account, sealing.account_of(row.id)),
    ):
        if views.opened(getattr(row, name), place, seals) == stated:
            del columns[name]
    _set(row, columns)


def _set(row: Household | HouseholdMember, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
