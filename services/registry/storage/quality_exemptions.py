"""SQL of exemptions from rules of data quality, and the decisions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import HouseholdMember, QualityExemption, QualityExemptionDecision
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def pending(session: AsyncSession, household_id: UUID, member_id: UUID | None, rule: str) -> bool:
    """Whether a request for the same exemption waits for its decision."""
    query = select(QualityExemption.id).where(
        QualityExemption.household_id == household_id,
        QualityExemption.rule == rule,
        QualityExemption.member_id.is_not_distinct_from(member_id),
        ~exists().where(QualityExemptionDecision.exemption_id == QualityExemption.id),
    )
    return await session.scalar(query.limit(1)) is not None


async def is_member(session: AsyncSession, household_id: UUID, member_id: UUID) -> bool:
    """Whether the person is of the household now."""
    query = select(HouseholdMember.id).where(
        HouseholdMember.id == member_id, HouseholdMember.household_id == household_id, HouseholdMember.active
    )
    return await session.scalar(query) is not None


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    await session.execute(insert(QualityExemption).values(values))


async def decide(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write the decision; the constraint refuses a second one."""
    await session.execute(insert(QualityExemptionDecision).values(values))


async def visible(
    session: AsyncSession, actor: Actor, exemption_id: UUID
) -> Row[QualityExemption, QualityExemptionDecision | None] | None:
    """A request in the actor's scope with the decision on it, or None."""
    query = _with_decision().where(QualityExemption.id == exemption_id, in_scope(QualityExemption.village_code, actor))
    return (await session.execute(query)).one_or_none()


async def list_rows(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    rule: str | None,
    household_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Row[QualityExemption, QualityExemptionDecision | None]]:
    """Requests in the actor's scope, newest first."""
    query = _with_decision().where(in_scope(QualityExemption.village_code, actor))
    if area is not None:
        query = query.where(within(QualityExemption.village_code, area))
    if rule is not None:
        query = query.where(QualityExemption.rule == rule)
    if household_id is not None:
        query = query.where(QualityExemption.household_id == household_id)
    if before is not None:
        query = query.where(QualityExemption.id < before)
    return (await session.execute(query.order_by(QualityExemption.id.desc()).limit(limit))).all()


def _with_decision() -> Any:
    return select(QualityExemption, QualityExemptionDecision).outerjoin(
        QualityExemptionDecision, QualityExemptionDecision.exemption_id == QualityExemption.id
    )


async def lock_subject(session: AsyncSession, household_id: UUID) -> None:
    """Two requests for one household are made one after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(household_id), 0x5145))))
