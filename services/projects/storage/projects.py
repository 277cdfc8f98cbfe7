"""SQL of projects and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import (
    Counter,
    Decision,
    Notice,
    Project,
    ProjectSite,
    ProjectState,
    ProjectVersion,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of projects is narrowed to; None narrows nothing."""

    within: str = "00"
    year: int | None = None
    status: str | None = None
    category: str | None = None
    in_library: bool | None = None
    in_plan: bool | None = None


async def take_numbers(session: AsyncSession, county: str, year: int, kind: str, count: int = 1) -> int:
    """The first of `count` running numbers of the county and year; the counter stays locked until the commit."""
    added = (
        pg_insert(Counter)
        .values(county_code=county, year=year, kind=kind, last=count)
        .on_conflict_do_update(
            index_elements=[Counter.county_code, Counter.year, Counter.kind], set_={"last": Counter.last + count}
        )
        .returning(Counter.last)
    )
    last = await session.scalar(added)
    return int(last or 0) - count + 1


def visible(actor: Actor) -> ColumnElement[bool]:
    """SQL: a site of the project lies in the actor's scope."""
    return Project.project_code.in_(select(ProjectSite.project_code).where(in_scope(ProjectSite.division_code, actor)))


async def get(session: AsyncSession, actor: Actor, code: str) -> Project | None:
    """The project, if any of its sites is in the actor's scope."""
    return (await session.scalars(select(Project).where(Project.project_code == code, visible(actor)))).one_or_none()


async def lock(session: AsyncSession, actor: Actor, code: str) -> Project | None:
    """The project locked for a decision, if all of it is in the actor's scope."""
    query = select(Project).where(Project.project_code == code, in_scope(Project.area_code, actor)).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def lock_many(session: AsyncSession, actor: Actor, codes: Sequence[str]) -> dict[str, Project]:
    """Projects by code, locked in the order of their codes so that two plans never wait for each other."""
    query = (
        select(Project)
        .where(Project.project_code.in_(codes), in_scope(Project.area_code, actor))
        .order_by(Project.project_code)
        .with_for_update()
    )
    return {row.project_code: row for row in await session.scalars(query)}


def _conditions(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    sites = select(ProjectSite.project_code).where(
        in_scope(ProjectSite.division_code, actor), within(ProjectSite.division_code, wanted.within)
    )
    conditions: list[ColumnElement[bool]] = [Project.project_code.in_(sites)]
    if wanted.year is not None:
        conditions.append(Project.year == wanted.year)
    if wanted.status is not None:
        conditions.append(Project.state == wanted.status)
    if wanted.category is not None:
        conditions.append(Project.category == wanted.category)
    if wanted.in_library is not None:
        conditions.append(Project.in_library.is_(wanted.in_library))
    if wanted.in_plan is not None:
        conditions.append(Project.plan_year.is_not(None) if wanted.in_plan else Project.plan_year.is_(None))
    return conditions


async def find(session: AsyncSession, actor: Actor, wanted: Filter, after: str | None, limit: int) -> Sequence[Project]:
    """Projects by code, at most `limit`, behind code `after`."""
    query = select(Project).where(*_conditions(actor, wanted)).order_by(Project.project_code).limit(limit)
    if after is not None:
        query = query.where(Project.project_code > after)
    return (await session.scalars(query)).all()


async def count(session: AsyncSession, actor: Actor, wanted: Filter) -> int:
    query = select(func.count()).select_from(Project).where(*_conditions(actor, wanted))
    return int(await session.scalar(query) or 0)


async def put_sites(session: AsyncSession, code: str, divisions: Sequence[str]) -> None:
    """Replace the sites of a draft."""
    await session.execute(delete(ProjectSite).where(ProjectSite.project_code == code))
    await session.execute(
        insert(ProjectSite), [{"project_code": code, "division_code": division} for division in divisions]
    )


async def add_all(session: AsyncSession, rows: dict[type, list[dict[str, Any]]]) -> None:
    """Insert many rows, table by table in the order given."""
    for table, values in rows.items():
        for start in range(0, len(values), 1_000):
            await session.execute(insert(table), values[start : start + 1_000])


async def versions(session: AsyncSession, code: str) -> Sequence[ProjectVersion]:
    query = select(ProjectVersion).where(ProjectVersion.project_code == code).order_by(ProjectVersion.version)
    return (await session.scalars(query)).all()


async def states(session: AsyncSession, code: str) -> Sequence[ProjectState]:
    query = select(ProjectState).where(ProjectState.project_code == code).order_by(ProjectState.grant_version)
    return (await session.scalars(query)).all()


async def notices(session: AsyncSession, code: str) -> Sequence[Notice]:
    return (await session.scalars(select(Notice).where(Notice.project_code == code).order_by(Notice.id))).all()


async def decisions(session: AsyncSession, code: str) -> Sequence[Decision]:
    return (await session.scalars(select(Decision).where(Decision.project_code == code).order_by(Decision.id))).all()


async def people_involved(session: AsyncSession, code: str, round_: int) -> set[str]:
    """Everybody who wrote, submitted or, in this round, decided the proposal."""
    writers = select(ProjectVersion.person).where(ProjectVersion.project_code == code)
    submitters = select(ProjectState.person).where(
        ProjectState.project_code == code, ProjectState.action == "project.submit"
    )
    deciders = select(Decision.person).where(Decision.project_code == code, Decision.round == round_)
    return set(await session.scalars(writers.union(submitters, deciders)))
