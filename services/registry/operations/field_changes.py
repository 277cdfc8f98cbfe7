"""What a version changed, field by field, as people read it: labels, codes in words, protected values masked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.registry.domain import content_fields, masking
from services.registry.domain import household_history as rules
from services.registry.domain.code_lists import label_of
from services.registry.domain.content_fields import PERSON, STATUS_KIND, STATUS_LABELS, path_of
from services.registry.domain.fields import SEALED_KINDS, Field
from services.registry.domain.household_history import PRESENT, Fact, Version
from services.registry.storage.sealed_places import Place, of_table
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdVersion
from shared.schemas import registry_history as wire

_MASKS: dict[str, Callable[[str], str]] = {
    "phone": masking.telephone,
    "account": masking.account,
    "identity": masking.identity_number,
    "disability": masking.certificate,
}


def version_of(row: HouseholdVersion) -> Version:
    """A version as the rules of the past take it."""
    return Version(row.version, row.recorded_on, row.true_from, row.status, row.content)


def between(before: Version, after: Version, household_id: UUID, seals: Seals) -> list[wire.FieldChange]:
    """The fields that differ between two versions of a file, those of the household first."""
    old, new = rules.facts_of(before), rules.facts_of(after)
    changed = rules.changes(old, new)
    names = _names(before) | _names(after)
    places = {member["id"]: index for index, member in enumerate(after.content[rules.MEMBERS])}
    moved = {fact.member for fact in changed if fact.name == PRESENT}
    found = []
    for fact in sorted(changed, key=lambda one: _order(one, places)):
        if fact.name == PRESENT:
            found.append(_person(fact, places, names, came=changed[fact] is not None))
            continue
        field = content_fields.field_of(bool(fact.member), fact.name)
        if field is None or fact.member in moved:
            continue
        pointer = f"/members/{places[fact.member]}/" if fact.member else "/"
        place = _place(fact, household_id)
        found.append(
            wire.FieldChange(
                pointer=pointer + path_of(field),
                name=field.name,
                label=field.label,
                member_id=fact.member or None,
                member_name=names.get(fact.member),
                protected=field.protected,
                before=_shown(field, old.get(fact), place, seals),
                after=_shown(field, new.get(fact), place, seals),
            )
        )
    return found


def _order(fact: Fact, places: dict[str, int]) -> tuple[int, int]:
    """The household before its people, everything as the form has it."""
    place = places.get(fact.member, len(places)) if fact.member else -1
    return place, content_fields.rank_of(bool(fact.member), fact.name)


def _names(version: Version) -> dict[str, str]:
    return {member["id"]: member["name"] for member in version.content[rules.MEMBERS]}


def _person(fact: Fact, places: dict[str, int], names: dict[str, str], came: bool) -> wire.FieldChange:
    """Somebody who came to the file, or whom it no longer knows, by name."""
    shown = wire.FactShown(value=names[fact.member])
    return wire.FieldChange(
        pointer=f"/members/{places[fact.member]}" if came else "/members",
        name=PERSON.name,
        label=PERSON.label,
        member_id=fact.member,
        member_name=names[fact.member],
        protected=False,
        before=None if came else shown,
        after=shown if came else None,
    )


def _place(fact: Fact, household_id: UUID) -> Place | None:
    """Where the value is sealed, if it is."""
    table, row = ("household_members", UUID(fact.member)) if fact.member else ("households", household_id)
    return next((column.place(row) for column in of_table(table) if column.column == fact.name), None)


def _shown(field: Field, value: Any, place: Place | None, seals: Seals) -> wire.FactShown | None:
    if value is None or (field.protected and place is None):
        return None
    if place is not None and field.kind in SEALED_KINDS:
        return wire.FactShown(value=_MASKS[field.kind](seals.open(value, place)))
    return wire.FactShown(value=value, label=_label(field, value))


def _label(field: Field, value: Any) -> str | None:
    if field.kind == "code":
        return label_of(field.codes, value)
    if field.kind == "codes":
        return "、".join(label_of(field.codes, code) for code in value)
    if field.kind == "flag":
        return "是" if value else "否"
    return STATUS_LABELS[value] if field.kind == STATUS_KIND else None
