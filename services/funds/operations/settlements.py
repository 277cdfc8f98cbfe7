"""The bank's word on orders, one request each: what comes at the same time is entered in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import payments
from services.funds.storage import ledger
from services.funds.storage import settlements as storage
from services.funds.storage.tables import Claim, Payment
from shared.chassis import clock, idempotency
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.lots import Lots
from shared.refusals import NotFound, Refusal
from shared.schemas import funds_spending as wire


@dataclass(frozen=True, slots=True)
class Said:
    """What the bank said of one order, as one request enters it."""

    actor: Actor
    payment_id: int
    result: wire.NewPaymentResult
    claim: idempotency.Claim
    context: Context
    """Of the request: its trace, and what its trail has to know."""


@dataclass(frozen=True, slots=True)
class Due:
    """One that is to be entered: its payment and claim, both locked."""

    said: Said
    row: Payment
    claim: Claim


class SaidTwice(Exception):
    """Two requests of a lot are about one payment or claim: the second has to see what became of the first."""


def _require_once(ids: Iterable[int]) -> None:
    named = list(ids)
    if len(set(named)) < len(named):
        raise SaidTwice


Settlements = Lots[Said, wire.Payment]


def settlements(database: Database) -> Settlements:
    """Where requests meet that enter the bank's word."""

    async def carry_out(lot: Sequence[Said]) -> list[wire.Payment | Exception]:
        async with database.session() as session:
            return await enter(session, lot)

    return Lots(carry_out)


async def enter(session: AsyncSession, lot: Sequence[Said]) -> list[wire.Payment | Exception]:
    """Enter the bank's word: paid is final and counts as spent; refused gives the money back to the claim.

    Answers are stored under their keys in the transaction that makes them true. A refusal is given in the place of an
    answer: nothing of it is stored or left behind. Raises TryAgain if somebody took over the claim of one of the keys.
    """
    _require_once(one.payment_id for one in lot)
    judged = await _judged(session, lot)
    refusals = iter(await _posted(session, [one for one in judged if isinstance(one, Due)]))
    outcomes = [one if isinstance(one, Refusal) else next(refusals) or _entered(session, one) for one in judged]
    await session.flush()
    answers = [(one.claim, outcome) for one, outcome in zip(lot, outcomes, strict=True)]
    await idempotency.finish_all(session, [(claim, made) for claim, made in answers if isinstance(made, wire.Payment)])
    return list(outcomes)


async def _judged(session: AsyncSession, lot: Sequence[Said]) -> list[Due | Refusal]:
    """What is to be entered, and why the others are not."""
    rows = await storage.visible_payments(session, [(one.payment_id, one.actor) for one in lot])
    asked = [(rows[one.payment_id].claim_id, one.actor) for one in lot if one.payment_id in rows]
    _require_once(claim_id for claim_id, _ in asked)
    claims = await storage.visible_claims(session, asked)
    return [_judge(one, rows.get(one.payment_id), claims) for one in lot]


def _judge(one: Said, row: Payment | None, claims: Mapping[int, Claim]) -> Due | Refusal:
    try:
        if row is None:
            raise NotFound()
        if row.state != "ordered":
            raise AlreadyDecided()
        day = one.result.settled_on
        require_order(day, today=clock.office_today(), not_before=row.ordered_on, pointer="/settled_on")
        if row.claim_id not in claims:
            raise NotFound()
    except Refusal as refusal:
        return refusal
    return Due(one, row, claims[row.claim_id])


async def _posted(session: AsyncSession, due: Sequence[Due]) -> list[Refusal | None]:
    """Move the money of each; why not, for each."""
    if not due:
        return []
    accounts = await storage.accounts_of(session, ("in_flight", "paid"), [one.row.id for one in due])
    back = [one for one in due if one.said.result.outcome == "refused"]
    if back:
        accounts |= await storage.accounts_of(session, ("claim",), [one.claim.id for one in back])
    ordered = {one.row.id: await ledger.last_transfer(session, "order", "payment", one.row.id) for one in back}
    postings = []
    for one in due:
        row, result = one.row, one.said.result
        target = accounts[("paid", row.id) if result.outcome == "paid" else ("claim", row.claim_id)]
        undone = ordered[row.id].id if row.id in ordered else None
        flying = accounts["in_flight", row.id]
        move = payments.movement_of(row, flying, target, result.outcome, result.settled_on, undone)
        postings.append((one.said.actor, row.county_code, move))
    return await ledger.post_each(session, postings)


def _entered(session: AsyncSession, one: Due) -> wire.Payment:
    said, result = one.said, one.said.result
    said.context.run(
        payments.note_result, session, said.actor, one.row, one.claim, result.outcome, result.settled_on,
        result.bank_reference,
    )  # fmt: skip
    return payments.answer_of(one.row, [])
