"""Changing a household file: a new version beside the old ones, with what changed, who changed it and why."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import household_files as rules
from services.registry.domain import refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.fields import MEMBER_FIELDS, SEALED_COLUMNS, SEALED_KINDS, names_of
from services.registry.domain.household_files import EDITABLE, REGISTERED, HouseholdFile
from services.registry.domain.members import Member
from services.registry.operations import household_versions as versions
from services.registry.operations import household_views as views
from services.registry.operations.household_versions import Why
from services.registry.operations.households import (
    file_of,
    member_of,
    refuse_first,
    refuse_taken,
    require_village,
)
from services.registry.storage import household_records as records
from services.registry.storage import households as storage
from services.registry.storage import parameters, sealing
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound, PreconditionFailed
from shared.schemas import registry_households as wire

_SEALED_OF_MEMBER = {name: SEALED_COLUMNS[name] for name in names_of(MEMBER_FIELDS, *SEALED_KINDS)}
"""The sealed column of each protected field of a person; an unchanged value keeps its seal."""


async def change(
    session: AsyncSession, actor: Actor, seals: Seals, household_id: UUID, expected: int, request: wire.HouseholdChange
) -> wire.Household:
    """Make the file what the request states, from version `expected`. An unchanged file keeps its version."""
    today = clock.office_today()
    row = await storage.lock(session, actor, household_id)
    if row is None:
        raise NotFound()
    _refuse_change(row, expected, request)
    await require_village(session, actor, request.village_code)
    present = {member.id: member for member in await storage.members(session, row.id) if member.active}
    request = _with_kept_values(request, row, seals)
    file = file_of(request, _members_stated(request, present, seals))
    limits = await parameters.limits(session, file.village_code, today)
    refuse_first(rules.faults_of(file, limits, today))
    await refuse_taken(session, seals, file, frozenset(present))
    departures = _departures(row, request, present, today)
    before = (await storage.version(session, row.id, row.version)).content
    await _write_members(session, row, request, file, present, departures, seals)
    _write_household(row, file, seals)
    version = await versions.write(session, actor, row, before, Why("changed", request.reason or "", today))
    return views.whole(row, version, seals, today)


def _refuse_change(row: Household, expected: int, request: wire.HouseholdChange) -> None:
    if row.version != expected:
        raise PreconditionFailed()
    if row.status not in EDITABLE:
        raise refusals.HouseholdNotEditable(status=row.status)
    if row.status == REGISTERED and request.reason is None:
        raise refusals.ReasonRequired()


def _with_kept_values(request: wire.HouseholdChange, row: Household, seals: Seals) -> wire.HouseholdChange:
    """The request with the protected values it left out, which stay as they are."""
    known = {
        "phone": views.opened(row.phone_sealed, sealing.phone_of(row.id), seals),
        "monitor_phone": views.opened(row.monitor_phone_sealed, sealing.monitor_phone_of(row.id), seals),
        "bank_name": row.bank_name,
        "bank_account": views.opened(row.bank_account_sealed, sealing.account_of(row.id), seals),
    }
    kept = {name: value for name, value in known.items() if name not in request.model_fields_set}
    return request.model_copy(update=kept)


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
        stated.append(member_of(sent, index, {} if known is None else _protected(known, seals)))
    return tuple(stated)


def _protected(known: HouseholdMember, seals: Seals) -> dict[str, Any]:
    """The protected values of a person on the file, by field."""
    return {
        "identity_number": seals.open(known.identity_sealed, sealing.identity_of(known.id)),
        "health": tuple(known.health),
        "disability_certificate": views.opened(known.disability_sealed, sealing.disability_of(known.id), seals),
        "phone": views.opened(known.phone_sealed, sealing.member_phone_of(known.id), seals),
    }


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
        given[member_id] = (departure.kind, departure.on)
    unsaid = set(present) - staying - set(given)
    if unsaid and row.status == REGISTERED:
        raise refusals.MemberUnaccounted(people=len(unsaid))
    return given | dict.fromkeys(unsaid, ("error", today))


async def _write_members(
    session: AsyncSession,
    row: Household,
    request: wire.HouseholdChange,
    file: HouseholdFile,
    present: dict[UUID, HouseholdMember],
    departures: dict[UUID, tuple[str, date]],
    seals: Seals,
) -> None:
    for member_id, (kind, day) in departures.items():
        leaving = present[member_id]
        leaving.active, leaving.departure, leaving.departed_on = False, kind, day
    # Those who leave are written first: who follows a head, or takes up a number freed, must not meet them.
    await session.flush()
    places = range(len(file.members))
    for position in sorted(places, key=lambda place: file.members[place].relation == "head"):
        sent, member = request.members[position], file.members[position]
        if member.relation == "head":
            await session.flush()  # whoever was head before is one no longer
        known = None if sent.id is None else present[UUID(sent.id)]
        member_id = new_id() if known is None else known.id
        columns = records.member_columns(member, member_id, position, seals) | {"village_code": file.village_code}
        if known is None:
            session.add(HouseholdMember(id=member_id, household_id=row.id, **columns))
        else:
            before, now = _protected(known, seals), {field: getattr(member, field) for field in _SEALED_OF_MEMBER}
            for field, column in _SEALED_OF_MEMBER.items():
                if before[field] == now[field]:
                    del columns[column]
            _set(known, columns)
    await session.flush()


def _write_household(row: Household, file: HouseholdFile, seals: Seals) -> None:
    columns = records.household_columns(file, row.id, seals)
    for name, stated, place in (
        ("phone_sealed", file.phone, sealing.phone_of(row.id)),
        ("monitor_phone_sealed", file.monitor_phone, sealing.monitor_phone_of(row.id)),
        ("bank_account_sealed", file.bank_account, sealing.account_of(row.id)),
    ):
        if views.opened(getattr(row, name), place, seals) == stated:
            del columns[name]
    _set(row, columns)


def _set(row: Household | HouseholdMember, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
