"""The sign-in trail, as security administrators read it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage import sign_ins as storage
from services.gateway.storage.tables import SignIn as SignInRow
from shared.chassis import clock, paging
from shared.chassis.identity import Actor
from shared.schemas.gateway import SignIn
from shared.schemas.gateway_sign_in import OutcomeCount
from shared.schemas.wire import Page


async def list_sign_ins(
    session: AsyncSession, actor: Actor, account: str | None, outcome: str | None, cursor: str | None, limit: int
) -> Page[SignIn]:
    """Attempts in the actor's area, newest first."""
    before = paging.decode(cursor, int)
    older_than = int(before[0]) if before else None
    found = await storage.list_in_scope(session, actor, account, outcome, older_than, limit + 1)
    items = [_shown(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


def _shown(row: SignInRow) -> SignIn:
    return SignIn(
        id=row.id,
        at=row.at,
        grant=row.grant,
        outcome=row.outcome,
        account=row.account_id,
        username=row.username,
        office=row.office_code,
        peer=row.peer,
        times=row.times,
    )


async def count_sign_ins(session: AsyncSession, actor: Actor, hours: int) -> Page[OutcomeCount]:
    """How often each outcome came about in the actor's area within the last hours."""
    counted = await storage.counts(session, actor, clock.now() - timedelta(hours=hours))
    items = [OutcomeCount(grant=grant, outcome=outcome, times=times) for grant, outcome, times in counted]
    return Page(items=items, next_cursor=None)
