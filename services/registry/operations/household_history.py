"""Reading a household file's past: as known on a day, as true on a day, as frozen with a year, and change by change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import content_fields
from services.registry.domain import household_history as rules
from services.registry.domain.refusals import DayInFuture, PastViewsMixed
from services.registry.operations import field_changes
from services.registry.operations import household_views as views
from services.registry.operations.field_changes import version_of
from services.registry.operations.households import subjects_of, visible_row
from services.registry.operations.trail import Trail
from services.registry.storage import household_versions as storage
from services.registry.storage import households, register_years
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdEvent, HouseholdVersion
from shared.chassis import clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_history as wire
from shared.schemas.registry_households import Household


@dataclass(frozen=True, slots=True)
class View:
    """Which past is asked for: known at the end of a day, true on a day, or frozen with a year; None: the present."""

    as_of: date | None = None
    true_on: date | None = None
    year: int | None = None


async def get(session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID, view: View) -> Household:
    """One file as it stands, or as this view of the past has it; absent where it had no such past."""
    today = clock.office_today()
    if view.year is not None and (view.as_of or view.true_on):
        raise PastViewsMixed()
    require_past(view.as_of)
    if view.year is not None:
        found = await _frozen(session, trail.actor, household_id, view.year)
        row, version, day = found.household, found.version, found.closed_through
        known_on, true_on = found.closed_on, day if found.composed else None
    else:
        row = await visible_row(session, trail.actor, household_id)
        version, day = await _of_day(session, row, view, today)
        known_on, true_on = view.as_of or today, view.true_on
    answer = views.whole(row, version, seals, day)
    await trail.note(session, "household.get", subjects_of(row, version))
    return answer.model_copy(update={"known_on": known_on, "true_on": true_on, "frozen_year": view.year})


async def _of_day(session: AsyncSession, row: Row, view: View, today: date) -> tuple[HouseholdVersion, date]:
    if view.true_on is not None:
        return await _true_on(session, row, view.as_of or today, view.true_on), view.true_on
    return await _known_on(session, row, view.as_of), view.as_of or today


async def _known_on(session: AsyncSession, row: Row, as_of: date | None) -> HouseholdVersion:
    if as_of is None:
        return await storage.version(session, row.id, row.version)
    known = await storage.version_on(session, row.id, as_of)
    if known is None:
        raise NotFound()
    return known


async def _true_on(session: AsyncSession, row: Row, known_on: date, true_on: date) -> HouseholdVersion:
    """The file of a day as a version of its own, which stands nowhere: built from the statements that stand."""
    standing, versions = await _standing(session, row, known_on, true_on)
    made = rules.whole(standing, rules.order_of(versions))
    if made is None:
        raise NotFound()
    status, content = made
    last = max(one.version for one in standing.values())
    return HouseholdVersion(
        household_id=row.id, version=last, status=status, village_code=content["village_code"], content=content
    )


async def _standing(
    session: AsyncSession, row: Row, known_on: date, true_on: date
) -> tuple[rules.Standing, list[rules.Version]]:
    if true_on > clock.office_today():
        raise DayInFuture(pointer="/true_on")
    versions = [version_of(one) for one in await storage.known_on(session, row.id, known_on)]
    return rules.standing(versions, known_on, true_on), versions


async def _frozen(session: AsyncSession, actor: Actor, household_id: UUID, year: int) -> register_years.Frozen:
    """The file as frozen with a year: for whoever has the household now, and whoever has the village it was frozen
    in. The latter sees it from the slice alone."""
    row = await households.visible(session, actor, household_id)
    if row is None:
        found = await register_years.frozen_here(session, actor, household_id, year)
    else:
        found = await register_years.frozen(session, row, year)
    if found is None:
        raise NotFound()
    return found


def require_past(as_of: date | None) -> None:
    """What will be known on a day to come nobody knows."""
    if as_of is not None and as_of > clock.office_today():
        raise DayInFuture(pointer="/as_of")


async def facts(
    session: AsyncSession, trail: Trail, household_id: UUID, as_of: date | None, true_on: date | None
) -> wire.HouseholdFacts:
    """Since when each field is as it is, and since when the office knows it; no values."""
    require_past(as_of)
    row, today = await visible_row(session, trail.actor, household_id), clock.office_today()
    known_on, day = as_of or today, true_on or today
    standing, versions = await _standing(session, row, known_on, day)
    made = rules.whole(standing, rules.order_of(versions))
    if made is None:
        raise NotFound()
    items = _since(standing, made[1][rules.MEMBERS])
    await trail.note(session, "household.facts", [household_id])
    return wire.HouseholdFacts(
        id=str(row.id), household_no=str(row.household_no), known_on=known_on, true_on=day, items=items
    )


def _since(standing: rules.Standing, people: list[dict[str, Any]]) -> list[wire.FactSince]:
    """A line for every field stated, in the order of the file as it is read on that day."""
    here, gone = ([one["id"] for one in people if one["active"] is active] for active in (True, False))
    places = {"": "/"} | {key: f"/members/{index}/" for index, key in enumerate(here)}
    places |= {key: f"/departed/{index}/" for index, key in enumerate(gone)}
    order = {key: index for index, key in enumerate(places)}
    found = [one for fact, one in standing.items() if one.value is not None and fact.member in places]
    found.sort(key=lambda one: (order[one.fact.member], content_fields.rank_of(bool(one.fact.member), one.fact.name)))
    items = []
    for one in found:
        field = content_fields.field_of(bool(one.fact.member), one.fact.name)
        if field is None:
            continue
        items.append(
            wire.FactSince(
                pointer=places[one.fact.member] + content_fields.path_of(field),
                name=field.name,
                label=field.label,
                member_id=one.fact.member or None,
                true_from=one.true_from,
                known_since=one.recorded_on,
                version=one.version,
            )
        )
    return items


async def history(
    session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID, cursor: str | None, limit: int
) -> wire.HouseholdHistory:
    """Every change of a file and every decision on it, oldest first: who, when, why and what."""
    after = paging.decode(cursor, int)
    row = await visible_row(session, trail.actor, household_id)
    found = await storage.events(session, household_id, 0 if after is None else int(after[0]), limit + 1)
    page = found[:limit]
    numbers = [event.version for event in page]
    versions = await storage.between(session, household_id, min(numbers) - 1, max(numbers)) if page else {}
    events = [_event(event, versions, _fields(event, versions, seals)) for event in page]
    await trail.note(session, "household.history", [household_id])
    next_cursor = paging.encode(page[-1].id) if len(found) > limit else None
    return wire.HouseholdHistory(
        id=str(row.id), household_no=str(row.household_no), events=events, next_cursor=next_cursor
    )


def _fields(event: HouseholdEvent, versions: dict[int, HouseholdVersion], seals: Seals) -> list[wire.FieldChange]:
    before, after = versions.get(event.version - 1), versions.get(event.version)
    if before is None or after is None:
        return []
    return field_changes.between(version_of(before), version_of(after), event.household_id, seals)


def _event(
    event: HouseholdEvent, versions: dict[int, HouseholdVersion], fields: list[wire.FieldChange]
) -> wire.HouseholdEvent:
    version = versions.get(event.version)
    return wire.HouseholdEvent(
        version=event.version,
        kind=event.kind,
        at=event.at.isoformat(),
        on=event.on,
        true_from=None if version is None else version.true_from,
        by=event.by,
        office=event.office,
        office_name=event.office_name,
        reason=event.reason,
        identification_id=None if event.identification_id is None else str(event.identification_id),
        correction_id=event.facts.get("correction_id"),
        natural_change_id=event.facts.get("natural_change_id"),
        division_change_id=event.facts.get("division_change_id"),
        changed=event.facts.get("changed", []),
        fields=fields,
    )
