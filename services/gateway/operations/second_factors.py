"""Second factors: what a person does with their own, what an administrator takes away, and what a code is worth."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import sealed_places
from services.gateway.domain import second_factors as rules
from services.gateway.domain.refusals.accounts import OwnAccount
from services.gateway.domain.refusals.second_factors import (
    CodeWrong,
    SecondFactorAbsent,
    SecondFactorNotBegun,
    SecondFactorPresent,
    SecondFactorRequired,
)
from services.gateway.operations.digests import digest
from services.gateway.operations.role_checks import require_grantable
from services.gateway.operations.sealing import Seals
from services.gateway.storage import accounts, parameters, sessions
from services.gateway.storage import second_factors as storage
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import PERSON, Account, SecondFactor
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway_sign_in import RecoveryCodes, SecondFactorBegun, SecondFactorState

SHOWN_AS = "Lika 立卡"
CODES = 10
CODE_BYTES = 10
"""80 random bits: a recovery code is kept by a plain digest."""


class SecondFactors:
    """Opens the sealed secrets and judges codes. `in_force` is off in the demonstration: nobody needs one there."""

    def __init__(self, seals: Seals, in_force: bool) -> None:
        self._seals = seals
        self.in_force = in_force

    async def accept(self, session: AsyncSession, factor: SecondFactor, code: str) -> bool:
        """Take a device's code or a recovery code; each is good once. The factor is locked by the caller."""
        if not rules.is_code(code):
            return await storage.use_code(session, factor.account_id, _mark(factor.account_id, code))
        secret = self._seals.open(factor.secret, sealed_places.second_factor(factor.account_id))
        step = rules.step_of(secret, code, time.time(), factor.last_step)
        if step is None:
            return False
        factor.last_step = step
        await session.flush()
        return True

    async def begin(self, session: AsyncSession, account: Account) -> SecondFactorBegun:
        """A new secret for the account's device; shown in this answer only, and in force once confirmed."""
        present = await storage.get(session, account.id, lock=True)
        if present is not None and present.confirmed_at is not None:
            raise SecondFactorPresent()
        secret = pyotp.random_base32()
        factor = SecondFactor(
            account_id=account.id,
            secret=self._seals.seal(secret, sealed_places.second_factor(account.id)),
            last_step=0,
            created_at=clock.now(),
            confirmed_at=None,
        )
        if present is not None:
            session.expunge(present)
        await storage.put(session, factor)
        return SecondFactorBegun(secret=secret, otpauth_uri=rules.enrolment_address(secret, account.username, SHOWN_AS))

    async def confirm(self, session: AsyncSession, actor: Actor, sign_in: str, code: str) -> RecoveryCodes:
        """The device makes good codes: it counts from now on, and this sign-in has shown it. Ends all others."""
        factor = await storage.get(session, actor.account, lock=True)
        if factor is None:
            raise SecondFactorNotBegun()
        if factor.confirmed_at is not None:
            raise SecondFactorPresent()
        if not rules.is_code(code) or not await self.accept(session, factor, code):
            raise CodeWrong()
        factor.confirmed_at = clock.now()
        await session.flush()
        await sessions.note_second_factor(session, sign_in)
        await sessions.end_all(session, actor.account, "second_factor_on", besides=sign_in)
        audit.record(session, actor, "second_factor.confirm", actor.account)
        return await self._new_codes(session, actor.account)

    async def renew_codes(self, session: AsyncSession, actor: Actor, code: str) -> RecoveryCodes:
        """Ten new recovery codes instead of those there are."""
        await self._require(session, actor, code)
        audit.record(session, actor, "second_factor.renew_codes", actor.account)
        return await self._new_codes(session, actor.account)

    async def remove(self, session: AsyncSession, actor: Actor, code: str) -> None:
        """Do without, where the roles allow it."""
        await self._require(session, actor, code)
        if await self.required(session, actor.roles, actor.permissions):
            raise SecondFactorRequired()
        await storage.remove(session, actor.account)
        audit.record(session, actor, "second_factor.remove", actor.account)

    async def state(self, session: AsyncSession, actor: Actor) -> SecondFactorState:
        """Whether the actor has one, and needs one by roles and figures of the day."""
        factor = await storage.get(session, actor.account)
        found = await accounts.get_own(session, actor.account)
        permissions = role_book().permissions_of(() if found is None else found[0].roles)
        return SecondFactorState(
            state="none" if factor is None else "begun" if factor.confirmed_at is None else "on",
            required=await self.required(session, actor.roles, permissions),
            recovery_codes_left=await storage.codes_left(session, actor.account),
        )

    async def required(self, session: AsyncSession, roles: tuple[str, ...], permissions: frozenset[str]) -> bool:
        """Whether these roles need a second factor today."""
        figures = await parameters.valid_on(session, clock.office_today())
        return self.needed(figures, roles, permissions)

    def needed(self, figures: Mapping[str, int], roles: tuple[str, ...], permissions: frozenset[str]) -> bool:
        """The same by figures already read."""
        known = role_book().roles
        kinds = {known[role].kind for role in roles if role in known}
        return self.in_force and rules.required(figures, kinds, permissions)

    async def _require(self, session: AsyncSession, actor: Actor, code: str) -> None:
        factor = await storage.get(session, actor.account, lock=True)
        if factor is None or factor.confirmed_at is None:
            raise SecondFactorAbsent()
        if not await self.accept(session, factor, code):
            raise CodeWrong()

    async def _new_codes(self, session: AsyncSession, account_id: str) -> RecoveryCodes:
        codes = [_spelled(secrets.token_bytes(CODE_BYTES)) for _ in range(CODES)]
        await storage.replace_codes(session, account_id, [_mark(account_id, code) for code in codes])
        return RecoveryCodes(codes=codes)


async def reset(session: AsyncSession, actor: Actor, account_id: str, reason: str) -> None:
    """An administrator takes a lost device away; the account's sign-ins end.

    Never one's own, nor that of an account whose roles they would not grant: it would be half of taking it.
    """
    found = await accounts.get(session, actor, account_id, PERSON, lock=True)
    if found is None:
        raise NotFound()
    if found[0].person_id == actor.person:
        raise OwnAccount()
    require_grantable(role_book(), actor, found[1], found[0].roles)
    if not await storage.remove(session, account_id):
        raise SecondFactorAbsent()
    found[0].version += 1
    await accounts.keep_version(session, found[0], reason, actor.account)
    await sessions.end_all(session, account_id, "second_factor_reset")
    audit.record(session, actor, "second_factor.reset", account_id)


def _mark(account_id: str, code: str) -> str:
    return digest(f"{account_id}\n{rules.recovery_form(code)}")


def _spelled(raw: bytes) -> str:
    """Sixteen letters and digits in four groups."""
    text = base64.b32encode(raw).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
