"""Sign-ins that are on: one's own, and those of the people and machines of an administrator's area."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.refusals.accounts import OwnAccount
from services.gateway.storage import accounts
from services.gateway.storage import sessions as storage
from services.gateway.storage.tables import MACHINE, PERSON
from services.gateway.storage.tables import SignedIn as Row
from shared.chassis import audit
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway_sign_in import Ended, SignedIn
from shared.schemas.wire import Page

BY_OWNER, BY_ADMINISTRATOR = "ended_by_owner", "ended_by_administrator"


async def own(session: AsyncSession, actor: Actor, current: str) -> Page[SignedIn]:
    """The actor's own, newest first; the two hundred latest."""
    return _page(await storage.alive(session, actor.account), current)


async def of_account(session: AsyncSession, actor: Actor, account_id: str, current: str) -> Page[SignedIn]:
    """Those of an account in the actor's area."""
    await _require_in_area(session, actor, account_id)
    return _page(await storage.alive(session, account_id), current)


async def end_own(session: AsyncSession, actor: Actor, session_id: str) -> None:
    """End one of one's own; what is not one's own is absent."""
    if not await storage.end_of(session, actor.account, session_id, BY_OWNER):
        raise NotFound()
    audit.record(session, actor, "session.end", actor.account)


async def end_others(session: AsyncSession, actor: Actor, current: str) -> Ended:
    """End all of one's own but this one."""
    ended = await storage.end_others(session, actor.account, BY_OWNER, besides=current)
    audit.record(session, actor, "session.end_others", actor.account, ended=ended)
    return Ended(ended=ended)


async def end_one_of(session: AsyncSession, actor: Actor, account_id: str, session_id: str) -> None:
    """End one sign-in of somebody in the actor's area."""
    await _require_in_area(session, actor, account_id)
    if not await storage.end_of(session, account_id, session_id, BY_ADMINISTRATOR):
        raise NotFound()
    audit.record(session, actor, "session.end", account_id)


async def end_all_of(session: AsyncSession, actor: Actor, account_id: str) -> Ended:
    """End every sign-in of somebody in the actor's area; never one's own: that is `end_others`."""
    await _require_in_area(session, actor, account_id)
    if account_id == actor.account:
        raise OwnAccount()
    ended = await storage.end_others(session, account_id, BY_ADMINISTRATOR)
    audit.record(session, actor, "session.end_all", account_id, ended=ended)
    return Ended(ended=ended)


async def _require_in_area(session: AsyncSession, actor: Actor, account_id: str) -> None:
    for kind in (PERSON, MACHINE):
        if await accounts.get(session, actor, account_id, kind) is not None:
            return
    raise NotFound()


def _page(rows: Sequence[Row], current: str) -> Page[SignedIn]:
    items = [
        SignedIn(
            id=row.id,
            started_at=row.started_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            grant=row.grant,
            peer=row.peer,
            second_factor=row.second_factor,
            current=row.id == current,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=None)
