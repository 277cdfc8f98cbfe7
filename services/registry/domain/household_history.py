"""What was true of a household on a day, as known on a day: read out of the versions of its file.

A version states: from `true_from` on, until stated otherwise, the facts it changed are so. The value of a fact on day
D as known on day K is the one stated by the last recorded of the versions with `recorded_on` <= K and `true_from` <= D
that stated this fact. People are told apart by id. Fields that are one fact (an income, a number and its birth date)
are stated as one, where versions true later stand between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from services.registry.domain.income import AMOUNTS

STATUS, PRESENT, VILLAGE = "status", "present", "village_code"
MEMBERS = "members"
_TOGETHER = (
    (*AMOUNTS, "income_items"),
    ("identity_sealed", "birth_date", "sex"),
    ("disability_sealed", "disability_category", "disability_grade"),
    ("active", "departure", "departed_on"),
    ("absence", "absent_from", "absence_counted"),
)
_ONE = {name: names for names in _TOGETHER for name in names}
"""Fields that make no sense without each other: who states one of them states them all."""


class Fact(NamedTuple):
    """A fact of the household (`member` empty) or of one person; `name` is the field's name in a content."""

    member: str
    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a file: `content` is what storage/household_records.content_of made of it."""

    number: int
    recorded_on: date
    true_from: date
    status: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """That a fact has a value (None: nothing is stated of it any more) from a day on, until stated otherwise."""

    fact: Fact
    value: Any
    true_from: date
    recorded_on: date
    version: int


Standing = dict[Fact, Statement]


def facts_of(version: Version) -> dict[Fact, Any]:
    """Every fact a version holds, with its value."""
    facts: dict[Fact, Any] = {Fact("", STATUS): version.status}
    facts |= {Fact("", name): value for name, value in version.content.items() if name != MEMBERS}
    for member in version.content[MEMBERS]:
        facts[Fact(member["id"], PRESENT)] = True
        facts |= {Fact(member["id"], name): value for name, value in member.items() if name != "id"}
    return facts


def changes(before: dict[Fact, Any], after: dict[Fact, Any]) -> dict[Fact, Any]:
    """The facts that differ, with what they are afterwards; None for one no longer stated."""
    changed = {fact: value for fact, value in after.items() if before.get(fact) != value}
    return changed | {fact: None for fact in before if fact not in after}


def standing(versions: Sequence[Version], known_on: date, true_on: date) -> Standing:
    """The statement that stands for each fact on the day `true_on`, as known at the end of `known_on`."""
    stand: Standing = {}
    before: dict[Fact, Any] = {}
    for version in sorted(versions, key=lambda one: one.number):
        if version.recorded_on > known_on:
            continue
        after = facts_of(version)
        if version.true_from <= true_on:
            changed = changes(before, after)
            for fact, value in (changed | _beside(changed, after, stand)).items():
                stand[fact] = Statement(fact, value, version.true_from, version.recorded_on, version.number)
        before = after
    return stand


def _beside(changed: Collection[Fact], after: Mapping[Fact, Any], stand: Standing) -> dict[Fact, Any]:
    """The facts that are one with a changed one, where others stand so far than it was changed beside."""
    kin = {Fact(fact.member, name) for fact in changed for name in _ONE.get(fact.name, ())}
    known = {fact: stand[fact].value if fact in stand else None for fact in kin}
    return {fact: after.get(fact) for fact in kin if fact not in changed and known[fact] != after.get(fact)}


def whole(standing: Standing, order: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """Status and content of the file these statements make; None before the file's first day, though something may
    have been stated of an earlier one.

    `order` is the order of people by id; somebody not yet of the household on that day is left out.
    """
    status = standing.get(Fact("", STATUS))
    if status is None or Fact("", VILLAGE) not in standing:
        return None
    content = _values(standing, "")
    del content[STATUS]
    people = []
    for member in order:
        values = _values(standing, member)
        if values.pop(PRESENT, False):
            people.append({"id": member, **values})
    content[MEMBERS] = sorted(people, key=lambda person: not person["active"])
    return status.value, content | _derived(content)


def _values(standing: Standing, member: str) -> dict[str, Any]:
    return {fact.name: one.value for fact, one in standing.items() if fact.member == member and one.value is not None}


def _derived(content: dict[str, Any]) -> dict[str, Any]:
    """The head's name and the number of people of the day, where exactly one head stands."""
    here = [person for person in content[MEMBERS] if person["active"]]
    heads = [person for person in here if person["relation"] == "head"]
    named = {"head_name": heads[0]["name"]} if len(heads) == 1 else {}
    return named | {"member_count": len(here)}


def order_of(versions: Sequence[Version]) -> list[str]:
    """The ids of everybody the versions speak of: in the order of the last version, those it lost after them."""
    order: dict[str, None] = {}
    for version in sorted(versions, key=lambda one: -one.number):
        order |= {member["id"]: None for member in version.content[MEMBERS]}
    return list(order)
