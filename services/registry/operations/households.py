"""What offices do with household files: open, read, unmask. Lists: household_lists, changes: household_changes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import access_reasons
from services.registry.domain import household_files as rules
from services.registry.domain.faults import Fault
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, names_of
from services.registry.domain.household_files import DRAFT, HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.refusals import (
    FieldNeeded,
    PersonOnAnotherFile,
    PersonRecordedDead,
)
from services.registry.domain.refusals.register_years import TodayInClosedYear
from services.registry.operations import household_views as views
from services.registry.operations.closed_years import require_years_open
from services.registry.operations.trail import CLEAR, Trail
from services.registry.operations.villages import (
    require_natural_village,
    require_open_village,
    require_village_code,
)
from services.registry.storage import household_records as records
from services.registry.storage import household_versions as versions
from services.registry.storage import households as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdVersion as Version
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import registry_households as wire

UNMASK = "household.unmask"
"""The permission protected values are shown by; also what the read trail calls such a read."""
STATED = {name for name, field in HOUSEHOLD_FIELDS.items() if field.kind != "codes" and name not in AMOUNTS}
SEVERAL = names_of(HOUSEHOLD_FIELDS, "codes")
PROTECTED = tuple(name for name, field in MEMBER_FIELDS.items() if field.protected)
NEEDED = frozenset({"identity_number", "health"})
"""Protected values every person has."""


async def open_file(session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewHousehold) -> wire.Household:
    """Open a file as a draft. Refuses people who are on another file anywhere, without saying where; a day of a closed
    year."""
    today = clock.office_today()
    await require_village(session, actor, request.village_code)
    await require_years_open(session, [request.village_code], today, TodayInClosedYear)
    file = _file_of(request)
    limits = await parameters.limits(session, request.village_code, today)
    refuse_first(rules.faults_of(file, limits, today))
    await require_natural_village(session, file.natural_village)
    await refuse_taken(session, seals, file, frozenset(), actor)
    record = new_record(file, actor, seals, "opened", today)
    await storage.insert_many(session, [record])
    household_id = record.household["id"]
    audit.record(session, actor, "household.open", str(household_id), village=file.village_code)
    row = await storage.visible(session, actor, household_id)
    assert row is not None
    return views.whole(row, await versions.version(session, household_id, 1), seals, today)


async def require_village(session: AsyncSession, actor: Actor, village_code: str) -> None:
    """Refuse what is not a village, lies outside the scope (as absent), does not exist or is closed."""
    require_village_code(village_code, "/village_code")
    require_in_scope(actor, village_code)
    await require_open_village(session, village_code, "/village_code")


def _file_of(request: wire.NewHousehold) -> HouseholdFile:
    return file_of(request, tuple(_new_member(sent, index) for index, sent in enumerate(request.members)))


def file_of(request: wire.HouseholdFacts, members: tuple[Member, ...]) -> HouseholdFile:
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


async def refuse_taken(
    session: AsyncSession, seals: Seals, file: HouseholdFile, own: frozenset[UUID], actor: Actor
) -> None:
    """Refuse people who are on an active file other than this one, whose own people are `own`; and the dead.

    An actor who could look the person up, and whose scope covers the other household, is told which one it is.
    """
    indexes = [seals.index(member.identity_number) for member in file.members]
    held = await storage.holders(session, indexes)
    for position, index in enumerate(indexes):
        if index in held and held[index] not in own:
            others = await storage.find_person(session, actor, index) if actor.may("household.search") else []
            told = {"household_no": str(others[0].household_no)} if others else {}
            raise PersonOnAnotherFile(pointer=f"/members/{position}/identity_number", **told)
    dead = await storage.recorded_dead(session, [index for index in indexes if index not in held])
    for position, index in enumerate(indexes):
        if index in dead:
            raise PersonRecordedDead(pointer=f"/members/{position}/identity_number")


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
        "office_name": actor.office_name,
        "reason": reason,
        "identification_id": None,
        "facts": {},
    }


async def visible_row(session: AsyncSession, actor: Actor, household_id: UUID) -> Row:
    """The household, absent outside the scope."""
    row = await storage.visible(session, actor, household_id)
    if row is None:
        raise NotFound()
    return row


def subjects_of(row: Row, version: Version) -> list[object]:
    """Whose file it is that is read: the household and everybody in it."""
    return [row.id, *(member["id"] for member in version.content["members"])]


async def unmask(
    session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID, purpose: str | None
) -> wire.HouseholdClear:
    """The protected values of one file, after the read is on the trail: by which right, why, whose, which.

    The reason is the purpose sent or, without one, that of the header X-Access-Reason.
    """
    reason = purpose or trail.actor.purpose
    broken = access_reasons.fault_of(reason)
    if broken is not None:
        raise broken()
    row = await visible_row(session, trail.actor, household_id)
    version = await versions.version(session, row.id, row.version)
    clear = views.clear(row, version, seals)
    subjects, shown = subjects_of(row, version), _shown(clear)
    await trail.note(session, UNMASK, subjects, CLEAR, reason, permission=UNMASK, shown=shown)
    return clear


def _shown(clear: wire.HouseholdClear) -> list[str]:
    """The names of the fields an answer shows in clear; those without a value are not shown."""
    whole = clear.model_dump(exclude={"members"}, exclude_none=True)
    people = [member.model_dump(exclude_none=True) for member in clear.members]
    return sorted(set(whole).union(*people) - {"id", "household_no", "name"})
