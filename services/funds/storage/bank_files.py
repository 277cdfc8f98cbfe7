"""SQL of the files of payment orders for the bank and of the bank's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import (
    Allocation,
    BankFile,
    BankFileLine,
    BankFileVoid,
    BankResult,
    PayeeAccount,
    Payment,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def payments_to_send(session: AsyncSession, actor: Actor, ids: Sequence[int]) -> dict[int, tuple[Payment, str]]:
    """Payments in the actor's scope by id, each with its project's code; locked in the order of their ids."""
    query = (
        select(Payment, Allocation.project_code)
        .join(Allocation, Allocation.id == Payment.allocation_id)
        .where(Payment.id.in_(ids), in_scope(Payment.division_code, actor))
        .order_by(Payment.id)
        .with_for_update(of=Payment)
        .execution_options(populate_existing=True)
    )
    return {payment.id: (payment, code) for payment, code in await session.execute(query)}


async def add(session: AsyncSession, row: BankFile, lines: Sequence[BankFileLine]) -> None:
    """Insert a file with its lines; a payment in another file violates uq_bank_file_lines_payment."""
    session.add(row)
    await session.flush()
    before = await _entries(session, [line.payment_id for line in lines])
    for line in lines:
        line.bank_file_id, line.entry = row.id, before.get(line.payment_id, 0) + 1
    session.add_all(lines)
    await session.flush()


async def _entries(session: AsyncSession, payment_ids: Sequence[int]) -> dict[int, int]:
    """By payment how many voided files it was in."""
    query = (
        select(BankFileLine.payment_id, func.count())
        .join(BankFileVoid, BankFileVoid.bank_file_id == BankFileLine.bank_file_id)
        .where(BankFileLine.payment_id.in_(payment_ids))
        .group_by(BankFileLine.payment_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def voids_of(session: AsyncSession, file_ids: Iterable[int]) -> dict[int, BankFileVoid]:
    """By file how it was taken back, where it was."""
    query = select(BankFileVoid).where(BankFileVoid.bank_file_id.in_(list(file_ids)))
    return {row.bank_file_id: row for row in await session.scalars(query)}


async def add_void(session: AsyncSession, row: BankFileVoid) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, file_id: int) -> BankFile | None:
    query = select(BankFile).where(BankFile.id == file_id, in_scope(BankFile.county_code, actor))
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, before_id: int | None, limit: int
) -> Sequence[BankFile]:
    """Files of the area, newest first."""
    query = (
        select(BankFile)
        .where(in_scope(BankFile.county_code, actor), within(BankFile.county_code, area))
        .order_by(BankFile.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(BankFile.id < before_id)
    return (await session.scalars(query)).all()


async def lines_of(session: AsyncSession, file_id: int) -> list[tuple[BankFileLine, Payment, PayeeAccount]]:
    """A file's lines in order, each with its payment and the account it names."""
    query = (
        select(BankFileLine, Payment, PayeeAccount)
        .join(Payment, Payment.id == BankFileLine.payment_id)
        .join(PayeeAccount, PayeeAccount.id == BankFileLine.payee_account_id)
        .where(BankFileLine.bank_file_id == file_id)
        .order_by(BankFileLine.number)
    )
    return [(line, payment, account) for line, payment, account in await session.execute(query)]


async def lock_results(session: AsyncSession, file_id: int) -> None:
    """One answer to a file is entered at a time, and none while it leaves or is voided."""
    await session.execute(text("select pg_advisory_xact_lock(7423, hashtext(:file))"), {"file": str(file_id)})


async def lock_payments(session: AsyncSession, ids: Sequence[int]) -> None:
    """Lock payments in the order of their ids and read them anew."""
    await session.execute(
        select(Payment)
        .where(Payment.id.in_(ids))
        .order_by(Payment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def results_of(session: AsyncSession, file_id: int, sha256: str | None = None) -> Sequence[BankResult]:
    """Results entered for a file, oldest first; the one with this content if asked."""
    query = select(BankResult).where(BankResult.bank_file_id == file_id).order_by(BankResult.id)
    if sha256 is not None:
        query = query.where(BankResult.content_sha256 == sha256)
    return (await session.scalars(query)).all()


async def add_result(session: AsyncSession, row: BankResult) -> None:
    session.add(row)
    await session.flush()
