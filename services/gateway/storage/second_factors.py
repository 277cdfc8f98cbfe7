"""SQL of second factors and recovery codes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import RecoveryCode, SecondFactor
from shared.chassis import clock


async def get(session: AsyncSession, account_id: str, *, lock: bool = False) -> SecondFactor | None:
    """The account's device, confirmed or not; locked, so that of two uses of a code one is the second."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def put(session: AsyncSession, factor: SecondFactor) -> None:
    """Put a device in place of one that was never confirmed."""
    await session.execute(
        delete(SecondFactor).where(SecondFactor.account_id == factor.account_id, SecondFactor.confirmed_at.is_(None))
    )
    session.add(factor)
    await session.flush()


async def remove(session: AsyncSession, account_id: str) -> bool:
    """Take the device and its recovery codes away; whether there was a device."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    gone = await session.execute(
        delete(SecondFactor).where(SecondFactor.account_id == account_id).returning(SecondFactor.account_id)
    )
    return gone.first() is not None


async def replace_codes(session: AsyncSession, account_id: str, digests: Iterable[str]) -> None:
    """Give the account these recovery codes instead of those it has."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    now = clock.now()
    session.add_all(RecoveryCode(digest=one, account_id=account_id, created_at=now, used_at=None) for one in digests)
    await session.flush()


async def use_code(session: AsyncSession, account_id: str, digest: str) -> bool:
    """Use a recovery code of the account up; False for one that is not there or used."""
    used = await session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.digest == digest, RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(RecoveryCode.digest)
    )
    return used.first() is not None


async def codes_left(session: AsyncSession, account_id: str) -> int:
    found = await session.scalar(
        select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return found or 0
