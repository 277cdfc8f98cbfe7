"""The three grants of OAuth2: password, refresh token, client credentials. Each attempt lands in the trail."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.access_tokens import MAX_LIFE_S
from services.gateway.domain.refusals.tokens import InvalidClient, InvalidGrant
from services.gateway.operations.access_tokens import AccessTokens
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.rights import actor_of
from services.gateway.storage import accounts, parameters, sessions, sign_ins
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import MACHINE, PERSON, Account, Office, SignedIn, SignIn
from shared.chassis import clock, trace
from shared.chassis.database import Database
from shared.schemas.gateway import TokenAnswer

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the day."""

    failures: int
    window: timedelta
    access_s: int
    session: timedelta


class SignInDesk:
    """Answers token requests. Every step that must stay, even when the answer is no, is its own transaction."""

    def __init__(self, database: Database, passwords: Passwords, tokens: AccessTokens) -> None:
        self._database = database
        self._passwords = passwords
        self._tokens = tokens
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def by_password(self, username: str, password: str, peer: str) -> TokenAnswer:
        """A new sign-in of a human. InvalidGrant for a wrong name, a wrong password, a lock-out, a shut account."""
        name = username.strip().lower()
        mark = digest(f"{name}\n{peer}")
        # Guesses at one name from one address go one by one, or many at once would all see the count before.
        turn = self._turns.setdefault(mark, asyncio.Lock())
        async with turn:
            return await self._by_password(name, password, peer)

    async def _by_password(self, name: str, password: str, peer: str) -> TokenAnswer:
        name_digest = digest(name)
        async with self._database.session(read_only=True) as session:
            policy = await _policy(session)
            locked = await sign_ins.failures(session, name_digest, peer, policy.window) >= policy.failures
            row = await accounts.by_username(session, name, PERSON)
        good = await self._passwords.verify(password, None if row is None else row[0].secret_hash)
        answer = None
        async with self._database.session() as session:
            outcome = await _outcome(session, row, good, locked)
            _record(session, "password", outcome, *_whose(row), peer)
            if outcome == "signed_in" and row is not None:
                await sign_ins.forget_failures(session, name_digest, peer)
                answer = await self._begin(session, row[0].id, policy, clock.now() + policy.session)
            elif outcome != "locked":
                await sign_ins.count_failure(session, name_digest, peer, policy.window)
        if answer is None:
            raise InvalidGrant()
        return answer

    async def by_refresh(self, refresh_token: str, peer: str) -> TokenAnswer:
        """The next pair of a sign-in. A token used before ends the whole family: somebody else has a copy."""
        answer = None
        async with self._database.session() as session:
            policy = await _policy(session)
            token = await sessions.lock_token(session, digest(refresh_token))
            row = None if token is None else await sessions.state(session, token.session_id)
            if token is not None and row is not None:
                alive = actor_of(row, role_book()) is not None
                outcome = "refresh_reused" if token.used_at is not None else "refreshed" if alive else "session_over"
                _record(session, "refresh_token", outcome, row[1], row[2], peer)
                if outcome == "refresh_reused":
                    await sessions.end(session, token.session_id, "refresh_reused")
                elif outcome == "refreshed":
                    token.used_at = clock.now()
                    answer = await self._pair(session, row[0], policy)
        if answer is None:
            raise InvalidGrant()
        return answer

    async def by_client(self, client_id: str, client_secret: str, peer: str) -> TokenAnswer:
        """An access token for a machine. InvalidClient for a wrong id or secret, or a grant that is shut or over."""
        answer = None
        async with self._database.session() as session:
            policy = await _policy(session)
            row = await accounts.by_username(session, client_id, MACHINE)
            expected = row[0].secret_hash if row is not None else digest("nobody")
            good = hmac.compare_digest(expected, digest(client_secret)) and row is not None
            outcome = await _outcome(session, row, good, locked=False)
            _record(session, "client_credentials", outcome, *_whose(row), peer)
            if outcome == "signed_in" and row is not None:
                until = clock.now() + timedelta(seconds=policy.access_s)
                answer = await self._begin(session, row[0].id, policy, until, refresh=False)
        if answer is None:
            raise InvalidClient()
        return answer

    async def _begin(
        self, session: AsyncSession, account_id: str, policy: Policy, until: datetime, *, refresh: bool = True
    ) -> TokenAnswer:
        signed_in = SignedIn(
            id=uuid.uuid4().hex,
            account_id=account_id,
            started_at=clock.now(),
            expires_at=until,
            ended_at=None,
            ended_because="",
        )
        await sessions.begin(session, signed_in)
        return await self._pair(session, signed_in, policy, refresh=refresh)

    async def _pair(
        self, session: AsyncSession, signed_in: SignedIn, policy: Policy, *, refresh: bool = True
    ) -> TokenAnswer:
        """An access token, and the next refresh token kept by its digest."""
        left = int((signed_in.expires_at - clock.now()).total_seconds())
        life = max(1, min(policy.access_s, left))
        refresh_token = secrets.token_urlsafe(SECRET_BYTES) if refresh else None
        if refresh_token is not None:
            await sessions.add_token(session, digest(refresh_token), signed_in.id)
        return TokenAnswer(
            access_token=self._tokens.sign(signed_in.account_id, signed_in.id, life),
            expires_in=life,
            refresh_token=refresh_token,
        )


def digest(secret: str) -> str:
    """SHA-256, hex: enough for random secrets, and for names that need not be kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def _policy(session: AsyncSession) -> Policy:
    values = await parameters.valid_on(session, clock.office_today())
    return Policy(
        failures=values["lockout_failures"],
        window=timedelta(minutes=values["lockout_minutes"]),
        access_s=min(values["access_token_minutes"] * 60, MAX_LIFE_S),
        session=timedelta(hours=values["session_hours"]),
    )


async def _outcome(session: AsyncSession, row: AccountRow | None, good: bool, locked: bool) -> str:
    """What became of an attempt. The account is locked and looked at again: it may have changed meanwhile."""
    if locked:
        return "locked"
    if row is None:
        return "unknown_name"
    if not good:
        return "wrong_secret"
    now = await accounts.get_own(session, row[0].id, lock=True)
    if now is None or now[0].secret_hash != row[0].secret_hash:
        return "wrong_secret"
    if now[0].disabled:
        return "disabled"
    if now[0].expires_on is not None and now[0].expires_on < clock.office_today():
        return "expired"
    return "signed_in"


def _whose(row: AccountRow | None) -> tuple[Account | None, Office | None]:
    return (None, None) if row is None else (row[0], row[1])


def _record(
    session: AsyncSession, grant: str, outcome: str, account: Account | None, office: Office | None, peer: str
) -> None:
    session.add(
        SignIn(
            at=clock.now(),
            grant=grant,
            outcome=outcome,
            account_id="" if account is None else account.id,
            username="" if account is None else account.username,
            office_code="" if office is None else office.code,
            division_code="" if office is None else office.division_code,
            peer=peer,
            trace_id=trace.trace_id(),
        )
    )
