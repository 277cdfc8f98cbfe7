"""SQL of what projects say of their projects: every version is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, String, bindparam, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.allocations import ENDED
from services.funds.domain.positions import Project
from services.funds.domain.refusals.fundings import ProjectFrozen
from services.funds.storage.tables import FundedProject, Funding, FundingRelease, ProjectGrantRow
from shared.chassis import clock
from shared.chassis.plain_rows import PlainRows
from shared.chassis.scope import within
from shared.schemas.projects import ProjectGrant


async def keep(session: AsyncSession, grant: ProjectGrant, heard_by: str) -> None:
    """Keep a version, one that is known already stays as it is; and hold the project's row, brought up to date."""
    await session.execute(
        insert(ProjectGrantRow)
        .values(
            project_code=grant.project_code,
            version=grant.version,
            county_code=grant.county_code,
            plan_year=grant.plan_year,
            effective_on=grant.state_since,
            facts=grant.model_dump(mode="json"),
            heard_at=clock.now(),
            heard_by=heard_by,
        )
        .on_conflict_do_nothing()
    )
    row = insert(FundedProject).values(
        project_code=grant.project_code,
        county_code=grant.county_code,
        grant_version=grant.version,
        state=grant.state,
        plan_line_fen=grant.plan_line_fen,
        ended_on=grant.state_since if grant.state in ENDED else None,
    )
    newer = {name: row.excluded[name] for name in ("grant_version", "state", "plan_line_fen", "ended_on")}
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[FundedProject.project_code],
            set_=newer,
            where=FundedProject.grant_version < row.excluded.grant_version,
        )
    )


async def lock_project(session: AsyncSession, grant: ProjectGrant) -> None:
    """Lock the project's row, so that its plan line and contract are drawn on by one request at a time."""
    await session.execute(
        insert(FundedProject)
        .values(project_code=grant.project_code, county_code=grant.county_code)
        .on_conflict_do_nothing()
    )
    await session.execute(
        select(FundedProject.project_code).where(FundedProject.project_code == grant.project_code).with_for_update()
    )


async def hold_all(session: AsyncSession, codes: Iterable[str]) -> None:
    """Lock the rows of projects that are known, by code: before any allocation's, and in one order for everybody."""
    for code in sorted(set(codes)):
        await session.execute(
            select(FundedProject.project_code).where(FundedProject.project_code == code).with_for_update()
        )


async def require_going_on(session: AsyncSession, project_code: str) -> None:
    """Hold the project's row and refuse to draw on its money once it has ended. Raises ProjectFrozen.

    A change told meanwhile waits for this transaction, or this one for it: whichever commits first counts.
    """
    query = select(FundedProject.ended_on).where(FundedProject.project_code == project_code).with_for_update()
    ended_on = await session.scalar(query)
    if ended_on is not None:
        raise ProjectFrozen()


async def over_committed(session: AsyncSession, area: str) -> Sequence[tuple[FundedProject, int]]:
    """Projects of the area whose plan line is less than what was approved for them, with the approved fen."""
    committed = (
        select(Funding.project_code, func.sum(Funding.amount_fen).label("fen"))
        .where(Funding.state == "posted")
        .group_by(Funding.project_code)
        .subquery()
    )
    released = (
        select(Funding.project_code, func.sum(FundingRelease.amount_fen).label("fen"))
        .join(FundingRelease, FundingRelease.op == Funding.op)
        .group_by(Funding.project_code)
        .subquery()
    )
    left = committed.c.fen - func.coalesce(released.c.fen, 0)
    query = (
        select(FundedProject, left)
        .join(committed, committed.c.project_code == FundedProject.project_code)
        .outerjoin(released, released.c.project_code == FundedProject.project_code)
        .where(within(FundedProject.county_code, area), left > FundedProject.plan_line_fen)
        .order_by(FundedProject.project_code)
    )
    return [(row, int(fen)) for row, fen in await session.execute(query)]


async def versions(session: AsyncSession, project_code: str) -> list[ProjectGrant]:
    """All versions of one project, oldest first."""
    rows = await session.scalars(
        select(ProjectGrantRow).where(ProjectGrantRow.project_code == project_code).order_by(ProjectGrantRow.version)
    )
    return [ProjectGrant.model_validate(row.facts) for row in rows]


def _known_on() -> Select[Any]:
    asked = select(func.unnest(bindparam("codes", type_=ARRAY(String))).label("code")).subquery()
    row = ProjectGrantRow
    of_project = select(row.facts).where(row.project_code == asked.c.code)
    in_effect = of_project.where(row.effective_on <= bindparam("day", type_=Date)).order_by(row.version.desc()).limit(1)
    first = of_project.order_by(row.version).limit(1)
    # The second is looked for only where the first is not: most projects take one step on the index.
    found = type_coerce(func.coalesce(in_effect.scalar_subquery(), first.scalar_subquery()), JSONB)
    # Whole, before its parts are taken: else each part would look for it again.
    known = select(asked.c.code, found.label("facts")).cte("known").prefix_with("materialized")
    said = [known.c.facts[name].astext for name in Project._fields[1:]]
    parts = [said[at].cast(Date) if name in _DAYS else said[at] for at, name in enumerate(Project._fields[1:])]
    return select(known.c.code, *parts).where(known.c.facts.is_not(None))


_DAYS = ("state_since", "accepted_on")
_KNOWN_ON = PlainRows(_known_on())


async def known_on(session: AsyncSession, codes: Iterable[str], on: date) -> list[Project]:
    """Each project as the newest version that had taken effect by the day says it, else the first we know.

    `accepted_on` may lie after the day.
    """
    return list(map(Project._make, await _KNOWN_ON.rows(session, {"codes": sorted(codes), "day": on})))
