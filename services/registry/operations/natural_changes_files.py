"""The files an event touches: locked and read together, checked as they come to stand, written as new versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import natural_changes as rules
from services.registry.domain import refusals
from services.registry.domain.household_files import CLOSED, DRAFT, EDITABLE, REGISTERED, HouseholdFile
from services.registry.domain.natural_changes import Away, People, Person, Stated
from services.registry.operations import household_rows as rows_of_file
from services.registry.operations import household_versions as versions
from services.registry.operations.household_versions import Why
from services.registry.operations.households import refuse_first
from services.registry.operations.villages import require_natural_village
from services.registry.storage import household_records as records
from services.registry.storage import household_versions as version_storage
from services.registry.storage import households as household_storage
from services.registry.storage import natural_changes as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household, HouseholdMember, MemberAbsence, NaturalChange
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound, PreconditionFailed
from shared.schemas import registry_changes as wire


@dataclass(frozen=True, slots=True)
class Touched:
    """A locked file before the event: its row, the rows of all who are or were of it, and what it states."""

    row: Household
    rows: dict[UUID, HouseholdMember]
    content: dict[str, Any]
    file: HouseholdFile
    people: People

    def stated(self) -> Stated:
        return Stated(self.file, self.people)


@dataclass(frozen=True, slots=True)
class Event:
    """An event being recorded; `on` is the day it happened, `today` the office's."""

    id: UUID
    kind: str
    on: date
    today: date
    reason: str

    def why(self, kind: str) -> Why:
        return Why(kind, self.reason, self.on, {"natural_change_id": str(self.id)})


@dataclass(frozen=True, slots=True)
class Step:
    """What the event does to one file: who is of the household afterwards, and as what its history knows the event.

    `departure` is what the rows of those who left say; `relations` are the relations to the head the request states,
    at `relations_at`; `file` what the household states anew, at `facts_at`; `away` who is away from now on, or (None)
    no longer.
    """

    touched: Touched
    after: People
    kind: str
    departure: str = ""
    relations: Sequence[wire.MemberRelation] = ()
    relations_at: str = "/relations"
    file: HouseholdFile | None = None
    facts_at: str = ""
    merged_into: UUID | None = None
    away: Mapping[UUID, Away | None] = field(default_factory=dict)

    def left(self) -> list[UUID]:
        """Who is no longer of the household."""
        return sorted(set(self.touched.people.ids()) - set(self.after.ids()))


async def lock(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    event: Event,
    first: tuple[str, int],
    other: wire.OtherFile | None = None,
    at: str = "/other",
    reopened: Sequence[str] = (),
) -> list[Touched]:
    """The file of the event, and the other one it names at `at`, locked, each in the version it was read.

    Refuses what is outside the scope (as absent), changed since, under decision or closed (but for `reopened`), and an
    event of before there was the file.
    """
    wanted = [(UUID(first[0]), first[1], "")]
    if other is not None:
        wanted.append((UUID(other.household_id), other.version, at))
        if wanted[0][0] == wanted[1][0]:
            raise refusals.SameFile(pointer=f"{at}/household_id")
    found = await storage.lock_files(session, actor, [one[0] for one in wanted])
    for household_id, _, pointer in wanted:
        if household_id not in found:
            raise NotFound(pointer=f"{pointer}/household_id")
    for household_id, version, pointer in wanted:
        require_editable(found[household_id], version, pointer, reopened)
    for household_id, _, _ in wanted:
        await versions.require_since(session, found[household_id], event.on, "/on")
    return [await read(session, found[one[0]], seals) for one in wanted]


def require_editable(row: Household, version: int | None, pointer: str = "", reopened: Sequence[str] = ()) -> None:
    """Refuse a file changed since, under decision or closed, unless its status is among `reopened`."""
    if version is not None and row.version != version:
        raise PreconditionFailed(pointer=f"{pointer}/version" if pointer else None)
    if row.status not in (*EDITABLE, *reopened):
        raise refusals.HouseholdNotEditable(pointer=f"{pointer}/household_id", status=row.status)


async def read(session: AsyncSession, row: Household, seals: Seals) -> Touched:
    """What a locked file states, as its rows have it."""
    rows = {member.id: member for member in await household_storage.members(session, row.id)}
    here = [member for member in rows.values() if member.active]
    people = People(tuple(Person(member.id, rows_of_file.person_stated(member, seals)) for member in here))
    file = rows_of_file.file_stated(row, people.members(), seals)
    content = (await version_storage.version(session, row.id, row.version)).content
    return Touched(row, rows, content, file, people)


def restated(people: People, relations: Sequence[wire.MemberRelation], at: str = "/relations") -> People:
    """The people with the relations a request states."""
    return rules.restated(people, [(UUID(one.member_id), one.relation) for one in relations], at)


async def carry_out(
    session: AsyncSession, actor: Actor, seals: Seals, event: Event, steps: Sequence[Step]
) -> dict[str, int]:
    """Write what the event does to each file, in this order. Gives the version of each file by its id."""
    written = {}
    for step in steps:
        await require_sound(session, step, event.today)
        await _write_people(session, step, event, seals)
        await _write_household(session, step, event, seals)
        row = step.touched.row
        made = await versions.write(session, actor, row, step.touched.content, event.why(step.kind))
        written[str(row.id)] = made.version
    return written


async def require_sound(session: AsyncSession, step: Step, today: date) -> None:
    """The head is followed where they leave, and the file breaks no rule it did not break before."""
    touched, after = step.touched, step.after
    known = set(touched.people.ids())
    stated = {UUID(one.member_id) for one in step.relations} | (set(after.ids()) - known)
    rules.require_succession(touched.people, after, stated, step.relations_at)
    if after.persons:
        limits = await parameters.limits(session, touched.row.village_code, today)
        file = replace(step.file or touched.file, members=after.members())
        made = Stated(file, after, step.relations_at, step.facts_at)
        refuse_first(rules.faults_made(touched.stated(), made, limits, today))
        if file.natural_village != touched.file.natural_village:
            await require_natural_village(session, file.natural_village, f"{step.facts_at}/natural_village")


async def _write_people(session: AsyncSession, step: Step, event: Event, seals: Seals) -> None:
    touched = step.touched
    for person_id in step.left():
        leaving = touched.rows[person_id]
        leaving.active, leaving.departure, leaving.departed_on = False, step.departure, event.on
        _set_away(leaving, None)
    # Those who leave are written first: who follows a head, or takes up a number freed, must not meet them.
    await session.flush()
    position = max((row.position for row in touched.rows.values()), default=-1)
    for person in sorted(step.after.persons, key=lambda one: one.member.relation == "head"):
        if person.member.relation == "head":
            await session.flush()  # whoever was head before is one no longer
        known = touched.rows.get(person.id)
        if known is None or not known.active:
            position += 1
        if known is None:
            known = _new_row(person, touched.row, position, event.on, seals)
            session.add(known)
        else:
            place = known.position if known.active else position
            known.joined_on = known.joined_on if known.active else event.on
            rows_of_file.write_member(known, person.member, place, touched.row.village_code, seals)
        if person.id in step.away:
            _set_away(known, step.away[person.id])
    await session.flush()


def _new_row(person: Person, household: Household, position: int, on: date, seals: Seals) -> HouseholdMember:
    columns = records.member_columns(person.member, person.id, position, seals)
    return HouseholdMember(
        id=person.id,
        household_id=household.id,
        village_code=household.village_code,
        joined_on=on,
        came_from_member_id=person.came_from,
        **columns,
    )


def _set_away(row: HouseholdMember, away: Away | None) -> None:
    """Away, or (None) no longer."""
    row.absence, row.absent_from, row.absence_counted = (
        (None, None, None) if away is None else (away.kind, away.since, away.counted)
    )


def away_of(row: HouseholdMember) -> Away | None:
    """Whether somebody is away, as their row has it."""
    if row.absence is None or row.absent_from is None:
        return None
    return Away(row.absence, row.absent_from, row.absence_counted is not False)


async def _write_household(session: AsyncSession, step: Step, event: Event, seals: Seals) -> None:
    """What the household states; closed where nobody is left, open again where somebody is."""
    row = step.touched.row
    if not step.after.persons:
        row.status, row.member_count, row.closed_on = CLOSED, 0, event.on
        row.closing = rules.NATURAL if step.merged_into is None else rules.MERGED
        row.merged_into = step.merged_into
    else:
        if row.status == CLOSED:
            row.status = DRAFT if row.registered_on is None else REGISTERED
            row.closed_on, row.closing = None, None
        file = replace(step.file or step.touched.file, members=step.after.members())
        rows_of_file.write_household(row, file, seals)
    await session.flush()


def event_of(kind: str, sent: wire.ChangeSent) -> Event:
    """A new event of a request."""
    return Event(new_id(), kind, sent.on, clock.office_today(), sent.reason)


async def record(
    session: AsyncSession,
    actor: Actor,
    event: Event,
    sent: wire.ChangeSent,
    first: Household,
    written: Mapping[str, int],
    members: Sequence[UUID],
    *,
    village_code: str | None = None,
    other: Household | None = None,
    other_village: str | None = None,
    flags: Sequence[str] = (),
    payload: Mapping[str, Any] | None = None,
    requested: bool = False,
) -> NaturalChange:
    """Append the event itself: who recorded what of whom, by which paper. Ids and codes only."""
    row = NaturalChange(
        id=event.id,
        kind=event.kind,
        requested=requested,
        household_id=first.id,
        other_household_id=None if other is None else other.id,
        village_code=village_code or first.village_code,
        other_village_code=other_village or (None if other is None else other.village_code),
        member_ids=list(members),
        on=event.on,
        flags=list(flags),
        payload=dict(payload or {}),
        versions=dict(written),
        reason=event.reason,
        paper_sha256=sent.paper.sha256,
        paper_title=sent.paper.title,
        recorded_on=event.today,
        recorded_at=clock.now(),
        recorded_by=actor.account,
        recorded_person=actor.person,
        recorded_office=actor.office,
    )
    session.add(row)
    await session.flush()
    audit.record(session, actor, f"natural_change.{event.kind}", str(event.id), on=event.on.isoformat())
    return row


async def note_absences(session: AsyncSession, event: Event, steps: Sequence[Step]) -> None:
    """Who is away since when, and who no longer; after the event itself is recorded."""
    ended = [
        person for step in steps for person in (*step.left(), *(k for k, away in step.away.items() if away is None))
    ]
    if ended:
        await storage.end_absences(session, ended, event.on, event.id)
    for step in steps:
        for person, away in step.away.items():
            if away is not None:
                place = {"change_id": event.id, "member_id": person, "household_id": step.touched.row.id}
                session.add(MemberAbsence(**place, kind=away.kind, from_on=away.since))
    await session.flush()
