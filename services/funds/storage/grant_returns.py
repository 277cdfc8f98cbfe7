"""SQL of paid grants that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import ClawBack, GrantLine, GrantReturn
from services.funds.storage.trace import one_of
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def add(session: AsyncSession, row: GrantReturn) -> None:
    session.add(row)
    await session.flush()


async def is_visible(session: AsyncSession, actor: Actor, line_id: int) -> bool:
    """Whether there is such a grant in the actor's scope."""
    query = select(GrantLine.id).where(GrantLine.id == line_id, in_scope(GrantLine.division_code, actor))
    return await session.scalar(query) is not None


async def claw_back_of(session: AsyncSession, line_id: int) -> int | None:
    """The open case by which a grant is to be got back; its payee's row is locked against a new one."""
    return await session.scalar(select(ClawBack.id).where(ClawBack.line_id == line_id, ClawBack.state == "open"))


async def is_number_of_another(session: AsyncSession, county_code: str, line_id: int, bank_reference: str) -> bool:
    """Whether the bank named another grant of the county so."""
    query = select(GrantLine.id).where(
        func.left(GrantLine.division_code, literal_column("6")) == county_code,
        GrantLine.bank_reference == bank_reference,
        GrantLine.id != line_id,
    )
    return await session.scalar(query) is not None


async def newest_day(session: AsyncSession, line_ids: Sequence[int]) -> date | None:
    """The last day on which one of these grants came back after it was paid, by itself or by its case."""
    returned = select(func.max(GrantReturn.returned_on)).where(
        one_of(GrantReturn.line_id, line_ids), stands("grant_return")
    )
    recovered = select(func.max(ClawBack.recovered_on)).where(one_of(ClawBack.line_id, line_ids))
    return await session.scalar(select(func.greatest(returned.scalar_subquery(), recovered.scalar_subquery())))


async def references_of(session: AsyncSession, line_ids: Iterable[int]) -> dict[int, str]:
    """By line that came back after it was paid: the bank's reference of that."""
    query = select(GrantReturn.line_id, GrantReturn.bank_reference).where(
        one_of(GrantReturn.line_id, line_ids), stands("grant_return")
    )
    return {row.line_id: row.bank_reference for row in await session.execute(query)}
