"""What a sign-in is worth now: read from the account, believed for seconds, turned into inner tokens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from services.gateway.domain.access_tokens import AccessClaims
from services.gateway.domain.roles import PUBLIC, RoleBook
from services.gateway.storage import sessions as storage
from services.gateway.storage.sessions import StateRow
from services.gateway.storage.tables import MACHINE
from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor, InnerTokens
from shared.chassis.scope import NATION
from shared.refusals import Unauthenticated

INNER_REUSE_S = 30.0
REMEMBERED = 20_000


@dataclass
class Rights:
    """One actor and the inner tokens signed for them lately, by service."""

    actor: Actor
    read_at: float
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)


class RightsDesk:
    """Knows who may do what. An account's state is never believed longer than `cache_s`."""

    def __init__(self, database: Database, book: RoleBook, inner: InnerTokens, cache_s: float) -> None:
        self._database = database
        self._book = book
        self._inner = inner
        self._cache_s = cache_s
        self._known: dict[str, Rights] = {}
        self._reading: dict[str, asyncio.Task[Rights | None]] = {}
        self._public = Rights(public_actor(book), 0.0)

    async def current(self, claims: AccessClaims) -> Rights:
        """The rights of a token's sign-in now; Unauthenticated when it is over or the account is shut."""
        known = self._known.get(claims.session)
        if known is None or time.monotonic() - known.read_at >= self._cache_s:
            known = await self._read_once(claims.session)
        if known is None or known.actor.account != claims.account:
            raise Unauthenticated()
        return known

    def public(self) -> Rights:
        """The rights of the anonymous."""
        return self._public

    def inner_token(self, rights: Rights, audience: str, purpose: str = "") -> str:
        """An inner token for one service; one without a purpose is used again for half a minute."""
        if purpose:
            return self._inner.sign(replace(rights.actor, purpose=purpose), audience)
        now = time.monotonic()
        token, until = rights.tokens.get(audience, ("", 0.0))
        if until <= now:
            token = self._inner.sign(rights.actor, audience)
            rights.tokens[audience] = (token, now + INNER_REUSE_S)
        return token

    async def _read_once(self, session_id: str) -> Rights | None:
        """Requests of one sign-in that come together share one look at the database."""
        task = self._reading.get(session_id)
        if task is None:
            task = asyncio.create_task(self._read(session_id))
            self._reading[session_id] = task
            task.add_done_callback(lambda _: self._reading.pop(session_id, None))
        return await asyncio.shield(task)

    async def _read(self, session_id: str) -> Rights | None:
        read_at = time.monotonic()
        async with self._database.session(read_only=True) as session:
            row = await storage.state(session, session_id)
        actor = None if row is None else actor_of(row, self._book)
        if actor is None:
            self._known.pop(session_id, None)
            return None
        known = self._known.get(session_id)
        if known is not None and known.actor == actor:
            known.read_at = read_at
            return known
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        fresh = self._known[session_id] = Rights(actor, read_at)
        return fresh


def actor_of(row: StateRow, book: RoleBook) -> Actor | None:
    """The actor of a sign-in; None when it is over, or the account is shut or has run out."""
    signed_in, account, office, person = row
    if signed_in.ended_at is not None or signed_in.expires_at <= clock.now() or account.disabled:
        return None
    if account.kind == MACHINE and (account.expires_on is None or account.expires_on < clock.office_today()):
        return None
    return Actor(
        account=account.id,
        person=account.id if person is None else person.id,
        office=office.code,
        office_name=office.name,
        level=office.level,
        sector=office.sector,
        roles=tuple(account.roles),
        permissions=book.permissions_of(account.roles),
        scope=(office.division_code,),
    )


def public_actor(book: RoleBook) -> Actor:
    """Whoever asks without signing in."""
    return Actor(
        account=PUBLIC,
        person=PUBLIC,
        office=PUBLIC,
        office_name="公众",
        level="nation",
        sector="",
        roles=(PUBLIC,),
        permissions=book.permissions_of((PUBLIC,)),
        scope=(NATION,),
    )
