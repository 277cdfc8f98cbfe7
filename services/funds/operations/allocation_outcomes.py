"""How a proposal ends: its reserved money goes to the project, or back to the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations.allocations import account_drawn_on, answer_of
from services.funds.storage import decisions, ledger
from services.funds.storage.tables import Allocation
from shared.chassis import audit
from shared.chassis.identity import Actor
from shared.schemas import funds as wire


@dataclass(frozen=True, slots=True)
class Words:
    """What the decider said, and the day on the paper."""

    outcome: str
    opinion: str
    decided_on: date


async def approve(
    session: AsyncSession, actor: Actor, row: Allocation, words: Words, grant_version: int | None
) -> wire.Allocation:
    """Post the reservation to the project."""
    target = await ledger.account_of(session, "allocation", row.id)
    reserved = await ledger.account_of(session, "reserved", row.id)
    move = ledger.Movement(reserved, target, row.amount_fen, "allocate", words.decided_on, "allocation", row.id)
    await _end(session, actor, row, words, grant_version, move)
    return answer_of(row, target.balance_fen)


async def refuse(
    session: AsyncSession, actor: Actor, row: Allocation, words: Words, grant_version: int | None
) -> wire.Allocation:
    """Void the reservation: the money is the receipt's again, or that of the project it was to be moved from."""
    reserved = await ledger.account_of(session, "reserved", row.id)
    target = await ledger.account_of(session, *account_drawn_on(row))
    reserve = await ledger.last_transfer(session, "reserve", "allocation", row.id)
    move = ledger.Movement(
        reserved, target, row.amount_fen, "void_reserve", words.decided_on, "allocation", row.id, reserve.id
    )
    await _end(session, actor, row, words, grant_version, move)
    return answer_of(row, 0)


async def _end(
    session: AsyncSession,
    actor: Actor,
    row: Allocation,
    words: Words,
    grant_version: int | None,
    move: ledger.Movement,
) -> None:
    row.state = "approved" if words.outcome == "approve" else "refused"
    row.decided_grant_version = grant_version
    decisions.record(
        session, actor, row, ("allocation", row.id), "decision",
        outcome=words.outcome, opinion=words.opinion, decided_on=words.decided_on,
    )  # fmt: skip
    await ledger.post(session, actor, row.county_code, [move])
    audit.record(
        session, actor, "allocation.decide", f"allocation:{row.id}", outcome=words.outcome, amount_fen=row.amount_fen,
        grant_version=grant_version,
    )  # fmt: skip
