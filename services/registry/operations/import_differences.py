"""How households of a sheet differ from files already there: field by field, protected values masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking
from services.registry.domain.code_lists import label_of
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_COLUMNS, Field
from services.registry.storage import import_matches, sealing
from services.registry.storage.sealing import Place, Seals
from shared.chassis.identity import Actor

Content = dict[str, Any]
_MASKED: dict[str, Callable[[str], str]] = {
    "phone": masking.telephone,
    "account": masking.account,
    "identity": masking.identity_number,
    "disability": masking.certificate,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dry run found of the household whose head stands in `row`."""

    row: int
    state: str
    household_id: UUID | None = None
    household_no: int | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)

    def columns(self, import_id: UUID) -> dict[str, Any]:
        return {
            "import_id": import_id, "row": self.row, "state": self.state, "household_id": self.household_id,
            "household_no": self.household_no, "changes": self.changes,
        }  # fmt: skip


async def of_staged(session: AsyncSession, actor: Actor, seals: Seals) -> list[Difference]:
    """Staged households that have a file in the actor's area: by national number, or by the head's identity."""
    found = []
    for match in await import_matches.of_staged(session, actor):
        changes = _changes(match.before, match.household_id, match.after, match.staged_id, seals)
        state = "differs" if changes else "unchanged"
        found.append(Difference(match.row, state, match.household_id, match.household_no, changes))
    return found


def _changes(before: Content, before_id: UUID, after: Content, after_id: UUID, seals: Seals) -> list[dict[str, Any]]:
    changes = _of(HOUSEHOLD_FIELDS, before, after, _Places("households", before_id, after_id), seals, "")
    people = {_number(member, seals): member for member in before["members"] if member["active"]}
    for member in after["members"]:
        known = people.pop(_number(member, seals), None)
        if known is None:
            changes.append({"person": member["name"], "field": "家庭成员", "before": None, "after": "新增"})
            continue
        places = _Places("household_members", UUID(known["id"]), UUID(member["id"]))
        changes += _of(MEMBER_FIELDS, known, member, places, seals, member["name"])
    gone = [
        {"person": person["name"], "field": "家庭成员", "before": "在册", "after": None} for person in people.values()
    ]
    return changes + gone


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the sealed values of two contents stand."""

    table: str
    before: UUID
    after: UUID


def _of(
    fields: dict[str, Field], before: Content, after: Content, places: _Places, seals: Seals, person: str
) -> list[dict[str, Any]]:
    """Stated fields whose value differs. What the sheet does not state it does not change."""
    changes = []
    for name, one in fields.items():
        key = "group_name" if name == "group" else SEALED_COLUMNS.get(name, name)
        if key not in after or (key == name and before.get(key) == after[key]):
            continue
        old, new = before.get(key), after[key]
        if one.kind in _MASKED:
            old = _opened(old, Place(places.table, places.before, _bound(name)), seals)
            new = _opened(new, Place(places.table, places.after, _bound(name)), seals)
        if old != new:
            shown = {"before": _shown(one, old), "after": _shown(one, new)}
            changes.append({"person": person, "field": one.label, **shown})
    return changes


def _bound(name: str) -> str:
    return "disability" if name == "disability_certificate" else name


def _opened(sealed: str | None, place: Place, seals: Seals) -> str | None:
    return None if sealed is None else seals.open(sealed, place)


def _number(member: Content, seals: Seals) -> str:
    return seals.open(member["identity_sealed"], sealing.identity_of(UUID(member["id"])))


def _shown(one: Field, value: Any) -> str | None:
    """A value as people read it; health, a protected value of no digits, only as changed."""
    if value is None:
        return None
    if one.kind in _MASKED:
        return _MASKED[one.kind](value)
    if one.protected:
        return "***"
    if one.kind == "code":
        return label_of(one.codes, value)
    if one.kind == "codes":
        return "、".join(label_of(one.codes, code) for code in value)
    if one.kind == "flag":
        return "是" if value else "否"
    return f"{value // 100}.{value % 100:02d}" if one.kind == "fen" else str(value)
