"""What a person does with their own second factor: each step needs the password, or a code, besides the token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.refusals.second_factors import CodeWrong, PasswordWrong
from services.gateway.operations.own_account import count_wrong, own_state, require_password
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.second_factors import SecondFactors
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.schemas.gateway_sign_in import (
    CodeProof,
    PasswordProof,
    RecoveryCodes,
    SecondFactorBegun,
    SecondFactorProof,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What these steps work with. Wrong passwords and codes are counted in transactions of their own."""

    database: Database
    passwords: Passwords
    factors: SecondFactors


async def begin(desk: Desk, session: AsyncSession, actor: Actor, proof: PasswordProof) -> SecondFactorBegun:
    """A secret for one's device; nothing changes until a code of it is sent."""
    account, policy = await own_state(desk.database, actor)
    await require_password(
        desk.database, desk.passwords, account, policy, proof.password.get_secret_value(), PasswordWrong
    )
    return await desk.factors.begin(session, account)


async def confirm(desk: Desk, session: AsyncSession, actor: Actor, sign_in: str, proof: CodeProof) -> RecoveryCodes:
    """The second factor is on from here."""
    return await desk.factors.confirm(session, actor, sign_in, proof.otp.get_secret_value().strip())


async def renew_codes(desk: Desk, session: AsyncSession, actor: Actor, proof: SecondFactorProof) -> RecoveryCodes:
    """New recovery codes, for who has used some or lost the paper."""
    account, policy = await own_state(desk.database, actor)
    await require_password(
        desk.database, desk.passwords, account, policy, proof.password.get_secret_value(), PasswordWrong
    )
    try:
        return await desk.factors.renew_codes(session, actor, proof.otp.get_secret_value().strip())
    except CodeWrong:
        await count_wrong(desk.database, account, policy)
        raise


async def remove(desk: Desk, session: AsyncSession, actor: Actor, proof: SecondFactorProof) -> None:
    """Do without a second factor, where the roles allow it."""
    account, policy = await own_state(desk.database, actor)
    await require_password(
        desk.database, desk.passwords, account, policy, proof.password.get_secret_value(), PasswordWrong
    )
    try:
        await desk.factors.remove(session, actor, proof.otp.get_secret_value().strip())
    except CodeWrong:
        await count_wrong(desk.database, account, policy)
        raise
