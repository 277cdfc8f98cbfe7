"""Searching a service's trails: newest first, by keyset, within the asker's area."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis.identity import Actor
from shared.chassis.scope import NATION
from shared.chassis.trail_sources import Source
from shared.schemas.trail import TrailAsked, TrailEntry, TrailPlace

MOST_SUBJECTS = 200
"""How many ids of an entry are told: the longest page of a list. An export's are counted."""


async def entries(
    session: AsyncSession,
    service: str,
    sources: Sequence[Source],
    actor: Actor,
    asked: TrailAsked,
) -> list[TrailEntry]:
    """At most `limit` entries, newest first.

    Of offices within the actor's scope; where all subjects asked for lie in it, of every office: who holds a file may
    know who else looked at it.
    """
    everywhere = NATION in actor.scope or (bool(asked.subjects) and asked.seen)
    found = [await _of(session, service, source, actor, asked, everywhere) for source in sources]
    merged = heapq.merge(*found, key=order, reverse=True)
    return [entry for entry, _ in zip(merged, range(asked.limit), strict=False)]


def order(entry: TrailEntry) -> tuple[Any, ...]:
    """The key entries are ordered by, descending."""
    return (entry.at, entry.service, entry.trail, entry.id)


async def _of(
    session: AsyncSession, service: str, source: Source, actor: Actor, asked: TrailAsked, everywhere: bool
) -> list[TrailEntry]:
    conditions, values = _conditions(service, source, asked)
    if not everywhere:
        conditions.append(within(source, actor.scope, values))
    if asked.area is not None and asked.area != NATION:
        conditions.append(within(source, (asked.area,), values, "area"))
    rows = await session.execute(
        text(
            f"select t.id, t.at, {source.sort} as sort, t.{source.actor} as actor, t.{source.office} as office,"  # noqa: S608
            f" {source.action} as action, ({source.subjects})[1:{MOST_SUBJECTS}] as subjects,"
            f" cardinality({source.subjects}) as subject_count, {source.fields} as fields,"
            f" {source.purpose} as purpose, {source.facts} as facts, t.trace_id,"
            " (select s.sequence from trail_seals s where s.kind = :trail and s.row_id = t.id) as sequence"
            f" from {source.table} t where {' and '.join(conditions)} order by t.at desc, t.id desc limit :limit"
        ),
        values,
    )
    return [TrailEntry.model_validate({"service": service, "trail": source.kind, **row}) for row in rows.mappings()]


def _conditions(service: str, source: Source, asked: TrailAsked) -> tuple[list[str], dict[str, Any]]:
    values: dict[str, Any] = {
        "since": asked.since,
        "until": asked.until,
        "limit": asked.limit,
        "trail": source.kind,
    }
    conditions = ["t.at >= :since", "t.at < :until"]
    for name, column in (("actor", f"t.{source.actor}"), ("office", f"t.{source.office}"), ("trace_id", "t.trace_id")):
        if getattr(asked, name) is not None:
            conditions.append(f"{column} = :{name}")
            values[name] = getattr(asked, name)
    for name, part in (("action", source.action), ("sort", source.sort)):
        if getattr(asked, name) is not None:
            conditions.append(f"({part}) = :{name}")
            values[name] = getattr(asked, name)
    if asked.subjects:
        conditions.append(_about(source))
        values["subjects"] = asked.subjects
    if asked.after is not None:
        conditions.append(_behind(service, source, asked.after, values))
    return conditions, values


def _about(source: Source) -> str:
    """SQL: the row is about one of :subjects. Sealed rows are found by index; the few that are not yet, by looking."""
    return (
        "t.id = any(array(select s.row_id from trail_seals s where s.kind = :trail"  # noqa: S608 - tables of ours
        " and s.subjects && cast(:subjects as varchar[])"
        f" union all select t.id from {source.table} t where t.id > coalesce("
        "(select max(s.row_id) from trail_seals s where s.kind = :trail), 0)"
        f" and cast({source.subjects} as varchar[]) && cast(:subjects as varchar[])))"
    )


def _behind(service: str, source: Source, after: TrailPlace, values: dict[str, Any]) -> str:
    """SQL: the row comes after that place. Which of two trails goes first at one instant is settled by their names."""
    values["after_at"] = after.at
    mine, its = (service, source.kind), (after.service, after.trail)
    if mine == its:
        values["after_id"] = after.id
        return "(t.at, t.id) < (:after_at, :after_id)"
    return "t.at <= :after_at" if mine < its else "t.at < :after_at"


def within(source: Source, areas: Sequence[str], values: dict[str, Any], name: str = "scope") -> str:
    """SQL: the office lies in one of the areas. An office's code begins with its division's."""
    parts = ["false"]
    for number, area in enumerate(areas):
        values[f"{name}_{number}"], values[f"{name}_end_{number}"] = area, area + ":"
        column = f"t.{source.office}"
        parts.append(f"({column} >= :{name}_{number} and {column} < :{name}_end_{number})")
    return "(" + " or ".join(parts) + ")"
