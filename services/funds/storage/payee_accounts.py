"""SQL of payees' accounts. What is sealed is opened here and nowhere else."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.sealing import Place, Seals
from services.funds.storage.tables import PayeeAccount, ProjectGrantRow
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


def sealed(seals: Seals, account: str) -> tuple[str, str]:
    """A new seal row and the account sealed in it."""
    row = uuid.uuid4().hex
    return row, seals.seal(account, Place("payee_accounts", row, "account"))


def opened(seals: Seals, row: PayeeAccount) -> str:
    """The clear account number, for comparing and for the bank's file only."""
    return seals.open(row.account_sealed, Place("payee_accounts", row.seal_row, "account"))


def resealed(seals: Seals, row: PayeeAccount, account: str) -> str:
    """The account sealed anew in its own place, under the key in use; opened again before it is trusted."""
    place = Place("payee_accounts", row.seal_row, "account")
    sealed_anew = seals.seal(account, place)
    if seals.open(sealed_anew, place) != account:
        raise ValueError("a sealed account does not open to what was sealed")
    return sealed_anew


async def contractor_name(session: AsyncSession, county_code: str, uscc: str) -> str | None:
    """The name projects give the contractor with this code in the county, as they said last."""
    facts = ProjectGrantRow.facts
    name: str | None = await session.scalar(
        select(facts["contractor_name"].astext)
        .where(ProjectGrantRow.county_code == county_code, facts["contractor_uscc"].astext == uscc)
        .order_by(ProjectGrantRow.heard_at.desc())
        .limit(1)
    )
    return name


async def contractor_names(session: AsyncSession, county_code: str, uscc: str) -> set[str]:
    """The names projects of the county give the contractor with this code by now: each may write it its own way."""
    row = ProjectGrantRow
    said = [row.facts[name].astext.label(name) for name in ("contractor_uscc", "contractor_name")]
    newest = (
        select(row.project_code, *said)
        .where(row.county_code == county_code)
        .order_by(row.project_code, row.version.desc())
        .ext(distinct_on(row.project_code))
        .subquery()
    )
    query = select(newest.c.contractor_name).where(newest.c.contractor_uscc == uscc)
    return {name for name in await session.scalars(query) if name is not None}


async def lock_county(session: AsyncSession, county_code: str) -> None:
    """One change of a county's accounts at a time, so that no account is entered for two payees at once."""
    await session.execute(text("select pg_advisory_xact_lock(7422, hashtext(:county))"), {"county": county_code})


async def live(session: AsyncSession, county_code: str) -> Sequence[PayeeAccount]:
    """Accounts of a county that are proposed or approved."""
    query = select(PayeeAccount).where(PayeeAccount.county_code == county_code, PayeeAccount.state != "refused")
    return (await session.scalars(query.order_by(PayeeAccount.id))).all()


async def add(session: AsyncSession, row: PayeeAccount) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int) -> PayeeAccount | None:
    """The account if the actor's scope covers its county, locked for the decision."""
    query = select(PayeeAccount).where(PayeeAccount.id == row_id, in_scope(PayeeAccount.county_code, actor))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()


async def in_force(session: AsyncSession, county_code: str) -> set[int]:
    """The accounts a county's payees are paid on: of each the one approved last."""
    query = (
        select(PayeeAccount.id)
        .where(PayeeAccount.county_code == county_code, PayeeAccount.state == "approved")
        .order_by(PayeeAccount.payee_uscc, PayeeAccount.decided_at.desc(), PayeeAccount.id.desc())
        .ext(distinct_on(PayeeAccount.payee_uscc))
    )
    return set(await session.scalars(query))


async def newest_approved(session: AsyncSession, county_code: str, uscc: str) -> PayeeAccount | None:
    """The account a payee is paid on: the one approved last."""
    query = (
        select(PayeeAccount)
        .where(
            PayeeAccount.county_code == county_code,
            PayeeAccount.payee_uscc == uscc,
            PayeeAccount.state == "approved",
        )
        .order_by(PayeeAccount.decided_at.desc(), PayeeAccount.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, uscc: str | None, before_id: int | None, limit: int
) -> Sequence[PayeeAccount]:
    """Accounts of the area, newest first."""
    query = (
        select(PayeeAccount)
        .where(in_scope(PayeeAccount.county_code, actor), within(PayeeAccount.county_code, area))
        .order_by(PayeeAccount.id.desc())
        .limit(limit)
    )
    if uscc is not None:
        query = query.where(PayeeAccount.payee_uscc == uscc)
    if before_id is not None:
        query = query.where(PayeeAccount.id < before_id)
    return (await session.scalars(query)).all()
