"""SQL of claims and their papers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import Claim, ClaimPaper, LedgerAccount, NumberedPaper, PaymentReturn, Recall
from services.funds.storage.tables import Payment as PaymentRow
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, claim: Claim, papers: Sequence[ClaimPaper]) -> None:
    """Insert a claim and its papers; a paper used in the county violates uq_claim_papers_once_in_county."""
    session.add(claim)
    await session.flush()
    for paper in papers:
        paper.claim_id, paper.county_code, paper.live = claim.id, claim.county_code, True
    session.add_all(papers)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, claim_id: int, *, lock: bool = False) -> Claim | None:
    query = select(Claim).where(Claim.id == claim_id, in_scope(Claim.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    project_code: str | None,
    allocation_id: int | None,
    state: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[Claim]:
    """Claims of the area, newest first."""
    query = (
        select(Claim)
        .where(in_scope(Claim.division_code, actor), within(Claim.division_code, area))
        .order_by(Claim.id.desc())
        .limit(limit)
    )
    for column, value in (
        (Claim.fund_year, fund_year),
        (Claim.project_code, project_code),
        (Claim.allocation_id, allocation_id),
        (Claim.state, state),
    ):
        if value is not None:
            query = query.where(column == value)
    if before_id is not None:
        query = query.where(Claim.id < before_id)
    return (await session.scalars(query)).all()


async def papers_of(session: AsyncSession, claim_ids: Sequence[int]) -> dict[int, list[ClaimPaper]]:
    """Papers by claim, in the order they were filed."""
    rows = await session.scalars(select(ClaimPaper).where(ClaimPaper.claim_id.in_(claim_ids)).order_by(ClaimPaper.id))
    found: dict[int, list[ClaimPaper]] = {}
    for row in rows:
        found.setdefault(row.claim_id, []).append(row)
    return found


async def set_papers_free(session: AsyncSession, claim_id: int) -> None:
    """After a refusal the papers may be filed again."""
    await session.execute(update(ClaimPaper).where(ClaimPaper.claim_id == claim_id).values(live=False))


async def numbered_kinds(session: AsyncSession) -> frozenset[str]:
    """Kinds of papers that carry their issuer's number."""
    return frozenset(await session.scalars(select(NumberedPaper.paper_kind)))


async def claimed_by(session: AsyncSession, project_code: str) -> int:
    """Fen claimed on a project's contract: live claims less what came back, and less retention that was called back.
    The caller holds the project's row.

    Retention claims are not counted again: they release what a claim before them withheld. What of them came back is
    free like any other money, and counted where it is claimed again.
    """
    claimed = await session.scalar(
        select(func.coalesce(func.sum(Claim.amount_fen), 0)).where(
            Claim.project_code == project_code, Claim.state != "refused", Claim.releases_claim_id.is_(None)
        )
    )
    returned = await session.scalar(
        select(func.coalesce(func.sum(PaymentReturn.amount_fen), 0))
        .join(PaymentRow, PaymentRow.id == PaymentReturn.payment_id)
        .join(Claim, Claim.id == PaymentRow.claim_id)
        .where(Claim.project_code == project_code, Claim.state != "refused", stands("payment_return"))
    )
    recalled = await session.scalar(
        select(func.coalesce(func.sum(Recall.amount_fen), 0))
        .join(Claim, Claim.id == Recall.claim_id)
        .where(Claim.project_code == project_code, Recall.state == "approved")
    )
    return int(claimed or 0) - int(returned or 0) - int(recalled or 0)


async def is_claimed_again(session: AsyncSession, claim_id: int) -> bool:
    """Whether a claim that was not refused repeats this one."""
    again = exists().where(Claim.repeats_claim_id == claim_id, Claim.state != "refused")
    return bool(await session.scalar(select(again)))


async def done_percent(session: AsyncSession, project_code: str) -> int | None:
    """The highest percent done that claims of a project's contract state; refused ones state nothing."""
    query = select(func.max(Claim.progress_percent)).where(Claim.project_code == project_code, Claim.state != "refused")
    return await session.scalar(query)


async def withheld(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[tuple[Claim, int]]:
    """Claims whose retention is still held back, with the amount, newest first."""
    query = (
        select(Claim, LedgerAccount.balance_fen)
        .join(LedgerAccount, (LedgerAccount.owner_id == Claim.id) & (LedgerAccount.kind == "withheld"))
        .where(in_scope(Claim.division_code, actor), within(Claim.division_code, area), LedgerAccount.balance_fen > 0)
        .order_by(Claim.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(Claim.fund_year == fund_year)
    if before_id is not None:
        query = query.where(Claim.id < before_id)
    return [(claim, balance) for claim, balance in await session.execute(query)]
