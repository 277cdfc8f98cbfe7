"""Household files as readers see them: labels beside codes, protected values masked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.registry.domain import masking
from services.registry.domain.code_lists import label_of
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_KINDS, Field
from services.registry.domain.identity_numbers import age_on
from services.registry.domain.income import AMOUNTS, Income, per_head
from services.registry.domain.natural_changes import counted
from services.registry.domain.place_codes import place_warning
from services.registry.storage import sealing
from services.registry.storage.sealing import Place, Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdVersion as Version
from shared.schemas import registry_households as wire
from shared.schemas.registry_lineage import Absence, Lineage
from shared.schemas.wire import CodeLabel

_LINE = frozenset({"village_code", "group", "attribute", "main_cause", *AMOUNTS})


class _Fields:
    """Fields of a file that are shown as they are stated, by how."""

    def __init__(self, fields: Iterable[Field]) -> None:
        shown = [field for field in fields if field.kind not in SEALED_KINDS]
        self.coded = [(field.name, field.codes) for field in shown if field.kind == "code"]
        self.several = [(field.name, field.codes) for field in shown if field.kind == "codes"]
        self.days = [field.name for field in shown if field.kind == "day"]
        self.plain = [field.name for field in shown if field.kind not in ("code", "codes", "day")]


_OF_HOUSEHOLD = _Fields(field for name, field in HOUSEHOLD_FIELDS.items() if name not in _LINE)
_OF_MEMBER = _Fields(field for name, field in MEMBER_FIELDS.items() if name not in ("health", "away_months"))


@lru_cache(maxsize=10_000)
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
        "group": stated.get("group_name", ""),
        "status": point.status,
        "version": point.version,
        "head_name": stated["head_name"],
        "member_count": stated["member_count"],
        "attribute": coded_or_none("household_attribute", stated.get("attribute")),
        "main_cause": coded_or_none("poverty_cause", stated.get("main_cause")),
        "registered_on": row.registered_on if point.status in ("registered", "exited", "removed", "closed") else None,
    }


def whole(row: Row, version: Version, seals: Seals, on: date) -> wire.Household:
    """A file with its people; ages are those of the day `on`."""
    content = version.content
    people = [member for member in content["members"] if member["active"]]
    numbers = [identity_number(member, seals) for member in people]
    income = income_of(content)
    return wire.Household(
        **_line(row, version),
        **_stated(_OF_HOUSEHOLD, content),
        income=None if income is None else _amounts(income),
        income_not_counted_fen=None if income is None else income.not_counted_fen(),
        net_income_per_head=net_income_per_head(content),
        phone_masked=_masked_phone(content, "phone_sealed", sealing.phone_of(row.id), seals),
        monitor_phone_masked=_masked_phone(content, "monitor_phone_sealed", sealing.monitor_phone_of(row.id), seals),
        bank_account_masked=_masked_account(content, row.id, seals),
        opened_on=row.opened_on,
        closed_on=row.closed_on if version.version == row.version else None,
        lineage=_lineage(row, version.version == row.version),
        members=[_member(member, number, seals, on) for member, number in zip(people, numbers, strict=True)],
        departed=[_departed(member) for member in content["members"] if not member["active"]],
        notices=_notices(people, numbers),
        known_on=on,
    )


def _notices(people: list[dict[str, Any]], numbers: list[str]) -> list[wire.Notice]:
    """What somebody should look at in a file that breaks no rule."""
    found = []
    for index, (member, number) in enumerate(zip(people, numbers, strict=True)):
        pointer = f"/members/{index}/identity_number"
        birth = date.fromisoformat(member["birth_date"])
        notice = place_warning(number, birth, pointer)
        if notice is not None:
            found.append(wire.Notice.model_validate(notice))
    return found


def _stated(shown: _Fields, content: dict[str, Any]) -> dict[str, Any]:
    """The stated values of fields as they are shown: codes with labels, days and measures as such."""
    stated: dict[str, Any] = {name: content.get(name) for name in shown.plain}
    for name, codes in shown.coded:
        stated[name] = None if (code := content.get(name)) is None else coded(codes, code)
    for name, codes in shown.several:
        stated[name] = [coded(codes, code) for code in content.get(name) or ()]
    for name in shown.days:
        stated[name] = None if (day := content.get(name)) is None else date.fromisoformat(day)
    return stated


def income_of(content: dict[str, Any]) -> Income | None:
    """The income a content states; None where it states none."""
    if "wage_fen" not in content:
        return None
    return Income(**{name: content[name] for name in AMOUNTS}, items=content.get("income_items", {}))


def _amounts(income: Income) -> wire.IncomeAmounts:
    return wire.IncomeAmounts(**{name: getattr(income, name) for name in AMOUNTS}, items=income.items)


def net_income_per_head(content: dict[str, Any]) -> wire.NetIncomePerHead | None:
    """None where no income is stated, or nobody is there to share it."""
    income, people = income_of(content), counted(content["members"])
    if income is None or not people:
        return None
    exact = per_head(income, people)
    return wire.NetIncomePerHead(
        numerator_fen=income.net_fen(), people=people, floor_fen=exact.numerator // exact.denominator
    )


def _masked_phone(content: dict[str, Any], column: str, place: Place, seals: Seals) -> str | None:
    phone = opened(content.get(column), place, seals)
    return None if phone is None else masking.telephone(phone)


def _masked_account(content: dict[str, Any], household_id: UUID, seals: Seals) -> str | None:
    account = opened(content.get("bank_account_sealed"), sealing.account_of(household_id), seals)
    return None if account is None else masking.account(account)


def opened(sealed: str | None, place: Place, seals: Seals) -> str | None:
    return None if sealed is None else seals.open(sealed, place)


def identity_number(member: dict[str, Any], seals: Seals) -> str:
    return seals.open(member["identity_sealed"], sealing.identity_of(UUID(member["id"])))


def _certificate(member: dict[str, Any], seals: Seals) -> str | None:
    return opened(member.get("disability_sealed"), sealing.disability_of(UUID(member["id"])), seals)


def _member(member: dict[str, Any], number: str, seals: Seals, on: date) -> wire.Member:
    # The birth date is not shown: with the masked number beside it, it would give the number away.
    certificate = _certificate(member, seals)
    return wire.Member(
        **_stated(_OF_MEMBER, member),
        id=member["id"],
        away_months=member.get("away_months", 0),
        identity_number_masked=masking.identity_number(number),
        disability_certificate_masked=None if certificate is None else masking.certificate(certificate),
        phone_masked=_masked_phone(member, "phone_sealed", sealing.member_phone_of(UUID(member["id"])), seals),
        absence=_absence(member),
        sex=coded("sex", member["sex"]),
        age=age_on(date.fromisoformat(member["birth_date"]), on),
    )


def _absence(member: dict[str, Any]) -> Absence | None:
    if "absence" not in member:
        return None
    kind, since = coded("natural_change", member["absence"]), date.fromisoformat(member["absent_from"])
    return Absence(kind=kind, since=since, counts_in_income=member["absence_counted"])


def _lineage(row: Row, now: bool) -> Lineage | None:
    """Where the file came from and, as it stands now, how it ended; None for one that neither split off nor closed."""
    merged_into, closing = (row.merged_into, row.closing) if now else (None, None)
    if row.split_from is None and closing is None:
        return None
    split_from, into = (None if one is None else str(one) for one in (row.split_from, merged_into))
    return Lineage(split_from=split_from, merged_into=into, closing=closing)


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
        phone=opened(content.get("phone_sealed"), sealing.phone_of(row.id), seals),
        monitor_phone=opened(content.get("monitor_phone_sealed"), sealing.monitor_phone_of(row.id), seals),
        bank_name=content.get("bank_name"),
        bank_account=opened(content.get("bank_account_sealed"), sealing.account_of(row.id), seals),
        members=[_member_clear(member, seals) for member in content["members"] if member["active"]],
    )


def _member_clear(member: dict[str, Any], seals: Seals) -> wire.MemberClear:
    return wire.MemberClear(
        id=member["id"],
        name=member["name"],
        identity_number=identity_number(member, seals),
        disability_certificate=_certificate(member, seals),
        phone=opened(member.get("phone_sealed"), sealing.member_phone_of(UUID(member["id"])), seals),
        health=[coded("health", code) for code in member["health"]],
    )
