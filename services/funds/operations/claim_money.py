"""Where a claim's money goes while the claim goes its way: set aside, withheld, given back."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import claims as storage
from services.funds.storage import ledger
from services.funds.storage.tables import Allocation, Claim
from shared.chassis.identity import Actor


async def set_aside(session: AsyncSession, actor: Actor, allocation: Allocation, row: Claim) -> None:
    """Take what is claimed out of the allocation."""
    available = await ledger.account_of(session, "allocation", allocation.id)
    claimed = await ledger.account_of(session, "claim", row.id)
    move = ledger.Movement(
        available, claimed, row.amount_fen, "claim", row.claimed_on, "claim", row.id, pointer="/amount_fen"
    )
    await ledger.post(session, actor, row.county_code, [move])


async def withhold(session: AsyncSession, actor: Actor, row: Claim, on: date) -> None:
    """Hold the retention back; what is payable waits for the order."""
    if row.withheld_fen == 0:
        return
    claimed = await ledger.account_of(session, "claim", row.id)
    held = await ledger.account_of(session, "withheld", row.id)
    move = ledger.Movement(claimed, held, row.withheld_fen, "withhold", on, "claim", row.id)
    await ledger.post(session, actor, row.county_code, [move])


async def give_back(session: AsyncSession, actor: Actor, row: Claim, on: date) -> None:
    """A refused claim's money goes back where it came from, and its papers may be filed again."""
    claimed = await ledger.account_of(session, "claim", row.id)
    await _undo_withholding(session, actor, row, on)
    if row.releases_claim_id is None:
        origin = await ledger.account_of(session, "allocation", row.allocation_id)
    else:
        origin = await ledger.account_of(session, "withheld", row.releases_claim_id)
    kind = "claim" if row.releases_claim_id is None else "release"
    first = await ledger.last_transfer(session, kind, "claim", row.id)
    move = ledger.Movement(claimed, origin, row.amount_fen, f"void_{kind}", on, "claim", row.id, first.id)
    await ledger.post(session, actor, row.county_code, [move])
    await storage.set_papers_free(session, row.id)


async def _undo_withholding(session: AsyncSession, actor: Actor, row: Claim, on: date) -> None:
    """What finance's review held back, of a claim that is refused after it."""
    held = await ledger.account_of(session, "withheld", row.id)
    if held.balance_fen == 0:
        return
    claimed = await ledger.account_of(session, "claim", row.id)
    first = await ledger.last_transfer(session, "withhold", "claim", row.id)
    move = ledger.Movement(held, claimed, held.balance_fen, "void_withhold", on, "claim", row.id, first.id)
    await ledger.post(session, actor, row.county_code, [move])
