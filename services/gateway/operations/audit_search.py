"""Searching the trails of all services as one, and who looked at one household. Every search is on the trail itself."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.gateway.domain import audit_words
from services.gateway.domain.refusals.audit import SpanTooLong
from services.gateway.storage import trail_names
from services.gateway.storage.data_files import trail_actions
from services.gateway.storage.trail_sources import SOURCES
from services.gateway.upstream import trails
from shared.chassis import audit, clock, paging, trail_search
from shared.chassis.database import Database
from shared.chassis.identity import GATEWAY, Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.refusals import Malformed
from shared.schemas.gateway_audit import AuditEntries, AuditEntry, HouseholdReaders, Reader
from shared.schemas.trail import TrailAsked, TrailEntry, TrailPlace

DAYS = 7
"""How far back a search goes that names no first day."""
MOST_DAYS = 366
READERS_DAYS = 3_660
"""How far back a file's readers are told without being asked for."""


@dataclass(frozen=True, slots=True)
class Trails:
    """Where the trails lie: the gateway's own database, and the services."""

    database: Database
    peers: Mapping[str, Peer]


def span(first: date | None, last: date | None, days: int = DAYS, most: int = MOST_DAYS) -> tuple[datetime, datetime]:
    """The office's days from `first` through `last` as instants."""
    last = last or clock.office_today()
    first = first or last - timedelta(days=days - 1)
    if not timedelta(0) <= last - first < timedelta(days=most):
        raise SpanTooLong()
    return datetime.combine(first, time(), clock.OFFICE_ZONE), clock.end_of(last)


async def search(where: Trails, actor: Actor, asked: TrailAsked, cursor: str | None) -> AuditEntries:
    """A page of entries in the actor's area."""
    if asked.subjects:
        asked = asked.model_copy(update={"seen": await _visible(where, actor, asked.subjects)})
    found, more, missing = await _page(where, actor, asked, cursor)
    shown = asked.model_dump(mode="json", exclude_none=True, exclude={"subjects", "seen", "after"})
    await audit.record_read(where.database, actor, "audit.search", asked.subjects, "trail", asked=shown)
    return AuditEntries(items=found, next_cursor=more, complete=not missing, missing=missing)


async def readers(
    where: Trails, actor: Actor, household_id: UUID, days: tuple[datetime, datetime], cursor: str | None, limit: int
) -> HouseholdReaders:
    """Who looked at a household in the actor's area, from wherever."""
    file = await trails.of_household(where.peers["registry"], actor, household_id)
    asked = TrailAsked(subjects=[*file.subjects, *file.areas], seen=True, since=days[0], until=days[1], limit=limit)
    found, more, missing = await _page(where, actor, asked, cursor)
    await audit.record_read(where.database, actor, "household.readers", [str(household_id)], "trail")
    return HouseholdReaders(
        household_id=str(household_id),
        household_no=file.household_no,
        items=[_reader(entry) for entry in found if _concerns(entry, file.areas)],
        next_cursor=more,
        complete=not missing,
        missing=missing,
    )


def _concerns(entry: AuditEntry, areas: list[str]) -> bool:
    """Whether it was about the household: what is known to be about its division counts if it gave out the files."""
    return entry.sort == "export" or not set(entry.subjects) <= set(areas)


async def _visible(where: Trails, actor: Actor, subjects: list[str]) -> bool:
    """Whether all lie in the actor's area; while the registry is away none is known to."""
    try:
        return await trails.all_visible(where.peers["registry"], actor, subjects)
    except PeerUnavailable:
        return False


async def _page(
    where: Trails, actor: Actor, asked: TrailAsked, cursor: str | None
) -> tuple[list[AuditEntry], str | None, list[str]]:
    limit = asked.limit
    asked = asked.model_copy(update={"limit": limit + 1, "after": _place(cursor)})
    found, missing = await trails.entries(where.peers, actor, asked)
    async with where.database.session(read_only=True) as session:
        found.append(await trail_search.entries(session, GATEWAY, SOURCES, actor, asked))
        merged = list(heapq.merge(*found, key=trail_search.order, reverse=True))[: limit + 1]
        people = await trail_names.of_accounts(session, (entry.actor for entry in merged))
        offices = await trail_names.of_offices(session, (entry.office for entry in merged))
    items = [_named(entry, people.get(entry.actor), offices.get(entry.office)) for entry in merged[:limit]]
    return items, _cursor(merged[limit - 1]) if len(merged) > limit else None, missing


def _named(entry: TrailEntry, person: str | None, office: str | None) -> AuditEntry:
    label = trail_actions().get(entry.action)
    text = audit_words.sentence(
        entry.at, person or entry.actor, office or entry.office, entry.sort, entry.action, label, entry.purpose
    )
    values: dict[str, Any] = entry.model_dump()
    return AuditEntry(**values, actor_name=person, office_name=office, text=text)


def _reader(entry: AuditEntry) -> Reader:
    return Reader(
        at=entry.at,
        actor_name=entry.actor_name or entry.actor,
        office_name=entry.office_name or entry.office,
        what=trail_actions().get(entry.action, entry.action),
        fields=audit_words.seen(entry.fields),
        purpose=entry.purpose,
        text=entry.text,
        service=entry.service,
        trace_id=entry.trace_id,
    )


def _cursor(entry: TrailEntry) -> str:
    return paging.encode(entry.at.isoformat(), entry.service, entry.trail, entry.id)


def _place(cursor: str | None) -> TrailPlace | None:
    key = paging.decode(cursor, str, str, str, int)
    if key is None:
        return None
    try:
        at = datetime.fromisoformat(str(key[0]))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
    if at.tzinfo is None:
        raise Malformed(pointer="/cursor")
    return TrailPlace(at=at, service=str(key[1]), trail=str(key[2]), id=int(key[3]))
