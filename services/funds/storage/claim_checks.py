"""SQL of what surrounds a claim: contract terms, opinions, approvals, and what its payee claims within days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Base, Claim, ClaimApproval, ClaimOpinion, ContractTerms
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, row: Base) -> None:
    session.add(row)
    await session.flush()


async def window_sum(session: AsyncSession, claim: Claim, days: int) -> int:
    """Fen that a claim's payee claims in the county within so many days of it, by stated day or by day of entry.

    Both days count, so that neither a day stated late nor an entry made late takes a claim out of the window.
    A payee is who has the code, whatever the contractor is called by now; who has none is known by name alone.
    Retention released was part of the claim it was withheld from: no sum counts it again, and it counts alone.
    """
    if claim.kind == "retention":
        return claim.amount_fen
    span = timedelta(days=days)
    stated = and_(Claim.claimed_on >= claim.claimed_on - span, Claim.claimed_on <= claim.claimed_on + span)
    entered = and_(Claim.entered_at >= claim.entered_at - span, Claim.entered_at <= claim.entered_at + span)
    total = await session.scalar(
        select(func.coalesce(func.sum(Claim.amount_fen), 0)).where(
            Claim.county_code == claim.county_code,
            Claim.payee_uscc == claim.payee_uscc,
            or_(Claim.payee_uscc != "", Claim.payee_name == claim.payee_name),
            Claim.state.not_in(("refused", "returned")),
            Claim.kind != "retention",
            or_(stated, entered),
        )
    )
    return int(total or 0)


async def approvals_of(session: AsyncSession, claim_id: int) -> Sequence[ClaimApproval]:
    query = select(ClaimApproval).where(ClaimApproval.claim_id == claim_id).order_by(ClaimApproval.id)
    return (await session.scalars(query)).all()


async def opinions_of(session: AsyncSession, claim_id: int) -> Sequence[ClaimOpinion]:
    query = select(ClaimOpinion).where(ClaimOpinion.claim_id == claim_id).order_by(ClaimOpinion.id)
    return (await session.scalars(query)).all()


async def terms_of(session: AsyncSession, project_code: str) -> ContractTerms | None:
    """The terms a project's contract is paid by: those approved last."""
    query = (
        select(ContractTerms)
        .where(ContractTerms.project_code == project_code, ContractTerms.state == "approved")
        .order_by(ContractTerms.decided_at.desc(), ContractTerms.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def visible_terms(session: AsyncSession, actor: Actor, terms_id: int) -> ContractTerms | None:
    """The terms if the actor's scope covers the project's site, locked for the decision."""
    query = select(ContractTerms).where(ContractTerms.id == terms_id, in_scope(ContractTerms.division_code, actor))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()


async def list_terms(
    session: AsyncSession, actor: Actor, area: str, project_code: str | None, before_id: int | None, limit: int
) -> Sequence[ContractTerms]:
    """Terms of the area's contracts, newest first."""
    query = (
        select(ContractTerms)
        .where(in_scope(ContractTerms.division_code, actor), within(ContractTerms.division_code, area))
        .order_by(ContractTerms.id.desc())
        .limit(limit)
    )
    if project_code is not None:
        query = query.where(ContractTerms.project_code == project_code)
    if before_id is not None:
        query = query.where(ContractTerms.id < before_id)
    return (await session.scalars(query)).all()
