"""Household files as readers see them: labels beside codes, protected values masked."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain import masking
from services.registry.domain.code_lists import label_of
from services.registry.domain.identity_numbers import age_on
from services.registry.domain.income import Income, per_head
from services.registry.storage import sealing
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdVersion as Version
from shared.schemas import registry_households as wire
from shared.schemas.wire import CodeLabel


def coded(name: str, code: str) -> CodeLabel:
    return CodeLabel(code=code, label=label_of(name, code))


def coded_or_none(name: str, code: str | None) -> CodeLabel | None:
    return None if code is None else coded(name, code)


def line(row: Row, version: Version | None = None) -> wire.HouseholdLine:
    """A household in a list, as it stands or as a version had it."""
    return wire.HouseholdLine(**_line(row, version))


def _line(row: Row, version: Version | None) -> dict[str, Any]:
    stated = version.content if version is not None else vars(row)
    point = version if version is not None else row
    return {
        "id": str(row.id),
        "household_no": str(row.household_no),
        "village_code": point.village_code,
        "group": stated["group_name"],
        "status": point.status,
        "version": point.version,
        "head_name": stated["head_name"],
        "member_count": stated["member_count"],
        "attribute": coded("household_attribute", stated["attribute"]),
        "main_cause": coded("poverty_cause", stated["main_cause"]),
        "registered_on": row.registered_on if point.status in ("registered", "exited", "removed") else None,
    }


def whole(row: Row, version: Version, seals: Seals, on: date) -> wire.Household:
    """A file with its people; ages are those of the day `on`."""
    content = version.content
    people = [member for member in content["members"] if member["active"]]
    return wire.Household(
        **_line(row, version),
        **{name: content[name] for name in ("national_household_no", "safe_water", "electricity", "bank_name")},
        standard=coded("identification_standard", content["standard"]),
        other_causes=[coded("poverty_cause", code) for code in content["other_causes"]],
        housing_level=coded("housing_level", content["housing_level"]),
        income=_income(content),
        net_income_per_head=_per_head(content, len(people)),
        phone_masked=_masked_phone(content, row.id, seals),
        bank_account_masked=_masked_account(content, row.id, seals),
        opened_on=row.opened_on,
        closed_on=row.closed_on if version.version == row.version else None,
        members=[_member(member, seals, on) for member in people],
        departed=[_departed(member) for member in content["members"] if not member["active"]],
    )


def _income(content: dict[str, Any]) -> wire.IncomeItems:
    return wire.IncomeItems(**{name: content[name] for name in wire.IncomeItems.model_fields})


def _per_head(content: dict[str, Any], people: int) -> wire.NetIncomePerHead:
    income = Income(**_income(content).model_dump())
    exact = per_head(income, people)
    return wire.NetIncomePerHead(
        numerator_fen=income.net_fen(), people=people, floor_fen=exact.numerator // exact.denominator
    )


def _masked_phone(content: dict[str, Any], household_id: UUID, seals: Seals) -> str | None:
    phone = opened(content["phone_sealed"], sealing.phone_of(household_id), seals)
    return None if phone is None else masking.telephone(phone)


def _masked_account(content: dict[str, Any], household_id: UUID, seals: Seals) -> str | None:
    account = opened(content["bank_account_sealed"], sealing.account_of(household_id), seals)
    return None if account is None else masking.account(account)


def opened(sealed: str | None, place: sealing.Place, seals: Seals) -> str | None:
    return None if sealed is None else seals.open(sealed, place)


def identity_number(member: dict[str, Any], seals: Seals) -> str:
    return seals.open(member["identity_sealed"], sealing.identity_of(UUID(member["id"])))


def _member(member: dict[str, Any], seals: Seals, on: date) -> wire.Member:
    # The birth date is not shown: with the masked number beside it, it would give the number away.
    return wire.Member(
        **{name: member[name] for name in ("id", "name", "medical_insurance", "pension_insurance", "away_months")},
        identity_number_masked=masking.identity_number(identity_number(member, seals)),
        sex=coded("sex", member["sex"]),
        age=age_on(date.fromisoformat(member["birth_date"]), on),
        relation=coded("relation_to_head", member["relation"]),
        ethnicity=coded("ethnicity", member["ethnicity"]),
        education=coded_or_none("education", member["education"]),
        schooling=coded_or_none("student_status", member["schooling"]),
        labour=coded("labour", member["labour"]),
        politics=coded_or_none("politics", member["politics"]),
    )


def _departed(member: dict[str, Any]) -> wire.DepartedMember:
    return wire.DepartedMember(
        id=member["id"],
        name=member["name"],
        kind=coded("departure", member["departure"]),
        on=date.fromisoformat(member["departed_on"]),
    )


def clear(row: Row, version: Version, seals: Seals) -> wire.HouseholdClear:
    """The protected values of a file in clear."""
    content = version.content
    return wire.HouseholdClear(
        id=str(row.id),
        household_no=str(row.household_no),
        phone=opened(content["phone_sealed"], sealing.phone_of(row.id), seals),
        bank_name=content["bank_name"],
        bank_account=opened(content["bank_account_sealed"], sealing.account_of(row.id), seals),
        members=[
            wire.MemberClear(
                id=member["id"],
                name=member["name"],
                identity_number=identity_number(member, seals),
                health=[coded("health", code) for code in member["health"]],
            )
            for member in content["members"]
            if member["active"]
        ],
    )
