"""Rules of natural change (自然变更): what kinds there are, on which day they may be, what they do to a household.

An event is refused for what it breaks itself. What was stale in a file before it (a pupil's school year, say) keeps
nobody from being recorded as born or dead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from services.registry.domain import household_files, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.identity_numbers import birth_date_of
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member

BIRTH, DEATH, RETURN = "birth", "death", "return"
MARRIAGE_IN, MARRIAGE_OUT, MOVE_IN, MOVE_OUT = "marriage_in", "marriage_out", "move_in", "move_out"
SPLIT, MERGE, VILLAGE_MOVE = "split", "merge", "village_move"
MILITARY = "military_service"

_KINDS = BY_CODE["natural_change"]
KINDS = tuple(_KINDS)
DEPARTURE = {code: kind.facts["departure"] for code, kind in _KINDS.items() if "departure" in kind.facts}
"""The reason a person's row bears after an event of this kind (code list `departure`)."""
NATURAL_DEPARTURES = frozenset(DEPARTURE.values())
RELATIONS = {
    code: frozenset(kind.facts["relations"].split()) for code, kind in _KINDS.items() if "relations" in kind.facts
}
"""The relations to the head somebody may join a household in by an event of this kind; any where none are listed."""
JOINING = (MARRIAGE_IN, MOVE_IN)
COUNTERPART = {MARRIAGE_IN: MARRIAGE_OUT, MOVE_IN: MOVE_OUT, MARRIAGE_OUT: MARRIAGE_IN, MOVE_OUT: MOVE_IN}
"""What one file calls leaving, the other calls joining."""

REQUESTED, DONE = "requested", "done"
ACCEPTED, REFUSED, WITHDRAWN = "accepted", "refused", "withdrawn"
NATURAL, MERGED = "natural", "merged"
"""How a file closes: nobody is left of the household, or it became part of another."""
SOON_AFTER_REGISTRATION = "split_soon_after_registration"

ABSENCE_COUNTS, SPLIT_FLAG_DAYS = "absence_counts_in_income", "split_flag_days"


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody of the household is away: why, since when, and whether the household's income is shared by them."""

    kind: str
    since: date
    counted: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a household after an event; `at` is the JSON pointer of where the request speaks of them, if it
    does.

    `came_from` is their row on the file before this one.
    """

    id: UUID
    member: Member
    at: str | None = None
    came_from: UUID | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of events is narrowed to; None leaves a filter out."""

    household_id: UUID | None = None
    area: str | None = None
    kind: str | None = None
    state: str | None = None
    first: date | None = None
    last: date | None = None
    flagged: bool | None = None


class Life(Protocol):
    """What bounds the days on which something can have happened to a person."""

    @property
    def birth_date(self) -> date: ...
    @property
    def joined_on(self) -> date | None: ...
    @property
    def absent_from(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class People:
    """The people of a household in their order, before or after an event."""

    persons: tuple[Person, ...] = field(default=())

    def ids(self) -> list[UUID]:
        return [person.id for person in self.persons]

    def head(self) -> UUID | None:
        return next((person.id for person in self.persons if person.member.relation == "head"), None)

    def members(self) -> tuple[Member, ...]:
        return tuple(person.member for person in self.persons)

    def without(self, *left: UUID) -> People:
        return People(tuple(person for person in self.persons if person.id not in left))

    def joined(self, *persons: Person) -> People:
        return People((*self.persons, *persons))

    def replaced(self, person: Person) -> People:
        """The people with this one as stated here."""
        return People(tuple(person if known.id == person.id else known for known in self.persons))

    def find(self, person_id: UUID, pointer: str) -> Person:
        """The person of this id; MemberUnknown if there is none."""
        found = next((person for person in self.persons if person.id == person_id), None)
        if found is None:
            raise refusals.MemberUnknown(pointer=pointer)
        return found


def restated(people: People, relations: Sequence[tuple[UUID, str]], at: str) -> People:
    """The people with these relations to the head; refuses one named twice or not among them."""
    named: dict[UUID, Person] = {}
    for index, (person_id, relation) in enumerate(relations):
        pointer = f"{at}/{index}"
        if person_id in named:
            raise refusals.MemberRepeated(pointer=f"{pointer}/member_id")
        known = people.find(person_id, f"{pointer}/member_id")
        named[person_id] = replace(known, member=replace(known.member, relation=relation), at=pointer)
    return People(tuple(named.get(person.id, person) for person in people.persons))


def require_succession(before: People, after: People, stated: Iterable[UUID], at: str) -> None:
    """When the head is another, somebody is named and every other person's relation to them is stated by this event.

    `stated` are those whose relation the event states. A household nobody is left of has no head.
    """
    if not after.persons:
        return
    if after.head() is None:
        raise refusals.SuccessorNeeded(pointer=at)
    if after.head() == before.head():
        return
    unstated = set(after.ids()) - set(stated)
    if unstated:
        raise refusals.RelationUnstated(pointer=at, people=len(unstated))


def require_day(on: date, today: date, *lives: Life) -> None:
    """Refuse a future day, and one before the birth, the joining or the absence of somebody it happened to."""
    if on > today:
        raise refusals.DayInFuture(pointer="/on")
    for life in lives:
        if on < life.birth_date:
            raise refusals.DayBeforeBirth()
        if life.joined_on is not None and on < life.joined_on:
            raise refusals.DayBeforeJoining()
        if life.absent_from is not None and on < life.absent_from:
            raise refusals.DayBeforeAbsence()


def linked(came_from: Mapping[UUID, UUID | None], one: UUID) -> set[UUID]:
    """Rows of one person: those `one` came from, and those that came from them, of rows with the row each came from."""
    found: set[UUID] = {one}
    while True:
        more = {row for row, before in came_from.items() if before in found}
        more |= {before for row, before in came_from.items() if row in found and before is not None}
        more &= came_from.keys()
        if more <= found:
            return found
        found |= more


def require_departed(left: Iterable[tuple[str | None, date | None]], on: date) -> None:
    """Refuse a day on which somebody was of another file still. `left`: how and when they left each; who was entered
    there in error never was of it."""
    if any(kind != "error" and day is not None and on < day for kind, day in left):
        raise refusals.DayBeforeDeparture()


def require_newcomer(kind: str, member: Member, on: date, at: str) -> None:
    """The relation is one of the kind's; a child is born on the day of its number, nobody joins before birth.

    The number is a sound one.
    """
    allowed = RELATIONS.get(kind)
    if allowed is not None and member.relation not in allowed:
        raise refusals.RelationNotOfKind(pointer=f"{at}/relation")
    born = birth_date_of(member.identity_number)
    if kind == BIRTH and on != born:
        raise refusals.BirthDayDiffers()
    if on < born:
        raise refusals.DayBeforeBirth()


@dataclass(frozen=True, slots=True)
class Stated:
    """A file before or after an event, with its people by id. `relations_at` and `facts_at` are the JSON pointers of
    where the request speaks of the relations to the head and of the household."""

    file: HouseholdFile
    people: People
    relations_at: str = "/relations"
    facts_at: str = ""


def faults_made(before: Stated, after: Stated, limits: Limits, on: date) -> list[Fault]:
    """The rules the file breaks after the event and did not break before, each at the place the request speaks of."""
    known = {
        (fault.kind, _place(fault.pointer, before.people))
        for fault in household_files.faults_of(before.file, limits, on)
    }
    return [
        replace(fault, pointer=_requested(fault.pointer, after))
        for fault in household_files.faults_of(after.file, limits, on)
        if (fault.kind, _place(fault.pointer, after.people)) not in known
    ]


_MEMBER = re.compile(r"/members/([0-9]+)(.*)")


def _place(pointer: str, people: People) -> str:
    """A pointer that names a person by id, so that it is the same before and after."""
    found = _MEMBER.fullmatch(pointer)
    return pointer if found is None else f"{people.persons[int(found[1])].id}{found[2]}"


def _requested(pointer: str, after: Stated) -> str:
    """Where the request speaks of what a fault is about; its relations where it does not speak of the person."""
    found = _MEMBER.fullmatch(pointer)
    if found is None:
        return after.relations_at if pointer == "/members" else f"{after.facts_at}{pointer}"
    at = after.people.persons[int(found[1])].at
    return after.relations_at if at is None else f"{at}{found[2]}"


def split_flags(registered_on: date | None, on: date, days: int) -> list[str]:
    """What an auditor should look at in a split: that it came within so many days of the registration."""
    if registered_on is not None and on <= registered_on + timedelta(days=days):
        return [SOON_AFTER_REGISTRATION]
    return []


def counted(people: Iterable[Mapping[str, object]]) -> int:
    """The people a household's income is shared by, out of the content of a version: those here, and those away whose
    absence counts."""
    return sum(1 for person in people if person["active"] and person.get("absence_counted", True))


def state_of(requested: bool, outcome: str | None) -> str:
    """The state of an event: done at once, or as its decision has it."""
    return outcome or (REQUESTED if requested else DONE)
