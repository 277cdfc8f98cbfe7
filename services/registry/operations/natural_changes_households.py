"""Households that split (分户) and merge (并户). Both keep their lineage: which file came from which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import natural_changes as rules
from services.registry.domain import refusals
from services.registry.domain.household_files import REGISTERED, HouseholdFile
from services.registry.domain.natural_changes import Away, People, Person, Stated
from services.registry.operations import natural_changes_files as files
from services.registry.operations import natural_changes_views as views
from services.registry.operations.household_rows import with_kept_values
from services.registry.operations.households import file_of, new_record, refuse_first
from services.registry.operations.natural_changes_files import Event, Step, Touched, event_of
from services.registry.operations.villages import require_natural_village
from services.registry.storage import household_records as records
from services.registry.storage import households as household_storage
from services.registry.storage import natural_changes as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import MemberAbsence
from shared.chassis.identity import Actor
from shared.schemas import registry_changes as wire


async def split(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Split
) -> wire.NaturalChange:
    """Some of a household become one of their own: same village, same standing, both files stated anew."""
    event = event_of(rules.SPLIT, request)
    (touched,) = await files.lock(session, actor, seals, event, (request.household_id, version))
    for name in ("household", "remaining"):
        if getattr(request, name).village_code != touched.row.village_code:
            raise refusals.VillageDiffers(pointer=f"/{name}/village_code")
    leaving = _leaving(touched, request.members)
    rules.require_day(event.on, event.today, *(touched.rows[person.id] for person in leaving.persons))
    file = file_of(request.household, leaving.members())
    await _require_new_file_sound(session, touched, file, leaving, event)
    away = {person.id: files.away_of(touched.rows[person.id]) for person in leaving.persons}
    stay = files.restated(touched.people.without(*leaving.ids()), request.relations)
    remaining = file_of(with_kept_values(request.remaining, touched.row, seals), ())
    departure = rules.DEPARTURE[event.kind]
    step = Step(touched, stay, event.kind, departure, request.relations, file=remaining, facts_at="/remaining")
    written = await files.carry_out(session, actor, seals, event, [step])
    record = _new_file(file, touched, leaving, away, actor, seals, event)
    await household_storage.insert_many(session, [record])
    written[str(record.household["id"])] = 1
    return await _record_split(session, actor, event, request, step, record, written)


def _leaving(touched: Touched, sent: Sequence[wire.MemberRelation]) -> People:
    """Those who form the new household, with their relations to its head; somebody must stay."""
    ids = [UUID(one.member_id) for one in sent]
    for index, person_id in enumerate(ids):
        touched.people.find(person_id, f"/members/{index}/member_id")
    if set(ids) == set(touched.people.ids()):
        raise refusals.NobodyStays()
    return files.restated(People(tuple(one for one in touched.people.persons if one.id in ids)), sent, "/members")


async def _require_new_file_sound(
    session: AsyncSession, touched: Touched, file: HouseholdFile, people: People, event: Event
) -> None:
    limits = await parameters.limits(session, touched.row.village_code, event.today)
    made = Stated(file, people, "/members", "/household")
    refuse_first(rules.faults_made(touched.stated(), made, limits, event.today))
    if file.natural_village != touched.file.natural_village:
        await require_natural_village(session, file.natural_village, "/household/natural_village")


def _new_file(
    file: HouseholdFile,
    touched: Touched,
    people: People,
    away: dict[UUID, Away | None],
    actor: Actor,
    seals: Seals,
    event: Event,
) -> household_storage.Record:
    """The rows of the new file, of the old one's standing, its people with the rows they come from."""
    record, old = new_record(file, actor, seals, event.kind, event.today), touched.row
    record.household.update(status=old.status, registered_on=old.registered_on, split_from=old.id)
    for columns, person in zip(record.members, people.persons, strict=True):
        here = away[person.id]
        columns.update(
            joined_on=event.on,
            came_from_member_id=person.id,
            absence=None if here is None else here.kind,
            absent_from=None if here is None else here.since,
            absence_counted=None if here is None else here.counted,
        )
    content = records.content_of(record.household, record.members)
    record.version.update(status=old.status, true_from=event.on, content=content)
    record.event.update(reason=event.reason, facts=event.why(event.kind).facts)
    return record


async def _record_split(
    session: AsyncSession,
    actor: Actor,
    event: Event,
    request: wire.Split,
    step: Step,
    record: household_storage.Record,
    written: dict[str, int],
) -> wire.NaturalChange:
    row, members = step.touched.row, record.members
    days = int((await parameters.value(session, rules.SPLIT_FLAG_DAYS, row.village_code, event.today)).value)
    new = (await storage.household_and_people(session, record.household["id"]))[0]
    change = await files.record(
        session,
        actor,
        event,
        request,
        row,
        written,
        [*step.left(), *(one["id"] for one in members)],
        other=new,
        flags=rules.split_flags(row.registered_on, event.on, days),
    )
    await files.note_absences(session, event, [step])
    session.add_all(MemberAbsence(**_absence(event, one)) for one in members if one["absence"] is not None)
    await session.flush()
    return views.whole(change, None)


def _absence(event: Event, member: dict[str, Any]) -> dict[str, Any]:
    place = {"change_id": event.id, "member_id": member["id"], "household_id": member["household_id"]}
    return place | {"kind": member["absence"], "from_on": member["absent_from"]}


async def merge(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Merge
) -> wire.NaturalChange:
    """The people of another household of the village become of this one; the other file closes and says into which."""
    event, first = event_of(rules.MERGE, request), (request.household_id, version)
    staying, ending = await files.lock(session, actor, seals, event, first, request.other)
    _require_mergeable(staying, ending, request)
    rules.require_day(event.on, event.today, *(ending.rows[person.id] for person in ending.people.persons))
    together = People((*staying.people.persons, *ending.people.persons))
    stated = files.restated(together, request.relations)
    unstated = set(ending.people.ids()) - {UUID(one.member_id) for one in request.relations}
    if unstated:
        raise refusals.RelationUnstated(people=len(unstated))
    new_ids = {person.id: new_id() for person in ending.people.persons}
    after = People(tuple(_come(person, new_ids) for person in stated.persons))
    away = {new_ids[one.id]: here for one in ending.people.persons if (here := files.away_of(ending.rows[one.id]))}
    file = file_of(with_kept_values(request.household, staying.row, seals), ())
    steps = [
        Step(ending, People(), event.kind, rules.DEPARTURE[event.kind], merged_into=staying.row.id),
        Step(
            staying,
            after,
            event.kind,
            relations=request.relations,
            file=file,
            facts_at="/household",
            away=away,
        ),
    ]
    written = await files.carry_out(session, actor, seals, event, steps)
    members = [*new_ids, *new_ids.values()]
    change = await files.record(session, actor, event, request, staying.row, written, members, other=ending.row)
    await files.note_absences(session, event, steps)
    return views.whole(change, None)


def _require_mergeable(staying: Touched, ending: Touched, request: wire.Merge) -> None:
    village = staying.row.village_code
    if ending.row.village_code != village:
        raise refusals.VillageDiffers(pointer="/other/household_id")
    if request.household.village_code != village:
        raise refusals.VillageDiffers(pointer="/household/village_code")
    if (staying.row.status == REGISTERED) != (ending.row.status == REGISTERED):
        raise refusals.MergeStanding(pointer="/other/household_id")


def _come(person: Person, new_ids: dict[UUID, UUID]) -> Person:
    """Whoever comes from the file that ends gets a row on this one."""
    if person.id not in new_ids:
        return person
    return replace(person, id=new_ids[person.id], came_from=person.id)
