"""SQL of which office took over from which."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.gateway.storage.tables import Office, Succession, SuccessionAccount, SuccessionLink
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def predecessors(session: AsyncSession, code: str) -> list[str]:
    """Every office this one has taken over from, however far back, by code."""
    chain = (
        select(SuccessionLink.predecessor_code)
        .where(SuccessionLink.successor_code == code)
        .cte("chain", recursive=True)
    )
    chain = chain.union(
        select(SuccessionLink.predecessor_code).join(chain, SuccessionLink.successor_code == chain.c.predecessor_code)
    )
    return sorted((await session.scalars(select(chain.c.predecessor_code))).all())


async def links_of(session: AsyncSession, code: str) -> Sequence[SuccessionLink]:
    """The links an office has to those before and those after it."""
    query = select(SuccessionLink).where(
        or_(SuccessionLink.predecessor_code == code, SuccessionLink.successor_code == code)
    )
    return (await session.scalars(query.order_by(SuccessionLink.predecessor_code))).all()


async def links(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[SuccessionLink]]:
    """The links of these successions."""
    found: dict[str, list[SuccessionLink]] = {id_: [] for id_ in ids}
    rows = await session.scalars(
        select(SuccessionLink)
        .where(SuccessionLink.succession_id.in_(ids))
        .order_by(SuccessionLink.predecessor_code, SuccessionLink.successor_code)
    )
    for row in rows:
        found[row.succession_id].append(row)
    return found


async def moved(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[SuccessionAccount]]:
    """The accounts these successions moved."""
    found: dict[str, list[SuccessionAccount]] = {id_: [] for id_ in ids}
    rows = await session.scalars(
        select(SuccessionAccount).where(SuccessionAccount.succession_id.in_(ids)).order_by(SuccessionAccount.account_id)
    )
    for row in rows:
        found[row.succession_id].append(row)
    return found


async def page(session: AsyncSession, actor: Actor, after: str | None, limit: int) -> Sequence[Succession]:
    """Successions all of whose offices lie in the actor's area, by id."""
    office = aliased(Office)
    outside = (
        select(SuccessionLink.succession_id)
        .join(office, or_(office.code == SuccessionLink.predecessor_code, office.code == SuccessionLink.successor_code))
        .where(SuccessionLink.succession_id == Succession.id, ~in_scope(office.division_code, actor))
    )
    query = select(Succession).where(~outside.exists()).order_by(Succession.id).limit(limit)
    if after is not None:
        query = query.where(Succession.id > after)
    return (await session.scalars(query)).all()


async def add(
    session: AsyncSession,
    succession: Succession,
    pairs: Sequence[tuple[str, str]],
    accounts: Sequence[SuccessionAccount],
) -> None:
    """Insert a succession with its links (predecessor, successor) and the accounts it moved."""
    session.add(succession)
    await session.flush()
    session.add_all(
        SuccessionLink(predecessor_code=before, successor_code=after, succession_id=succession.id)
        for before, after in pairs
    )
    session.add_all(accounts)
    await session.flush()
