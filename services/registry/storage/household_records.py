"""A household file as rows: its columns, those of its members, and the content of a version.

Typed files and workbooks come through here alike, so that a value is sealed and indexed in one place only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.identity_numbers import birth_date_of, sex_of
from services.registry.domain.members import Member
from services.registry.domain.names import pinyin_of
from services.registry.storage import sealing
from services.registry.storage.sealing import Seals

_STATED = (
    "village_code", "national_household_no", "standard", "attribute", "main_cause", "housing_level", "safe_water",
    "electricity", "bank_name",
)  # fmt: skip
_MEMBER_STATED = (
    "name", "relation", "ethnicity", "education", "schooling", "labour", "politics", "medical_insurance",
    "pension_insurance", "away_months",
)  # fmt: skip
CONTENT = (
    *_STATED, "group_name", "other_causes", "wage_fen", "business_fen", "property_fen", "transfer_fen",
    "business_cost_fen", "phone_sealed", "bank_account_sealed", "head_name", "member_count",
)  # fmt: skip
MEMBER_CONTENT = (
    *_MEMBER_STATED, "identity_sealed", "sex", "birth_date", "health", "active", "departure", "departed_on",
)  # fmt: skip


def household_columns(file: HouseholdFile, household_id: UUID, seals: Seals) -> dict[str, Any]:
    """What the file states of the household, as columns; a phone and an account freshly sealed."""
    head = next(person for person in file.members if person.relation == "head")
    columns = {name: getattr(file, name) for name in _STATED} | asdict(file.income)
    columns["group_name"] = file.group
    columns["other_causes"] = list(file.other_causes)
    columns["phone_sealed"] = _sealed(file.phone, sealing.phone_of(household_id), seals)
    columns["bank_account_sealed"] = _sealed(file.bank_account, sealing.account_of(household_id), seals)
    columns["head_name"] = head.name
    columns["head_pinyin"] = pinyin_of(head.name)
    columns["member_count"] = len(file.members)
    return columns


def _sealed(value: str | None, place: sealing.Place, seals: Seals) -> str | None:
    return None if value is None else seals.seal(value, place)


def member_columns(member: Member, member_id: UUID, position: int, seals: Seals) -> dict[str, Any]:
    """What the file states of a person, as columns; the identity number freshly sealed."""
    columns: dict[str, Any] = {name: getattr(member, name) for name in _MEMBER_STATED}
    columns["position"] = position
    columns["name_pinyin"] = pinyin_of(member.name)
    columns["identity_sealed"] = seals.seal(member.identity_number, sealing.identity_of(member_id))
    columns["identity_index"] = seals.index(member.identity_number)
    columns["sex"] = sex_of(member.identity_number)
    columns["birth_date"] = birth_date_of(member.identity_number)
    columns["health"] = list(member.health)
    columns["active"], columns["departure"], columns["departed_on"] = True, None, None
    return columns


def content_of(household: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of a version: what was stated, protected values sealed, people in their order."""
    content = {name: household[name] for name in CONTENT}
    content["members"] = [
        {"id": str(member["id"])} | {name: _json(member[name]) for name in MEMBER_CONTENT}
        for member in sorted(members, key=lambda row: (not row["active"], row["position"]))
    ]
    return content


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def changed_pointers(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """JSON pointers of what differs between two contents; people are told apart by id, never by value."""
    found = [f"/{name}" for name in CONTENT if old[name] != new[name]]
    before = {member["id"]: member for member in old["members"]}
    for index, member in enumerate(new["members"]):
        known = before.get(member["id"])
        if known is None:
            found.append(f"/members/{index}")
        else:
            found += [f"/members/{index}/{name}" for name in MEMBER_CONTENT if known[name] != member[name]]
    return [pointer.removesuffix("_sealed") for pointer in found]
