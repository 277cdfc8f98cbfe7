"""SQL of exemptions from rules of data quality, and the decisions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdMember, QualityExemption, QualityExemptionDecision
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


Exemption = Row[QualityExemption, QualityExemptionDecision | None, str]
"""A request, the decision on it, and its village: of the household now, where the actor sees that."""
_VILLAGE = func.coalesce(Household.village_code, QualityExemption.village_code)


async def visible(session: AsyncSession, actor: Actor, exemption_id: UUID) -> Exemption | None:
    """A request the actor sees, or None."""
    return (await session.execute(_seen(actor).where(QualityExemption.id == exemption_id))).one_or_none()


async def list_rows(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    rule: str | None,
    household_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Exemption]:
    """Requests the actor sees, newest first."""
    query = _seen(actor)
    if area is not None:
        query = query.where(within(_VILLAGE, area))
    if rule is not None:
        query = query.where(QualityExemption.rule == rule)
    if household_id is not None:
        query = query.where(QualityExemption.household_id == household_id)
    if before is not None:
        query = query.where(QualityExemption.id < before)
    return (await session.execute(query.order_by(QualityExemption.id.desc()).limit(limit))).all()


def _seen(actor: Actor) -> Select[QualityExemption, QualityExemptionDecision | None, str]:
    """A request goes with its household: who has that now sees it. Decided, it is also a paper of where it was."""
    asked, decision = QualityExemption, QualityExemptionDecision
    here = and_(Household.id == asked.household_id, in_scope(Household.village_code, actor))
    paper = and_(decision.exemption_id.is_not(None), in_scope(asked.village_code, actor))
    return (
        select(asked, decision, _VILLAGE)
        .outerjoin(decision, decision.exemption_id == asked.id)
        .outerjoin(Household, here)
        .where(or_(Household.id.is_not(None), paper))
    )


async def lock_subject(session: AsyncSession, household_id: UUID) -> None:
    """Two requests for one household are made one after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(household_id), 0x5145))))
