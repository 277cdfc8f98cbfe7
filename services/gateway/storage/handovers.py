"""SQL of the records of people who left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.gateway.storage.tables import Handover, Person
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

HandoverRow = Row[Handover, str, str]
"""The record, the name of who left and the name of who follows."""


def _whole(actor: Actor) -> Select[Handover, str, str]:
    """Records of the actor's area for whoever reads accounts; for others those that hand something over to them."""
    left, follows = aliased(Person), aliased(Person)
    query: Any = select(Handover, left.name, follows.name)
    query = query.join(left, left.id == Handover.person_id).join(follows, follows.id == Handover.successor_person)
    mine = Handover.successor_person == actor.person
    area = in_scope(Handover.division_code, actor)
    whole: Select[Handover, str, str] = query.where(or_(mine, area) if actor.may("account.read") else mine)
    return whole


async def get(session: AsyncSession, actor: Actor, handover_id: str) -> HandoverRow | None:
    return (await session.execute(_whole(actor).where(Handover.id == handover_id))).one_or_none()


async def page(session: AsyncSession, actor: Actor, after: str | None, limit: int) -> Sequence[HandoverRow]:
    """Records the actor sees, by id."""
    query = _whole(actor)
    if after is not None:
        query = query.where(Handover.id > after)
    return (await session.execute(query.order_by(Handover.id).limit(limit))).all()


async def add(session: AsyncSession, handover: Handover) -> None:
    session.add(handover)
    await session.flush()
