"""SQL of applications, grants, their use, and corrections asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.exchange import Grant
from services.gateway.storage.tables import (
    MACHINE,
    Account,
    ExchangeApplication,
    ExchangeCorrection,
    ExchangeCorrectionAnswer,
    ExchangeDecision,
    ExchangeUse,
    ExchangeWithdrawal,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

ApplicationRow = Row[ExchangeApplication, ExchangeDecision | None, ExchangeWithdrawal | None]


async def add(session: AsyncSession, row: Any) -> None:
    session.add(row)
    await session.flush()


async def client_of_office(session: AsyncSession, client_id: str, office: str) -> Account | None:
    """A machine of this office that is not shut."""
    query = select(Account).where(
        Account.id == client_id, Account.kind == MACHINE, Account.office_code == office, Account.disabled.is_(False)
    )
    return await session.scalar(query)


def _whole() -> Select[ExchangeApplication, ExchangeDecision | None, ExchangeWithdrawal | None]:
    query: Any = (
        select(ExchangeApplication, ExchangeDecision, ExchangeWithdrawal)
        .outerjoin(ExchangeDecision, ExchangeDecision.application_id == ExchangeApplication.id)
        .outerjoin(ExchangeWithdrawal, ExchangeWithdrawal.application_id == ExchangeApplication.id)
    )
    whole: Select[ExchangeApplication, ExchangeDecision | None, ExchangeWithdrawal | None] = query
    return whole


def _seen_by(actor: Actor) -> Any:
    """The department that applied, its machine, and whoever answers for the area."""
    return or_(
        ExchangeApplication.office_code == actor.office,
        ExchangeApplication.client_id == actor.account,
        in_scope(ExchangeApplication.division_code, actor),
    )


async def get(session: AsyncSession, actor: Actor, application_id: str, *, lock: bool = False) -> ApplicationRow | None:
    if lock:
        await session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended("exchange:" + application_id, 0)))
        )
    query = _whole().where(ExchangeApplication.id == application_id, _seen_by(actor))
    return (await session.execute(query)).one_or_none()


async def list_seen(
    session: AsyncSession, actor: Actor, item: str | None, state: str | None, after: str | None, limit: int
) -> Sequence[ApplicationRow]:
    query = _whole().where(_seen_by(actor)).order_by(ExchangeApplication.id).limit(limit)
    if item is not None:
        query = query.where(ExchangeApplication.item == item)
    if state == "open":
        query = query.where(ExchangeDecision.application_id.is_(None))
    elif state == "withdrawn":
        query = query.where(ExchangeWithdrawal.application_id.is_not(None))
    elif state is not None:
        query = query.where(ExchangeDecision.outcome == state, ExchangeWithdrawal.application_id.is_(None))
    if after is not None:
        query = query.where(ExchangeApplication.id > after)
    return (await session.execute(query)).all()


async def live(session: AsyncSession, client_id: str, on: date, item: str | None = None) -> list[Grant]:
    """The grants of a machine that are in force on a day."""
    query = (
        select(ExchangeApplication, ExchangeDecision)
        .join(ExchangeDecision, ExchangeDecision.application_id == ExchangeApplication.id)
        .outerjoin(ExchangeWithdrawal, ExchangeWithdrawal.application_id == ExchangeApplication.id)
        .where(
            ExchangeApplication.client_id == client_id,
            ExchangeDecision.outcome == "granted",
            ExchangeDecision.until >= on,
            ExchangeWithdrawal.application_id.is_(None),
        )
        .order_by(ExchangeApplication.id)
    )
    if item is not None:
        query = query.where(ExchangeApplication.item == item)
    return [_grant(asked, given) for asked, given in (await session.execute(query)).all()]


async def granted_items(session: AsyncSession, on: date) -> set[str]:
    """Items that somebody is granted on a day."""
    query = (
        select(ExchangeApplication.item)
        .distinct()
        .join(ExchangeDecision, ExchangeDecision.application_id == ExchangeApplication.id)
        .outerjoin(ExchangeWithdrawal, ExchangeWithdrawal.application_id == ExchangeApplication.id)
        .where(
            ExchangeDecision.outcome == "granted",
            ExchangeDecision.until >= on,
            ExchangeWithdrawal.application_id.is_(None),
        )
    )
    return set(await session.scalars(query))


def _grant(asked: ExchangeApplication, given: ExchangeDecision) -> Grant:
    assert given.until is not None
    return Grant(
        id=asked.id, client_id=asked.client_id, item=asked.item, purpose=asked.purpose, fields=tuple(given.fields),
        clear=given.clear, division_code=given.division_code, until=given.until, rate_per_minute=given.rate_per_minute,
    )  # fmt: skip


async def count_use(session: AsyncSession, grant: Grant, day: date, records: int) -> None:
    """Add a call to the day's figures of a grant."""
    row = insert(ExchangeUse).values(
        grant_id=grant.id, day=day, client_id=grant.client_id, item=grant.item, calls=1, records=records
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["grant_id", "day"],
            set_={"calls": ExchangeUse.calls + 1, "records": ExchangeUse.records + row.excluded.records},
        )
    )


async def uses(
    session: AsyncSession, actor: Actor, first: date, last: date, item: str | None, client: str | None
) -> Sequence[ExchangeUse]:
    query = (
        select(ExchangeUse)
        .join(ExchangeApplication, ExchangeApplication.id == ExchangeUse.grant_id)
        .where(_seen_by(actor), ExchangeUse.day.between(first, last))
        .order_by(ExchangeUse.day.desc(), ExchangeUse.grant_id)
        .limit(1_000)
    )
    if item is not None:
        query = query.where(ExchangeUse.item == item)
    if client is not None:
        query = query.where(ExchangeUse.client_id == client)
    return (await session.scalars(query)).all()


CorrectionRow = Row[ExchangeCorrection, ExchangeCorrectionAnswer | None]


def _correction_seen_by(actor: Actor) -> Any:
    """Who asked, and who is asked: the department itself, or the offices of the sector where the record lies."""
    ours = and_(ExchangeCorrection.to_sector == actor.sector, in_scope(ExchangeCorrection.division_code, actor))
    return or_(ExchangeCorrection.from_office == actor.office, ExchangeCorrection.to_office == actor.office, ours)


def _corrections() -> Select[ExchangeCorrection, ExchangeCorrectionAnswer | None]:
    query: Any = select(ExchangeCorrection, ExchangeCorrectionAnswer).outerjoin(
        ExchangeCorrectionAnswer, ExchangeCorrectionAnswer.correction_id == ExchangeCorrection.id
    )
    whole: Select[ExchangeCorrection, ExchangeCorrectionAnswer | None] = query
    return whole


async def get_correction(
    session: AsyncSession, actor: Actor, correction_id: str, *, lock: bool = False
) -> CorrectionRow | None:
    if lock:
        await session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended("correction:" + correction_id, 0)))
        )
    query = _corrections().where(ExchangeCorrection.id == correction_id, _correction_seen_by(actor))
    return (await session.execute(query)).one_or_none()


async def list_corrections(
    session: AsyncSession, actor: Actor, answered: bool | None, after: str | None, limit: int
) -> Sequence[CorrectionRow]:
    query = _corrections().where(_correction_seen_by(actor)).order_by(ExchangeCorrection.id).limit(limit)
    if answered is not None:
        missing = ExchangeCorrectionAnswer.correction_id.is_(None)
        query = query.where(~missing if answered else missing)
    if after is not None:
        query = query.where(ExchangeCorrection.id > after)
    return (await session.execute(query)).all()
