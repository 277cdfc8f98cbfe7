"""SQL of the bank's word on several orders at once, each entered by an actor of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, and_, any_, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Claim, LedgerAccount, Payment
from shared.chassis.identity import Actor
from shared.chassis.row_security import hull

Asked = Sequence[tuple[int, Actor]]
"""Ids, each with the actor who must see what it names. No id stands twice."""
Accounts = dict[tuple[str, int], LedgerAccount]
"""Accounts by kind and owner's id."""
_PAYMENT: tuple[Any, Any] = (Payment.id, Payment.division_code)
_CLAIM: tuple[Any, Any] = (Claim.id, Claim.division_code)
_IDS: Any = ARRAY(BigInteger)
_CODES: Any = ARRAY(String)


async def visible_payments(session: AsyncSession, asked: Asked) -> dict[int, Payment]:
    """Payments by id that lie in the scope of who asks for them, locked in the order of their ids."""
    query = select(Payment).where(_seen(*_PAYMENT, asked)).order_by(Payment.id)
    return {row.id: row for row in await session.scalars(query.with_for_update())}


async def visible_claims(session: AsyncSession, asked: Asked) -> dict[int, Claim]:
    """Claims by id that lie in the scope of who asks for them, locked in the order of their ids."""
    query = select(Claim).where(_seen(*_CLAIM, asked)).order_by(Claim.id)
    return {row.id: row for row in await session.scalars(query.with_for_update())}


def _seen(key: ColumnElement[int], division_code: ColumnElement[str], asked: Asked) -> ColumnElement[bool]:
    """SQL: the row is one that is asked for, and lies in one of the areas of the actor who asks for it."""
    rows = [(one, hull([area])) for one, actor in asked for area in actor.scope]
    ids = literal([one for one, _ in rows], _IDS)
    firsts, ends = (literal([span[edge] for _, span in rows], _CODES) for edge in (0, 1))
    columns = column("id", BigInteger), column("first", String), column("end", String)
    asks = func.unnest(ids, firsts, ends).table_valued(*columns, name="asks").render_derived()
    inside = select(1).where(asks.c.id == key, division_code >= asks.c.first, division_code < asks.c.end)
    return and_(key == any_(ids), inside.exists())


async def accounts_of(session: AsyncSession, kinds: Sequence[str], owner_ids: Collection[int]) -> Accounts:
    """The accounts of these kinds that these own."""
    query = select(LedgerAccount).where(
        LedgerAccount.kind.in_(kinds), LedgerAccount.owner_id == any_(literal(list(owner_ids), _IDS))
    )
    return {(row.kind, row.owner_id): row for row in await session.scalars(query)}
