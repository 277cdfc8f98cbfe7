"""The three grants of OAuth2: password, refresh token, client credentials. Each attempt lands in the trail."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.access_tokens import MAX_LIFE_S
from services.gateway.domain.rates import network_of
from services.gateway.domain.refusals.tokens import InvalidClient, InvalidGrant, MfaRequired
from services.gateway.domain.sign_in_limits import Limits, verdict
from services.gateway.operations.access_tokens import AccessTokens
from services.gateway.operations.client_proofs import ClientProofs, Proof
from services.gateway.operations.digests import digest, new_secret
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.rights import actor_of
from services.gateway.operations.second_factors import SecondFactors
from services.gateway.storage import accounts, parameters, second_factors, sessions, sign_in_counters
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.data_files import role_book
from services.gateway.storage.sign_in_counters import CODES, EVERYWHERE
from services.gateway.storage.tables import MACHINE, PERSON, Account, Office, SignedIn, SignIn
from shared.chassis import clock, trace
from shared.chassis.database import Database
from shared.schemas.gateway import TokenAnswer

BEAT_S = 0.1
"""Refusals leave on a beat of this length, so that how long one took tells nothing about why."""
ATTEMPTS = Counter("lika_gateway_sign_ins_total", "Attempts to sign in", ["grant", "outcome"])
UNSEEN = frozenset({"locked", "sprayed", "slowed"})
"""Outcomes of attempts that were not weighed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the day."""

    limits: Limits
    access_s: int
    session: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's try to sign in by password."""

    name: str
    password: str
    otp: str
    peer: str

    @property
    def mark(self) -> str:
        return digest(self.name)

    @property
    def network(self) -> str:
        return network_of(self.peer)


class SignInDesk:
    """Answers token requests. Every step that must stay, even when the answer is no, is its own transaction."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        tokens: AccessTokens,
        factors: SecondFactors,
        proofs: ClientProofs,
        beat_s: float = BEAT_S,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._tokens = tokens
        self._factors = factors
        self._proofs = proofs
        self._beat_s = beat_s
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def by_password(self, username: str, password: str, peer: str, otp: str = "") -> TokenAnswer:
        """A new sign-in of a human.

        InvalidGrant for a wrong name, password or code, a bar, a shut account; MfaRequired when only the code of a
        second factor is missing.
        """
        attempt = Attempt(username.strip().lower(), password, otp.strip(), peer)
        began = time.monotonic()
        async with self._database.session(read_only=True) as session:
            policy = await _policy(session)
            row = await accounts.by_username(session, attempt.name, PERSON)
            known = row is not None and await sign_in_counters.is_known(session, row[0].id, attempt.network)
        # Guesses at one name go one by one, or many at once would all see the count before. Who is known from where
        # they are does not stand in that line.
        turn = self._turns.setdefault(f"{attempt.mark} {attempt.network if known else ''}", asyncio.Lock())
        async with turn:
            outcome, answer = await self._by_password(attempt, known, policy)
        if answer is not None:
            return answer
        if outcome == "second_factor_missing":
            raise MfaRequired()
        await self._on_the_beat(began)
        raise InvalidGrant()

    async def _on_the_beat(self, began: float) -> None:
        """Wait until a refusal may leave."""
        waited = (time.monotonic() - began) % self._beat_s if self._beat_s else 0.0
        await asyncio.sleep(self._beat_s - waited)

    async def _by_password(self, attempt: Attempt, known: bool, policy: Policy) -> tuple[str, TokenAnswer | None]:
        limits = policy.limits
        async with self._database.session(read_only=True) as session:
            # Read again: whoever stood in line before may have had the hash made anew.
            row = await accounts.by_username(session, attempt.name, PERSON)
            tried = await sign_in_counters.tried(session, attempt.mark, attempt.network, limits.window)
        barred = verdict(tried, known, limits, clock.now())
        old_hash = None if row is None else row[0].secret_hash
        good = await self._passwords.verify(attempt.password, old_hash)
        new_hash = ""
        if good and old_hash is not None and self._passwords.outdated(old_hash):
            new_hash = await self._passwords.hash(attempt.password)
        answer = None
        async with self._database.session() as session:
            outcome = await _outcome(session, row, good, barred)
            shown = False
            if outcome == "signed_in" and row is not None:
                outcome, shown = await self._second_factor(session, row[0].id, attempt.otp)
            record(session, "password", outcome, *_whose(row), attempt.peer)
            if outcome == "signed_in" and row is not None:
                answer = await self._let_in(session, row[0].id, attempt, policy, shown, new_hash)
            elif outcome not in UNSEEN | {"second_factor_missing"}:
                await _count(session, attempt, outcome, limits.window)
        return outcome, answer

    async def _second_factor(self, session: AsyncSession, account_id: str, otp: str) -> tuple[str, bool]:
        """What the second factor makes of a right password, and whether one was shown."""
        factor = await second_factors.get(session, account_id, lock=True)
        if factor is None or factor.confirmed_at is None:
            return "signed_in", False
        if not otp:
            return "second_factor_missing", False
        if await self._factors.accept(session, factor, otp):
            return "signed_in", True
        return "wrong_code", False

    async def _let_in(
        self, session: AsyncSession, account_id: str, attempt: Attempt, policy: Policy, shown: bool, new_hash: str
    ) -> TokenAnswer:
        await sign_in_counters.forget_failures(session, attempt.mark, attempt.network)
        await sign_in_counters.remember(session, account_id, attempt.network)
        found = await accounts.get_own(session, account_id)
        if new_hash and found is not None:
            found[0].secret_hash = new_hash
        signed_in = _new(account_id, "password", clock.now() + policy.session, attempt.peer, shown)
        await sessions.begin(session, signed_in)
        return await self._pair(session, signed_in, policy)

    async def by_refresh(self, refresh_token: str, peer: str) -> TokenAnswer:
        """The next pair of a sign-in. A token used before ends the whole family: somebody else has a copy."""
        began = time.monotonic()
        answer = None
        async with self._database.session() as session:
            policy = await _policy(session)
            token = await sessions.lock_token(session, digest(refresh_token))
            row = None if token is None else await sessions.state(session, token.session_id)
            if token is not None and row is not None:
                alive = actor_of(row, role_book()) is not None
                outcome = "refresh_reused" if token.used_at is not None else "refreshed" if alive else "session_over"
                record(session, "refresh_token", outcome, row[1], row[2], peer)
                if outcome == "refresh_reused":
                    await sessions.end(session, token.session_id, "refresh_reused")
                elif outcome == "refreshed":
                    token.used_at = clock.now()
                    answer = await self._pair(session, row[0], policy)
            else:
                record(session, "refresh_token", "refresh_unknown", None, None, peer)
        if answer is None:
            await self._on_the_beat(began)
            raise InvalidGrant()
        return answer

    async def by_client(self, proof: Proof, peer: str) -> TokenAnswer:
        """An access token for a machine.

        InvalidClient for a wrong id, secret or assertion, an address it may not come from, or a grant that is shut or
        over.
        """
        began = time.monotonic()
        answer = None
        async with self._database.session() as session:
            policy = await _policy(session)
            row = await accounts.by_username(session, proof.client_id, MACHINE)
            fault = await self._proofs.fault(session, row, proof, peer)
            outcome = await _outcome(session, row, True, fault)
            record(session, "client_credentials", outcome, *_whose(row), peer)
            if outcome == "signed_in" and row is not None:
                until = clock.now() + timedelta(seconds=policy.access_s)
                signed_in = _new(row[0].id, "client_credentials", until, peer, False)
                await sessions.begin(session, signed_in)
                answer = await self._pair(session, signed_in, policy, refresh=False)
        if answer is None:
            await self._on_the_beat(began)
            raise InvalidClient()
        return answer

    async def _pair(
        self, session: AsyncSession, signed_in: SignedIn, policy: Policy, *, refresh: bool = True
    ) -> TokenAnswer:
        """An access token, and the next refresh token kept by its digest."""
        left = int((signed_in.expires_at - clock.now()).total_seconds())
        life = max(1, min(policy.access_s, left))
        refresh_token = new_secret() if refresh else None
        if refresh_token is not None:
            await sessions.add_token(session, digest(refresh_token), signed_in.id)
        return TokenAnswer(
            access_token=self._tokens.sign(signed_in.account_id, signed_in.id, life),
            expires_in=life,
            refresh_token=refresh_token,
        )


def _new(account_id: str, grant: str, until: datetime, peer: str, second_factor: bool) -> SignedIn:
    now = clock.now()
    return SignedIn(
        id=uuid.uuid4().hex,
        account_id=account_id,
        started_at=now,
        expires_at=until,
        ended_at=None,
        ended_because="",
        grant=grant,
        peer=peer,
        last_used_at=now,
        second_factor=second_factor,
    )


async def _policy(session: AsyncSession) -> Policy:
    values = await parameters.valid_on(session, clock.office_today())
    return Policy(
        limits=Limits(
            failures=values["lockout_failures"],
            window=timedelta(minutes=values["lockout_minutes"]),
            name_failures=values["name_failures"],
            pause=timedelta(seconds=values["name_pause_seconds"]),
            names=values["spraying_names"],
        ),
        access_s=min(values["access_token_minutes"] * 60, MAX_LIFE_S),
        session=timedelta(hours=values["session_hours"]),
    )


async def _count(session: AsyncSession, attempt: Attempt, outcome: str, window: timedelta) -> None:
    """Count a wrong attempt: here, everywhere, and a wrong code behind the right password once more."""
    await sign_in_counters.count_failure(session, attempt.mark, attempt.network, window)
    await sign_in_counters.count_failure(session, attempt.mark, EVERYWHERE, window)
    if outcome == "wrong_code":
        await sign_in_counters.count_failure(session, attempt.mark, CODES, window)


async def _outcome(session: AsyncSession, row: AccountRow | None, good: bool, barred: str) -> str:
    """What became of an attempt. The account is locked and looked at again: it may have changed meanwhile."""
    if barred:
        return barred
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


def record(
    session: AsyncSession, grant: str, outcome: str, account: Account | None, office: Office | None, peer: str
) -> None:
    """Note an attempt in the trail, and count it."""
    ATTEMPTS.labels(grant, outcome).inc()
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
