"""A household file as rows: its columns, those of its members, and the content of a version.

Typed files come through here; `import_records` makes the same rows of whole portions of a workbook, by these lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.registry.domain import disability_certificates as certificates
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_KINDS
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.identity_numbers import birth_date_of, sex_of
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.names import initials_of, pinyin_of
from services.registry.storage import sealing
from services.registry.storage.sealing import Seals

_APART = frozenset({"group", *AMOUNTS})
_OTHER_KINDS = SEALED_KINDS | {"codes"}
STATED = tuple(n for n, field in HOUSEHOLD_FIELDS.items() if field.kind not in _OTHER_KINDS and n not in _APART)
SEVERAL = tuple(name for name, field in HOUSEHOLD_FIELDS.items() if field.kind == "codes")
MEMBER_STATED = tuple(
    name for name, field in MEMBER_FIELDS.items() if field.kind not in _OTHER_KINDS
)  # fmt: skip
_OF_FILE, _OF_MEMBER = attrgetter(*STATED), attrgetter(*MEMBER_STATED)
CONTENT = (
    *STATED, *SEVERAL, *AMOUNTS, "group_name", "income_items", "phone_sealed", "monitor_phone_sealed",
    "bank_account_sealed", "head_name", "member_count",
)  # fmt: skip
MEMBER_CONTENT = (
    *MEMBER_STATED, "identity_sealed", "disability_sealed", "disability_category", "disability_grade", "phone_sealed",
    "sex", "birth_date", "health", "active", "departure", "departed_on", "joined_on", "absence", "absent_from",
    "absence_counted",
)  # fmt: skip


def household_columns(file: HouseholdFile, household_id: UUID, seals: Seals) -> dict[str, Any]:
    """What the file states of the household, as columns; phones and an account freshly sealed."""
    head = next(person for person in file.members if person.relation == "head")
    columns: dict[str, Any] = dict(zip(STATED, _OF_FILE(file), strict=True))
    for name in SEVERAL:
        columns[name] = list(getattr(file, name))
    columns |= _income_columns(file.income)
    columns["group_name"] = file.group
    columns["phone_sealed"] = _sealed(file.phone, sealing.phone_of(household_id), seals)
    columns["monitor_phone_sealed"] = _sealed(file.monitor_phone, sealing.monitor_phone_of(household_id), seals)
    columns["bank_account_sealed"] = _sealed(file.bank_account, sealing.account_of(household_id), seals)
    columns["head_name"] = head.name
    columns["head_pinyin"] = pinyin_of(head.name)
    columns["member_count"] = len(file.members)
    return columns


def _income_columns(income: Income | None) -> dict[str, Any]:
    columns: dict[str, Any] = {name: None if income is None else getattr(income, name) for name in AMOUNTS}
    return columns | {"income_items": {} if income is None else income.items}


def _sealed(value: str | None, place: sealing.Place, seals: Seals) -> str | None:
    return None if value is None else seals.seal(value, place)


def member_columns(member: Member, member_id: UUID, position: int, seals: Seals) -> dict[str, Any]:
    """What the file states of a person, as columns; protected values freshly sealed. The village is added by the
    caller: a person stands in the village of the household."""
    columns: dict[str, Any] = dict(zip(MEMBER_STATED, _OF_MEMBER(member), strict=True))
    certificate = member.disability_certificate
    columns["position"] = position
    columns["name_pinyin"] = pinyin = pinyin_of(member.name)
    columns["name_initials"] = initials_of(pinyin)
    columns |= number_columns(member.identity_number, member_id, seals)
    columns["disability_sealed"] = _sealed(certificate, sealing.disability_of(member_id), seals)
    columns["disability_category"] = None if certificate is None else certificates.category_of(certificate)
    columns["disability_grade"] = None if certificate is None else certificates.grade_of(certificate)
    columns["phone_sealed"] = _sealed(member.phone, sealing.member_phone_of(member_id), seals)
    columns["health"] = list(member.health)
    columns["active"], columns["departure"], columns["departed_on"] = True, None, None
    return columns


def number_columns(identity_number: str, member_id: UUID, seals: Seals) -> dict[str, Any]:
    """What follows from a person's number, as columns of their row."""
    return {
        "identity_sealed": seals.seal(identity_number, sealing.identity_of(member_id)),
        "identity_index": seals.index(identity_number),
        "sex": sex_of(identity_number),
        "birth_date": birth_date_of(identity_number),
    }


def content_of(household: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of a version: what was stated, protected values sealed, people in their order. What is not stated
    is left out."""
    content = _stated(household, CONTENT)
    content["members"] = [
        {"id": str(member["id"]), **_stated(member, MEMBER_CONTENT)}
        for member in sorted(members, key=lambda row: (not row["active"], row["position"]))
    ]
    return content


def _stated(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    plain, known = _PLAIN, row.get
    return {
        name: value if value.__class__ in plain else _json(value)
        for name in names
        if (value := known(name)) is not None and value != [] and value != {}
    }


_PLAIN = frozenset({str, int, bool, list, dict})


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def changed_pointers(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """JSON pointers of what differs between two contents; people are told apart by id, never by value."""
    found = [f"/{name}" for name in CONTENT if old.get(name) != new.get(name)]
    before = {member["id"]: member for member in old["members"]}
    for index, member in enumerate(new["members"]):
        known = before.get(member["id"])
        if known is None:
            found.append(f"/members/{index}")
        else:
            names = (name for name in MEMBER_CONTENT if known.get(name) != member.get(name))
            found += [f"/members/{index}/{name}" for name in names]
    return [pointer.removesuffix("_sealed") for pointer in found]
