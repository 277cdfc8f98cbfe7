"""What offices do with household files: open, read, find, unmask. Changing one is in household_changes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import household_files as rules
from services.registry.domain import identity_numbers
from services.registry.domain.faults import Fault
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, names_of
from services.registry.domain.household_files import DRAFT, Filters, HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.refusals import DivisionUnknown, FieldNeeded, PersonOnAnotherFile, VillageCodeNeeded
from services.registry.operations import household_views as views
from services.registry.operations.trail import CLEAR, Trail
from services.registry.storage import divisions, parameters
from services.registry.storage import household_records as records
from services.registry.storage import households as storage
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdVersion as Version
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import registry_households as wire
from shared.schemas.wire import Page

VILLAGE_CODE_DIGITS = 12
STATED = {name for name, field in HOUSEHOLD_FIELDS.items() if field.kind != "codes" and name not in AMOUNTS}
SEVERAL = names_of(HOUSEHOLD_FIELDS, "codes")
PROTECTED = tuple(name for name, field in MEMBER_FIELDS.items() if field.protected)
NEEDED = frozenset({"identity_number", "health"})
"""Protected values every person has."""


async def open_file(session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewHousehold) -> wire.Household:
    """Open a file as a draft. Refuses people who are on another file anywhere, without saying where."""
    today = clock.office_today()
    await require_village(session, actor, request.village_code)
    file = _file_of(request)
    limits = await parameters.limits(session, request.village_code, today)
    refuse_first(rules.faults_of(file, limits, today))
    await refuse_taken(session, seals, file, frozenset())
    record = new_record(file, actor, seals, "opened", today)
    await storage.insert_many(session, [record])
    household_id = record.household["id"]
    audit.record(session, actor, "household.open", str(household_id), village=file.village_code)
    row = await storage.visible(session, actor, household_id)
    assert row is not None
    return views.whole(row, await storage.version(session, household_id, 1), seals, today)


async def require_village(session: AsyncSession, actor: Actor, village_code: str) -> None:
    """Refuse what is not a village, lies outside the scope (as absent) or does not exist."""
    if len(village_code) != VILLAGE_CODE_DIGITS:
        raise VillageCodeNeeded()
    require_in_scope(actor, village_code)
    if not await divisions.known(session, {village_code}):
        raise DivisionUnknown(pointer="/village_code")


def _file_of(request: wire.NewHousehold) -> HouseholdFile:
    return file_of(request, tuple(_new_member(sent, index) for index, sent in enumerate(request.members)))


def file_of(request: wire.HouseholdSent, members: tuple[Member, ...]) -> HouseholdFile:
    """The file a request states, with these people."""
    stated = request.model_dump(include=STATED)
    several = {name: tuple(getattr(request, name)) for name in SEVERAL}
    return HouseholdFile(**stated | several, income=Income(**request.income.model_dump()), members=members)


def _new_member(sent: wire.MemberSent, index: int) -> Member:
    if sent.id is not None:
        raise FieldNeeded(pointer=f"/members/{index}/id")
    return member_of(sent, index, {})


def member_of(sent: wire.MemberSent, index: int, known: dict[str, Any]) -> Member:
    """A person as sent; a protected value left out is the one in `known`. FieldNeeded if a needed one is unknown."""
    stated = sent.model_dump(exclude={"id"})
    for field in PROTECTED:
        if field not in sent.model_fields_set or (stated[field] is None and field in NEEDED):
            stated[field] = known.get(field)
        if field in NEEDED and stated[field] is None:
            raise FieldNeeded(pointer=f"/members/{index}/{field}")
    stated["health"] = tuple(stated["health"])
    return Member(**stated)


def refuse_first(faults: list[Fault]) -> None:
    if faults:
        raise faults[0].refusal()


async def refuse_taken(session: AsyncSession, seals: Seals, file: HouseholdFile, own: frozenset[UUID]) -> None:
    """Refuse people who are on an active file other than this one, whose own people are `own`."""
    indexes = [seals.index(member.identity_number) for member in file.members]
    held = await storage.holders(session, indexes)
    for position, index in enumerate(indexes):
        if index in held and held[index] not in own:
            raise PersonOnAnotherFile(pointer=f"/members/{position}/identity_number")


def new_record(file: HouseholdFile, actor: Actor, seals: Seals, kind: str, today: date) -> storage.Record:
    """The rows of a new draft file."""
    household_id, now = new_id(), clock.now()
    household = records.household_columns(file, household_id, seals) | {
        "id": household_id,
        "status": DRAFT,
        "version": 1,
        "opened_on": today,
    }
    members = []
    for position, member in enumerate(file.members):
        member_id = new_id()
        columns = records.member_columns(member, member_id, position, seals)
        belongs = {"id": member_id, "household_id": household_id, "village_code": file.village_code}
        members.append(columns | belongs)
    version = {
        "household_id": household_id,
        "version": 1,
        "status": DRAFT,
        "village_code": file.village_code,
        "recorded_at": now,
        "recorded_on": today,
        "true_from": today,
        "content": records.content_of(household, members),
    }
    return storage.Record(household, members, version, event_columns(household_id, 1, kind, actor))


def event_columns(household_id: UUID, version: int, kind: str, actor: Actor, reason: str = "") -> dict[str, object]:
    """The row that says who did what to a file."""
    return {
        "household_id": household_id,
        "version": version,
        "kind": kind,
        "at": clock.now(),
        "on": clock.office_today(),
        "by": actor.account,
        "person": actor.person,
        "office": actor.office,
        "reason": reason,
        "identification_id": None,
        "facts": {},
    }


async def list_files(
    session: AsyncSession,
    trail: Trail,
    filters: Filters,
    as_of: date | None,
    cursor: str | None,
    limit: int,
    counted: bool,
) -> Page[wire.HouseholdLine]:
    """Files of the actor's scope by village and number; with `as_of`, as known at the end of that office day."""
    after = paging.decode(cursor, str, int)
    key = None if after is None else (str(after[0]), int(after[1]))
    found: list[tuple[Row, Version | None]]
    if as_of is None:
        rows = await storage.list_now(session, trail.actor, filters, key, limit + 1)
        found = [(row, None) for row in rows]
    else:
        dated = await storage.list_on(session, trail.actor, filters, as_of, key, limit + 1)
        found = [(row, version) for row, version in dated]
    count = await _count(session, trail.actor, filters, as_of) if counted else None
    items = [views.line(row, version) for row, version in found[:limit]]
    last = found[limit - 1][0] if len(found) > limit else None
    await trail.note(session, "household.list", [item.id for item in items])
    next_cursor = None if last is None else paging.encode(last.village_code, last.household_no)
    return Page(items=items, next_cursor=next_cursor, count=count)


async def _count(session: AsyncSession, actor: Actor, filters: Filters, as_of: date | None) -> int:
    if as_of is None:
        return await storage.count_now(session, actor, filters)
    return await storage.count_on(session, actor, filters, as_of)


async def get(
    session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID, as_of: date | None
) -> wire.Household:
    """One file, as it stands or as known at the end of an office day."""
    row = await _visible(session, trail.actor, household_id)
    if as_of is None:
        version = await storage.version(session, row.id, row.version)
    else:
        known = await storage.version_on(session, row.id, as_of)
        if known is None:
            raise NotFound()
        version = known
    answer = views.whole(row, version, seals, as_of or clock.office_today())
    await trail.note(session, "household.get", _subjects(row, version))
    return answer


async def _visible(session: AsyncSession, actor: Actor, household_id: UUID) -> Row:
    row = await storage.visible(session, actor, household_id)
    if row is None:
        raise NotFound()
    return row


def _subjects(row: Row, version: Version) -> list[object]:
    return [row.id, *(member["id"] for member in version.content["members"])]


async def unmask(
    session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID, purpose: str
) -> wire.HouseholdClear:
    """The protected values of one file, after the read and its purpose are on the trail."""
    row = await _visible(session, trail.actor, household_id)
    version = await storage.version(session, row.id, row.version)
    await trail.note(session, "household.unmask", _subjects(row, version), CLEAR, purpose)
    return views.clear(row, version, seals)


async def search(session: AsyncSession, trail: Trail, seals: Seals, number: str) -> wire.HouseholdsFound:
    """The file of the person with this identity number, if it lies in the actor's scope."""
    broken = identity_numbers.fault_of(number, clock.office_today())
    if broken is not None:
        raise broken(pointer="/identity_number")
    rows = await storage.find_person(session, trail.actor, seals.index(number))
    items = [views.line(row) for row in rows]
    await trail.note(session, "household.search", [item.id for item in items])
    return wire.HouseholdsFound(items=items)


async def history(session: AsyncSession, trail: Trail, household_id: UUID) -> wire.HouseholdHistory:
    """Every change of a file and every decision on it, oldest first."""
    row = await _visible(session, trail.actor, household_id)
    events = [
        wire.HouseholdEvent(
            version=event.version,
            kind=event.kind,
            at=event.at.isoformat(),
            on=event.on,
            by=event.by,
            office=event.office,
            reason=event.reason,
            identification_id=None if event.identification_id is None else str(event.identification_id),
            changed=event.facts.get("changed", []),
        )
        for event in await storage.events(session, household_id)
    ]
    await trail.note(session, "household.history", [household_id])
    return wire.HouseholdHistory(id=str(row.id), household_no=str(row.household_no), events=events)
