"""What a sign-in is worth now: read from the account, believed for seconds, turned into inner tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.access_tokens import AccessClaims
from services.gateway.domain.client_addresses import Network, admits, networks
from services.gateway.domain.delegations import Lent, usable
from services.gateway.domain.offices import stands_on
from services.gateway.domain.refusals.passwords import PasswordChangeRequired
from services.gateway.domain.refusals.second_factors import SecondFactorMissing
from services.gateway.domain.roles import PUBLIC, RoleBook
from services.gateway.storage import clients, delegations, parameters, successions
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
FIRST_PASSWORD_PATHS = frozenset({"/api/v1/auth/me", "/api/v1/auth/password", "/api/v1/auth/sign-out"})
"""All that is open to whoever signed in with a password somebody else had set."""
SECOND_FACTOR_PATHS = FIRST_PASSWORD_PATHS | {
    "/api/v1/auth/second-factor",
    "/api/v1/auth/second-factor/confirmation",
}
"""All that is open to whoever needs a second factor and has shown none: with it they get one."""
Needs = Callable[[Mapping[str, int], tuple[str, ...], frozenset[str]], bool]
"""Whether by the figures of the day these roles and permissions need a second factor."""


@dataclass
class Rights:
    """One actor and the inner tokens signed for them lately, by service."""

    actor: Actor
    read_at: float
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    must_change_password: bool = False
    needs_second_factor: bool = False
    """The roles need a second factor, and this sign-in has shown none."""
    networks: tuple[Network, ...] = ()
    """Where a machine may come from; from anywhere when empty."""

    def require_second_factor(self, path: str) -> None:
        """Refuse everything but enrolling a second factor to whoever needs one and has shown none."""
        if self.needs_second_factor and path not in SECOND_FACTOR_PATHS:
            raise SecondFactorMissing()

    def require_address(self, peer: str) -> None:
        """Refuse a machine's token that comes from elsewhere than the machine may."""
        if not admits(self.networks, peer):
            raise Unauthenticated()

    def require_own_password(self, path: str) -> None:
        """Refuse everything but the change of a password that somebody else has set."""
        if self.must_change_password and path not in FIRST_PASSWORD_PATHS:
            raise PasswordChangeRequired()


class RightsDesk:
    """Knows who may do what. An account's state is never believed longer than `cache_s`."""

    def __init__(self, database: Database, book: RoleBook, inner: InnerTokens, cache_s: float, needs: Needs) -> None:
        self._database = database
        self._book = book
        self._inner = inner
        self._cache_s = cache_s
        self._needs = needs
        self._used: set[str] = set()
        self._known: dict[str, Rights] = {}
        self._reading: dict[str, asyncio.Task[Rights | None]] = {}
        self._figures: tuple[float, date | None, Mapping[str, int]] = (0.0, None, {})
        self._public = Rights(public_actor(book), 0.0)

    def believed(self, claims: AccessClaims) -> Rights | None:
        """The rights of a token's sign-in as they were read just now; None when they must be read.

        Who is held at the change of the first password, or at the second factor, is looked at every time: once done,
        it holds at once.
        """
        known = self._known.get(claims.session)
        if known is None or known.must_change_password or known.needs_second_factor:
            return None
        if time.monotonic() - known.read_at >= self._cache_s or known.actor.account != claims.account:
            return None
        return known

    async def current(self, claims: AccessClaims) -> Rights:
        """The rights of a token's sign-in now; Unauthenticated when it is over or the account is shut."""
        known = self.believed(claims)
        if known is None:
            known = await self._read_once(claims.session)
            if known is None or known.actor.account != claims.account:
                raise Unauthenticated()
        return known

    async def holds(self, claims: AccessClaims, rights: Rights) -> bool:
        """Whether a sign-in still has exactly these rights, and its token has not run out."""
        if claims.expires <= time.time():
            return False
        try:
            return (await self.current(claims)).actor == rights.actor
        except Unauthenticated:
            return False

    def public(self) -> Rights:
        """The rights of the anonymous."""
        return self._public

    def inner_token(self, rights: Rights, audience: str, purpose: str = "") -> str:
        """An inner token for one service; one without a purpose is used again for half a minute."""
        if purpose and not rights.actor.purpose:  # that of a grant stands
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
        read_at, today = time.monotonic(), clock.office_today()
        async with self._database.session(read_only=True) as session:
            # Nearly always one statement: what few have is asked for when the first one says that there is any.
            row = await storage.state(session, session_id)
            lent = [] if row is None or not row[4] else await delegations.lent_to(session, row[1].id, today)
            before = [] if row is None or not row[5] else await successions.predecessors(session, row[2].code)
            allowed = [] if row is None or row[1].kind != MACHINE else await clients.addresses(session, row[1].id)
            figures = await self._figures_of(session, today)
        actor = None if row is None else actor_of(row, self._book, lent, before)
        if row is None or actor is None:
            self._known.pop(session_id, None)
            return None
        must_change = row[1].must_change_password
        fresh = Rights(actor, read_at, must_change_password=must_change, networks=networks(allowed))
        if row[1].kind != MACHINE and not row[0].second_factor:
            fresh.needs_second_factor = self._needs(figures, actor.roles, actor.permissions)
        self._used.add(session_id)
        known = self._known.get(session_id)
        if known is not None and _same(known, fresh):
            known.read_at = read_at
            return known
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[session_id] = fresh
        return fresh

    async def _figures_of(self, session: AsyncSession, today: date) -> Mapping[str, int]:
        """The figures of the day, believed as long as an account's state is."""
        read_at, day, figures = self._figures
        if day != today or time.monotonic() - read_at >= self._cache_s:
            figures = await parameters.valid_on(session, today)
            self._figures = (time.monotonic(), today, figures)
        return figures

    def used_lately(self) -> set[str]:
        """Sign-ins somebody came with since this was asked last."""
        used, self._used = self._used, set()
        return used


def _same(one: Rights, other: Rights) -> bool:
    """Whether all is as it was, but for when it was read: then the inner tokens signed for it still hold."""
    return replace(one, read_at=0.0, tokens={}) == replace(other, read_at=0.0, tokens={})


def actor_of(
    row: StateRow, book: RoleBook, lent: Sequence[Lent] = (), offices_before: Sequence[str] = ()
) -> Actor | None:
    """The actor of a sign-in, with what is lent to it; None when it is over, the account shut, the office closed."""
    signed_in, account, office, person, *_ = row
    if signed_in.ended_at is not None or signed_in.expires_at <= clock.now() or account.disabled:
        return None
    if account.kind == MACHINE and (account.expires_on is None or account.expires_on < clock.office_today()):
        return None
    if not stands_on(office.valid_from, office.valid_to, clock.office_today()):
        return None
    borrowed = usable(book, office.level, office.sector, account.roles, lent)
    roles = (*account.roles, *borrowed)
    return Actor(
        account=account.id,
        person=account.id if person is None else person.id,
        office=office.code,
        office_name=office.name,
        level=office.level,
        sector=office.sector,
        roles=roles,
        permissions=book.permissions_of(roles),
        scope=(office.division_code,),
        delegations=tuple(sorted(set(borrowed.values()))),
        offices_before=tuple(offices_before),
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
