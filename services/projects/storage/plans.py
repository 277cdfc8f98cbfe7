"""SQL of annual plans."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import Notice
from services.projects.storage.tables_plans import Plan, PlanDecision, PlanLine
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

LIVE = ("proposed", "approved")


async def live_lines(session: AsyncSession, codes: Sequence[str]) -> dict[str, dict[int, int]]:
    """Sums of the lines in live plans: project code → fund year → fen."""
    query = (
        select(PlanLine.project_code, Plan.fund_year, func.sum(PlanLine.amount_fen))
        .join(Plan, Plan.id == PlanLine.plan_id)
        .where(PlanLine.project_code.in_(codes), Plan.state.in_(LIVE))
        .group_by(PlanLine.project_code, Plan.fund_year)
    )
    found: dict[str, dict[int, int]] = {}
    for code, year, total in await session.execute(query):
        found.setdefault(code, {})[year] = int(total)
    return found


async def get(session: AsyncSession, actor: Actor, plan_id: str, *, lock: bool = False) -> Plan | None:
    """The plan, if its county is in the actor's scope."""
    query = select(Plan).where(Plan.id == plan_id, in_scope(Plan.county_code, actor))
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def lines(session: AsyncSession, plan_id: str) -> Sequence[PlanLine]:
    return (await session.scalars(select(PlanLine).where(PlanLine.plan_id == plan_id).order_by(PlanLine.line))).all()


async def decision(session: AsyncSession, plan_id: str) -> PlanDecision | None:
    return await session.get(PlanDecision, plan_id)


async def notices(session: AsyncSession, plan_id: str) -> Sequence[Notice]:
    return (await session.scalars(select(Notice).where(Notice.plan_id == plan_id).order_by(Notice.id))).all()


async def find(
    session: AsyncSession, actor: Actor, area: str, year: int | None, state: str | None, after: str | None, limit: int
) -> Sequence[Plan]:
    """Plans by id, at most `limit`, behind id `after`."""
    query = (
        select(Plan)
        .where(in_scope(Plan.county_code, actor), within(Plan.county_code, area))
        .order_by(Plan.id)
        .limit(limit)
    )
    if year is not None:
        query = query.where(Plan.fund_year == year)
    if state is not None:
        query = query.where(Plan.state == state)
    if after is not None:
        query = query.where(Plan.id > after)
    return (await session.scalars(query)).all()
