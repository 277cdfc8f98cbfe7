"""Changing a household file: a new version beside the old ones, with what changed, who changed it and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import household_files as rules
from services.registry.domain import refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.household_files import CLOSED, EDITABLE, REGISTERED, HouseholdFile
from services.registry.domain.members import Member
from services.registry.domain.natural_changes import DEATH, DEPARTURE, NATURAL, NATURAL_DEPARTURES, linked
from services.registry.domain.refusals.natural_changes import OtherPerson
from services.registry.operations import death_events
from services.registry.operations import household_versions as versions
from services.registry.operations import household_views as views
from services.registry.operations.household_rows import protected_of, with_kept_values, write_household, write_member
from services.registry.operations.household_versions import Why
from services.registry.operations.households import (
    file_of,
    member_of,
    refuse_first,
    refuse_taken,
    require_village,
)
from services.registry.operations.villages import require_natural_village
from services.registry.storage import household_records as records
from services.registry.storage import household_versions, natural_changes, parameters
from services.registry.storage import households as storage
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household, HouseholdMember, HouseholdVersion
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound, PreconditionFailed
from shared.schemas import registry_households as wire


@dataclass(frozen=True, slots=True)
class Applied:
    """A change carried out: the household's row, the content before, and the version that stands now."""

    row: Household
    before: dict[str, Any]
    version: HouseholdVersion


async def change(
    session: AsyncSession, actor: Actor, seals: Seals, household_id: UUID, expected: int, request: wire.HouseholdChange
) -> wire.Household:
    """Make the file what the request states, from version `expected`. An unchanged file keeps its version."""
    true_from = request.true_from or clock.office_today()
    why = Why("changed", request.reason or "", true_from)
    applied = await apply(session, actor, seals, household_id, expected, request, why)
    if applied.version.version == expected:
        audit.record(session, actor, "household.kept", str(household_id))  # the answer shows the file all the same
    return views.whole(applied.row, applied.version, seals, clock.office_today())


async def apply(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    household_id: UUID,
    expected: int,
    request: wire.HouseholdChange,
    why: Why,
) -> Applied:
    """Carry out a change, whoever decided on it, under every rule of the file."""
    today = clock.office_today()
    row = await storage.lock(session, actor, household_id)
    if row is None:
        raise NotFound()
    _refuse_change(row, expected, request)
    if not why.consented:
        _refuse_natural_change(row, request)
    if why.true_from > today:
        raise refusals.DayInFuture(pointer="/true_from")
    await versions.require_since(session, row, why.true_from, "/true_from")
    if request.village_code != row.village_code:  # a closed village keeps its files until they are moved
        await require_village(session, actor, request.village_code)
    present = {member.id: member for member in await storage.members(session, row.id) if member.active}
    request = with_kept_values(request, row, seals)
    file = file_of(request, _members_stated(request, present, seals))
    if row.status == REGISTERED and not why.consented:
        _refuse_other_people(present, request, file, seals)
    limits = await parameters.limits(session, file.village_code, today)
    everybody_left = why.consented and not request.members and _happened(request)
    if not everybody_left:
        refuse_first(rules.faults_of(file, limits, today))
    if file.natural_village != row.natural_village:  # a closed one that nothing followed keeps its files
        await require_natural_village(session, file.natural_village)
    await refuse_taken(session, seals, file, frozenset(present), actor)
    departures = _departures(row, request, present, today)
    before = (await household_versions.version(session, row.id, row.version)).content
    await _write_members(session, row, request, file, present, departures, seals)
    if everybody_left:
        row.status, row.closing, row.member_count = CLOSED, NATURAL, 0
        row.closed_on = max(day for _, day in departures.values())
    else:
        write_household(row, file, seals)
    applied = Applied(row, before, await versions.write(session, actor, row, before, why))
    await _tell_deaths(session, present, departures)
    return applied


def _happened(request: wire.HouseholdChange) -> bool:
    """Whether all who leave died, married away or moved, and were not entered in error."""
    return all(departure.kind in NATURAL_DEPARTURES for departure in request.departures)


def _refuse_change(row: Household, expected: int, request: wire.HouseholdChange) -> None:
    if row.version != expected:
        raise PreconditionFailed()
    if row.status not in EDITABLE:
        raise refusals.HouseholdNotEditable(status=row.status)
    if row.status == REGISTERED and request.reason is None:
        raise refusals.ReasonRequired()


def _refuse_natural_change(row: Household, request: wire.HouseholdChange) -> None:
    """What happened to a registered household is an event of its own, by its paper. Only what fell into a closed year
    is still corrected into the file, with consent."""
    if row.status != REGISTERED:
        return
    for index, departure in enumerate(request.departures):
        if departure.kind in NATURAL_DEPARTURES:
            raise refusals.NaturalChangeNeeded(pointer=f"/departures/{index}/kind")
    if request.village_code != row.village_code:
        raise refusals.NaturalChangeNeeded(pointer="/village_code")
    for index, sent in enumerate(request.members):
        if sent.id is None:
            raise refusals.NaturalChangeNeeded(pointer=f"/members/{index}")


def _refuse_other_people(
    present: dict[UUID, HouseholdMember], request: wire.HouseholdChange, file: HouseholdFile, seals: Seals
) -> None:
    """A person whose name and number are both stated anew is somebody else."""
    for index, (sent, member) in enumerate(zip(request.members, file.members, strict=True)):
        known = None if sent.id is None else present[UUID(sent.id)]
        if known is None or member.name == known.name:
            continue
        if member.identity_number != protected_of(known, seals)["identity_number"]:
            raise OtherPerson(pointer=f"/members/{index}")


def _members_stated(
    request: wire.HouseholdChange, present: dict[UUID, HouseholdMember], seals: Seals
) -> tuple[Member, ...]:
    stated = []
    for index, sent in enumerate(request.members):
        known = None if sent.id is None else present.get(UUID(sent.id))
        if sent.id is not None and known is None:
            raise refusals.MemberUnknown(pointer=f"/members/{index}/id")
        if sent.id is not None and sent.id in [other.id for other in request.members[:index]]:
            raise refusals.PersonTwiceInFile(pointer=f"/members/{index}/id")
        stated.append(member_of(sent, index, {} if known is None else protected_of(known, seals)))
    return tuple(stated)


def _departures(
    row: Household, request: wire.HouseholdChange, present: dict[UUID, HouseholdMember], today: date
) -> dict[UUID, tuple[str, date]]:
    """Kind and day for everybody who is no longer listed. On a file not yet registered it may be left out:
    the person was then entered in error."""
    staying = {UUID(sent.id) for sent in request.members if sent.id is not None}
    given: dict[UUID, tuple[str, date]] = {}
    for index, departure in enumerate(request.departures):
        member_id = UUID(departure.member_id)
        if member_id not in present:
            raise refusals.MemberUnknown(pointer=f"/departures/{index}/member_id")
        if member_id in staying:
            raise refusals.MemberStaysAndLeaves(pointer=f"/departures/{index}/member_id")
        if departure.kind not in BY_CODE["departure"]:
            raise refusals.CodeUnknown(pointer=f"/departures/{index}/kind", list="departure")
        if departure.on > today:
            raise refusals.DayInFuture(pointer=f"/departures/{index}/on")
        if departure.on < present[member_id].birth_date:
            raise refusals.DayBeforeBirth(pointer=f"/departures/{index}/on")
        away_from = present[member_id].absent_from
        if departure.kind != "error" and away_from is not None and departure.on < away_from:
            raise refusals.DayBeforeAbsence(pointer=f"/departures/{index}/on")
        given[member_id] = (departure.kind, departure.on)
    unsaid = set(present) - staying - set(given)
    if unsaid and row.status == REGISTERED:
        raise refusals.MemberUnaccounted(people=len(unsaid))
    return given | dict.fromkeys(unsaid, ("error", today))


async def _tell_deaths(
    session: AsyncSession, present: dict[UUID, HouseholdMember], departures: dict[UUID, tuple[str, date]]
) -> None:
    for member_id, (kind, day) in departures.items():
        if kind == DEPARTURE[DEATH]:
            await death_events.tell(session, present[member_id].identity_index, day)


async def _write_members(
    session: AsyncSession,
    row: Household,
    request: wire.HouseholdChange,
    file: HouseholdFile,
    present: dict[UUID, HouseholdMember],
    departures: dict[UUID, tuple[str, date]],
    seals: Seals,
) -> None:
    if file.village_code != row.village_code:
        await storage.move_departed(session, row.id, file.village_code)
    for member_id, (kind, day) in departures.items():
        leaving = present[member_id]
        leaving.active, leaving.departure, leaving.departed_on = False, kind, day
        leaving.village_code = file.village_code
        if leaving.absence is not None:
            leaving.absence = leaving.absent_from = leaving.absence_counted = None
            await natural_changes.end_absence_unasked(session, member_id, day)
    # Those who leave are written first: who follows a head, or takes up a number freed, must not meet them.
    await session.flush()
    places = range(len(file.members))
    for position in sorted(places, key=lambda place: file.members[place].relation == "head"):
        sent, member = request.members[position], file.members[position]
        if member.relation == "head":
            await session.flush()  # whoever was head before is one no longer
        known = None if sent.id is None else present[UUID(sent.id)]
        if known is None:
            member_id = new_id()
            columns = records.member_columns(member, member_id, position, seals) | {"village_code": file.village_code}
            session.add(HouseholdMember(id=member_id, household_id=row.id, **columns))
        else:
            if known.identity_index != seals.index(member.identity_number):
                await _correct_numbers_before(session, known, member.identity_number, seals)
            write_member(known, member, position, file.village_code, seals)
    await session.flush()


async def _correct_numbers_before(
    session: AsyncSession, known: HouseholdMember, identity_number: str, seals: Seals
) -> None:
    """A number put right is the person's on every file they left, too: who they are is known by it alone.

    Somebody else's row may bear the wrong number by right: only those the person came from, or went on to, are theirs.
    """
    former = await natural_changes.former_rows(session, known.identity_index)
    for member_id in linked({row.id: row.came_from_member_id for row in (known, *former)}, known.id) - {known.id}:
        await storage.correct_number(session, member_id, records.number_columns(identity_number, member_id, seals))
